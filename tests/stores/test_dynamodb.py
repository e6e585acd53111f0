"""What only the DynamoDB store has to get right."""

import os
from bisect import bisect_left
from dataclasses import replace
from random import Random

import pytest

from connector_sdk.errors import SettingsError
from connector_sdk.settings import Settings
from connector_sdk.stores import Delivery, State
from connector_sdk.stores.dynamodb import DynamoDbDeliveries
from connector_sdk.stores.dynamodb_items import LARGEST_CONTENT_BYTES, content_of
from tests.conftest import Aws
from tests.stores.test_deliveries import delivery

WEEK_MS = 604_800_000
NOISE = Random(7).randbytes(40_000).hex()  # noqa: S311 - no secret


def test_a_repeat_of_what_has_expired_is_a_new_event_even_before_the_table_deletes_it(aws: Aws) -> None:
    with aws.deliveries() as store:
        store.put(delivery())
        store.finish(delivery(), State.PUBLISHED, 1_000, answer=None)

        assert store.put(delivery(received_ms=1_000 + WEEK_MS - 1_000, lease="late")) is not None
        assert store.put(delivery(received_ms=1_000 + WEEK_MS, lease="new")) is None


def test_a_write_whose_answer_was_lost_may_be_sent_again(aws: Aws) -> None:
    with aws.deliveries() as store:
        assert store.put(delivery()) is None
        assert store.put(delivery()) is None

        repeat = delivery(lease="second", due_ms=50_000)
        assert store.reopen(repeat, 11_000)
        assert store.reopen(repeat, 11_000)


def test_nothing_is_left_in_the_index_when_nothing_is_due(aws: Aws) -> None:
    with aws.deliveries() as store:
        store.put(delivery())
        store.finish(delivery(), State.PUBLISHED, 1_000, answer=None)
        index = aws.dynamodb.operation("Scan", {"TableName": store.table, "IndexName": "due"})

        assert index["Count"] == 0


def compressed(characters: int) -> int:
    return len(content_of(delivery(payload={"text": NOISE[:characters]})))


@pytest.mark.parametrize(("more", "attribute"), [(-1, "content"), (0, "object")])
def test_only_what_is_over_32_kb_goes_into_the_bucket(aws: Aws, more: int, attribute: str) -> None:
    first_too_large = bisect_left(range(len(NOISE)), LARGEST_CONTENT_BYTES + 1, key=compressed)
    with aws.deliveries() as store:
        store.put(delivery(payload={"text": NOISE[: first_too_large + more]}))
        key = {"TableName": store.table, "Key": {"id": {"S": "d-1"}}}
        item = aws.dynamodb.operation("GetItem", key)["Item"]

    assert {"content", "object"} & set(item) == {attribute}


def test_a_repeat_is_recognised_without_reading_its_body_again(aws: Aws) -> None:
    large: Delivery = delivery(payload={"text": os.urandom(33_000).hex()})
    with aws.deliveries() as store:
        store.put(large)

        assert store.put(replace(large, lease="second")) == replace(large, element={}, payload={})


@pytest.mark.parametrize(("size", "kept"), [(64 * 1024 - 20, True), (64 * 1024 - 19, False)])
def test_an_answer_over_64_kb_is_not_kept_and_an_error_is_cut(aws: Aws, size: int, kept: bool) -> None:
    answer = {"body": "x" * size, "a": 1}
    with aws.deliveries() as store:
        store.put(delivery())
        store.finish(delivery(), State.DEAD, 2_000, answer=answer, error="e" * 2_001)
        found = store.get("d-1")

    assert found is not None
    assert found.answer == (answer if kept else None)
    assert found.error == "e" * 2_000


def test_the_bucket_is_needed_before_anything_is_recorded() -> None:
    keys = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}

    with pytest.raises(SettingsError, match="CONNECTORS_DELIVERY_BODIES is not set"):
        DynamoDbDeliveries(Settings.read(keys), "deliveries")
