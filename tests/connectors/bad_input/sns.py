"""Amazon SNS."""

from tests.connectors.bad_input.aws import of_any_service

ROWS = of_any_service(
    "topic",
    {"topicArn": "arn:aws:sns:eu-central-1:123456789012:orders", "message": "x"},
    field="topicArn",
    large="message",
)
