"""What only the DynamoDB store has to get right."""

import json
import os
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.bucket import Bucket
from connector_sdk.errors import AwsError, AwsRefused, AwsUnreachable, SettingsError
from connector_sdk.settings import Settings
from connector_sdk.stores import Delivery, State
from connector_sdk.stores.deliveries import BODY_EXPIRED
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


def test_a_delivery_that_dies_is_a_metric_once(aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    with aws.deliveries() as store:
        store.put(delivery())
        assert not store.finish(delivery(lease="lost"), State.DEAD, 1_000, answer=None)
        assert store.finish(delivery(), State.DEAD, 1_000, answer=None)
        assert not store.finish(delivery(), State.DEAD, 1_000, answer=None)

        assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
            {
                "_aws": {
                    "Timestamp": 1_000,
                    "CloudWatchMetrics": [
                        {
                            "Namespace": "ServerlessConnectors",
                            "Dimensions": [["Table"]],
                            "Metrics": [{"Name": "DeadDeliveries", "Unit": "Count"}],
                        }
                    ],
                },
                "Table": store.table,
                "DeadDeliveries": 1,
            }
        ]


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


def large(**changes: Any) -> Delivery:
    return delivery(payload={"text": os.urandom(33_000).hex()}, **changes)


def tagged(aws: Aws) -> dict[str, bool]:
    """The objects of bodies in the bucket, and whether the lifecycle rule may delete them."""
    s3, bucket = AwsEndpoint("s3", aws.settings), aws.settings.delivery_bodies
    listed = s3.send(Call("GET", f"/{bucket}", [("list-type", "2"), ("prefix", "deliveries/")])).body.decode()
    tags = {
        key: s3.send(Call("GET", f"/{bucket}/{key}", [("tagging", "")])) for key in re.findall("<Key>(.*?)</", listed)
    }
    return {key: b"<Key>finished</Key><Value>true</Value>" in answer.body for key, answer in tags.items()}


@pytest.mark.parametrize(
    ("state", "may_go"), [(State.PUBLISHED, True), (State.REFUSED, True), (State.DEAD, False), (None, False)]
)
def test_a_large_body_may_go_once_its_delivery_is_finished_and_not_before(
    aws: Aws, state: State | None, may_go: bool
) -> None:
    before = tagged(aws)
    with aws.deliveries() as store:
        store.put(large())
        if state is not None:
            store.finish(delivery(), state, 1_000, answer=None)
        new = [gone for key, gone in tagged(aws).items() if key not in before]

        assert new == [may_go]


def test_a_replayed_delivery_keeps_its_large_body(aws: Aws) -> None:
    before = tagged(aws)
    with aws.deliveries() as store:
        store.put(large())
        store.finish(delivery(), State.PUBLISHED, 1_000, answer=None)
        assert store.replay("d-1", 2_000)

        assert [gone for key, gone in tagged(aws).items() if key not in before] == [False]


THROTTLED = AwsRefused(400, "ThrottlingException", "too much", "PutItem", {})
FAILED = AwsRefused(500, "InternalServerError", "failed", "PutItem", {})
LOST = AwsUnreachable("no answer from dynamodb")


@pytest.mark.parametrize(("error", "may_go"), [(THROTTLED, True), (FAILED, False), (LOST, False)])
@pytest.mark.parametrize("write", ["PutItem", "UpdateItem"])
def test_a_large_body_may_go_if_its_write_is_refused_and_stays_if_nobody_can_tell(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, write: str, error: AwsError, may_go: bool
) -> None:
    operation = AwsEndpoint.operation

    def failing(endpoint: AwsEndpoint, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
        if name == write:
            raise error
        return operation(endpoint, name, content)

    with aws.deliveries() as store:
        store.put(delivery(lease=None))
        before = tagged(aws)
        monkeypatch.setattr(AwsEndpoint, "operation", failing)
        with pytest.raises(type(error)):
            store.put(large()) if write == "PutItem" else store.reopen(large(), 20_000)

        assert [gone for key, gone in tagged(aws).items() if key not in before] == [may_go]
        monkeypatch.undo()


def test_a_delivery_is_not_pending_before_its_large_body_is_kept(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(bucket: Bucket, key: str) -> None:
        raise AwsUnreachable("no answer from s3")

    with aws.deliveries() as store:
        store.put(large())
        store.finish(delivery(), State.PUBLISHED, 1_000, answer=None)
        monkeypatch.setattr(Bucket, "untag", away)

        with pytest.raises(AwsUnreachable):
            store.replay("d-1", 2_000)
        found = store.get("d-1")

    assert found is not None
    assert found.state is State.PUBLISHED


def test_a_delivery_whose_large_body_has_expired_is_replayed_and_says_so(aws: Aws) -> None:
    with aws.deliveries() as store:
        store.put(large())
        store.finish(delivery(), State.PUBLISHED, 1_000, answer=None)
        for key in tagged(aws):
            Bucket(aws.settings, aws.settings.delivery_bodies).delete(key)

        assert store.replay("d-1", 2_000)
        [leased] = store.lease_due(2_000, 3_000, "redelivery", 1)

    assert leased.error == BODY_EXPIRED


def test_large_bodies_that_no_delivery_has_may_go(aws: Aws) -> None:
    before = tagged(aws)
    with aws.deliveries() as store:
        store.put(large())
        store.put(large(lease="second"))
        first, repeat = (gone for key, gone in tagged(aws).items() if key not in before)
        assert sorted([first, repeat]) == [False, True]

        store.postpone(delivery(), 1_000, error="away")
        assert store.reopen(large(lease="third"), 20_000)
        assert sorted(gone for key, gone in tagged(aws).items() if key not in before) == [False, True, True]
