"""Camunda's Amazon SNS webhook, `io.camunda:aws-sns-webhook:1`."""
