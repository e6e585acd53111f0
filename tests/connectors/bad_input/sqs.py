"""Amazon SQS."""

from tests.connectors.bad_input.aws import of_any_service

ROWS = of_any_service(
    "queue",
    {"url": "https://sqs.eu-central-1.amazonaws.com/123456789012/orders", "messageBody": "x"},
    field="url",
    large="messageBody",
)
