"""Slack: one call a job, for every official template on `io.camunda:slack:1`."""
