"""Who may call a webhook, as Camunda's generic template says it: `inbound.auth.type` and what belongs to it."""
