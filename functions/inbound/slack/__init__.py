"""Camunda's Slack webhook, `io.camunda:slack-webhook:1`: events, slash commands and interactions."""
