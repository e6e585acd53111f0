"""Amazon EventBridge."""

from tests.connectors.bad_input.aws import of_any_service

ROWS = of_any_service(
    "input",
    {"source": "com.example", "detailType": "order placed", "eventBusName": "orders", "detail": "x"},
    field="source",
    large="detail",
)
