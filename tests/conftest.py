from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.settings import Settings
from connector_sdk.stores.dynamodb import DynamoDbDeliveries
from devkit.checkout import ROOT
from devkit.testing.emulator import REGION, emulator

# How fast a busy machine makes examples says nothing about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

BUCKET = "bodies"
LOCATION = (
    f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>".encode()
)
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "lane", "AttributeType": "N"},
        {"AttributeName": "dueAt", "AttributeType": "N"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "due",
            "KeySchema": [
                {"AttributeName": "lane", "KeyType": "HASH"},
                {"AttributeName": "dueAt", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["received"]},
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Aws:
    """An AWS on this machine with one bucket."""

    settings: Settings
    variables: Mapping[str, str]
    """What a function's environment needs to find it."""
    dynamodb: AwsEndpoint
    numbers: Iterator[int]

    @contextmanager
    def deliveries(self) -> Iterator[DynamoDbDeliveries]:
        """A store in a new table."""
        name = f"deliveries-{next(self.numbers)}"
        self.dynamodb.operation("CreateTable", {"TableName": name, **TABLE})
        yield DynamoDbDeliveries(self.settings, name)
        self.dynamodb.operation("DeleteTable", {"TableName": name})


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    if not (ROOT / ".venv-emulator" / "bin" / "ministack").exists():
        pytest.skip("the AWS emulator is not installed: sh scripts/tool emulator")
    with emulator(enforce_iam=False) as running:
        variables = {**running.account, "CONNECTORS_DELIVERY_BODIES": BUCKET}
        read = Settings.read(variables)
        AwsEndpoint("s3", read).send(Call("PUT", f"/{BUCKET}", body=LOCATION))
        yield Aws(read, variables, AwsEndpoint("dynamodb", read), itertools.count(1))
