"""Camunda's generic webhook, `io.camunda:webhook:1`; its templates for GitHub, Twilio and others are presets."""
