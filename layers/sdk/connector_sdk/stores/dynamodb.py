"""Deliveries in a DynamoDB table (`dynamodb_items.py` has its form), large bodies in a bucket.

What expired is deleted by the table's time to live and, with the tag that a finished delivery's body gets, by the
bucket's lifecycle rule, days late at worst; until then a repeat counts as a new event, as it does once it is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.errors import AwsRefused, SettingsError
from connector_sdk.metrics import embedded, emit
from connector_sdk.settings import Settings
from connector_sdk.stores.bodies import Bodies
from connector_sdk.stores.deliveries import BODY_EXPIRED, EXPIRING, KEEP_FINISHED_MS, Delivery, State
from connector_sdk.stores.dynamodb_items import (
    LANES,
    LARGEST_CONTENT_BYTES,
    TIMES,
    Item,
    content_of,
    delivery_of,
    inline_content,
    item_of,
    json_or_none,
    lane,
    seconds,
    times_of,
    value_of,
)

DUE_KEYS = 500
"""Keys read from each lane at most: of those that are due longest, the oldest are taken."""
LARGEST_ANSWER_CHARACTERS = 64 * 1024
"""A longer answer is not kept: a repeat of its delivery gets 202 without a body."""
LARGEST_ERROR_CHARACTERS = 2_000
DEAD_DELIVERIES = "DeadDeliveries"
"""The metric that counts deliveries as they die, whichever function gave them up."""
INDEX = "due"
_FREE = "(attribute_not_exists(#lease) OR #dueAt <= :now OR #expires <= :nowSeconds)"
_NAME = re.compile(r"#(\w+)")


class DynamoDbDeliveries:
    """A deliveries store in one table; any number of threads may use it. Every method raises AwsError.

    What `put` finds there already comes without element and payload if they are in the bucket.
    """

    def __init__(self, settings: Settings, table: str) -> None:
        """`settings.delivery_bodies` names the bucket. Raises SettingsError."""
        if not settings.delivery_bodies:
            raise SettingsError("CONNECTORS_DELIVERY_BODIES is not set: it names the bucket for large bodies")
        self._dynamodb = AwsEndpoint("dynamodb", settings)
        self._bodies = Bodies(settings, settings.delivery_bodies)
        self.table = table

    def put(self, delivery: Delivery) -> Delivery | None:
        condition = "attribute_not_exists(#id) OR #expires <= :now OR #lease = :lease"
        values: dict[str, str | int | bytes] = {
            ":now": delivery.received_ms // 1000,
            ":lease": delivery.lease or "",  # ours already: the answer to a first try was lost
        }
        try:
            with self._content(delivery) as content:
                item = item_of(delivery) | {name: value_of(value) for name, value in content.items()}
                self._write("PutItem", {"Item": item}, condition, values)
        except AwsRefused as error:
            there = _condition_failed(error)
            return delivery_of(there, inline_content(there))
        return None

    def get(self, delivery_id: str) -> Delivery | None:
        item = self._item(delivery_id)
        return None if item is None else self._whole(item)

    def reopen(self, delivery: Delivery, now_ms: int) -> bool:
        with self._content(delivery) as content:
            before = self._reopened(delivery, content, now_ms)
        self._let_go(content if before is None else {"object": before["object"]["S"]} if "object" in before else {})
        return before is not None

    def _reopened(self, delivery: Delivery, content: Mapping[str, str | bytes], now_ms: int) -> Item | None:
        """What the item was before; None if it cannot be taken."""
        times = times_of(delivery)
        written = {"state": State.PENDING.value, "lease": delivery.lease or "", **times, **content}
        gone = ["error", *(name for name in (*TIMES, "content", "object") if name not in written)]
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in written)
        update += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        values: dict[str, str | int | bytes] = {
            ":published": State.PUBLISHED.value,
            **_now(now_ms),
            **{f":{name}": value for name, value in written.items()},
        }
        condition = f"attribute_exists(#id) AND #state <> :published AND ({_FREE} OR #lease = :lease)"
        return self._update(delivery.id, update, condition, values, returns="ALL_OLD")

    def lease_due(self, now_ms: int, until_ms: int, lease: str, limit: int) -> Sequence[Delivery]:
        due = sorted(key for number in range(LANES) for key in self._due(number, now_ms))
        leased: list[Delivery] = []
        values: dict[str, str | int | bytes] = {":until": until_ms, ":lease": lease, ":now": now_ms}
        for _, delivery_id in due:
            if len(leased) == limit:
                break
            item = self._update(delivery_id, "SET #dueAt = :until, #lease = :lease", "#dueAt <= :now", values)
            if item is not None:
                leased.append(self._whole(item))
        return leased

    def oldest_due(self, now_ms: int) -> int | None:
        return min((received for number in range(LANES) for received, _ in self._due(number, now_ms)), default=None)

    def finish(
        self,
        delivery: Delivery,
        state: State,
        now_ms: int,
        *,
        answer: Mapping[str, Any] | None,
        error: str | None = None,
    ) -> bool:
        expires = seconds(now_ms + KEEP_FINISHED_MS) if state in EXPIRING else None
        written = json_or_none(answer)
        kept = written if written is None or len(written) <= LARGEST_ANSWER_CHARACTERS else None
        given = {"state": state.value, "answer": kept, "error": _cut(error), "expires": expires}
        item = self._end(delivery, given, also_removed=["dueAt", "lane"])
        if item is not None and expires is not None and "object" in item:
            self._bodies.finish(item["object"]["S"])
        if item is not None and state is State.DEAD:
            emit(embedded(DEAD_DELIVERIES, 1, "Count", {"Table": self.table}, now_ms))
        return item is not None

    def postpone(
        self, delivery: Delivery, due_ms: int, *, error: str, documents: Mapping[str, Any] | None = None
    ) -> bool:
        made = {"documents": json.dumps(documents)} if documents else {}
        return self._end(delivery, {"dueAt": due_ms, "error": _cut(error), **made}) is not None

    def replay(self, delivery_id: str, now_ms: int) -> bool:
        update = "SET #state = :pending, #dueAt = :now, #lane = :lane REMOVE #lease, #expires"
        values: dict[str, str | int | bytes] = {
            ":pending": State.PENDING.value,
            ":lane": lane(delivery_id),
            **_now(now_ms),
        }
        there = self._item(delivery_id)
        if there is not None and "object" in there:
            # First: the bucket must never be free to delete the body of a pending delivery.
            self._bodies.keep(there["object"]["S"])
        return self._update(delivery_id, update, f"attribute_exists(#id) AND {_FREE}", values) is not None

    def newest(self, *, state: State | None = None, limit: int = 100) -> Sequence[Delivery]:
        """Reads the whole table: for people, not for functions."""
        items = [item for item in self._scan() if state is None or item["state"]["S"] == state]
        items.sort(key=lambda item: (int(item["received"]["N"]), item["id"]["S"]), reverse=True)
        return [self._whole(item) for item in items[:limit]]

    def expire(self, now_ms: int) -> int:
        """Nothing to do: the table and the bucket delete by themselves."""
        return 0

    @contextmanager
    def _content(self, delivery: Delivery) -> Iterator[dict[str, str | bytes]]:
        """The attribute with element and payload: themselves, or the key of the object that was written for them.

        If its write is refused, the object may go. If the service failed, or its answer was lost, the write may have
        been done all the same: then the object stays, with or without a delivery, since nobody can tell.
        """
        content = content_of(delivery)
        large = len(content) > LARGEST_CONTENT_BYTES
        attribute: dict[str, str | bytes] = (
            {"object": self._bodies.put(delivery.id, content)} if large else {"content": content}
        )
        try:
            yield attribute
        except AwsRefused as error:
            if error.status < 500:
                self._let_go(attribute)
            raise

    def _let_go(self, content: Mapping[str, Any]) -> None:
        """The object of a content that no delivery has, if there is one."""
        if "object" in content:
            self._bodies.finish(content["object"])

    def _item(self, delivery_id: str) -> Item | None:
        key = {"TableName": self.table, "Key": {"id": {"S": delivery_id}}, "ConsistentRead": True}
        found: Item | None = self._dynamodb.operation("GetItem", key).get("Item")
        return found

    def _whole(self, item: Item) -> Delivery:
        content = self._bodies.get(item["object"]["S"]) if "object" in item else inline_content(item)
        found = delivery_of(item, content)
        return found if content else replace(found, error=BODY_EXPIRED)

    def _end(
        self, delivery: Delivery, given: Mapping[str, str | int | None], also_removed: Sequence[str] = ()
    ) -> Item | None:
        """Give the lease back and count the attempt; attributes given as None go. None if the lease is lost."""
        names = [name for name, value in given.items() if value is not None]
        removed = ["lease", *also_removed, *(name for name, value in given.items() if value is None)]
        update = ", ".join(["SET #attempts = #attempts + :one", *(f"#{name} = :{name}" for name in names)])
        values: dict[str, str | int | bytes] = {
            f":{name}": value for name in names if (value := given[name]) is not None
        }
        values |= {":one": 1, ":lease": delivery.lease or ""}
        update += " REMOVE " + ", ".join(f"#{name}" for name in removed)
        return self._update(delivery.id, update, "#lease = :lease", values)

    def _due(self, number: int, now_ms: int) -> Iterator[tuple[int, str]]:
        condition = "#lane = :lane AND #dueAt <= :now"
        answer = self._dynamodb.operation(
            "Query",
            {
                "TableName": self.table,
                "IndexName": INDEX,
                "KeyConditionExpression": condition,
                "Limit": DUE_KEYS,
                **_names(condition),
                "ExpressionAttributeValues": {":lane": value_of(number), ":now": value_of(now_ms)},
            },
        )
        found = answer.get("Items", [])
        return ((int(item["received"]["N"]), item["id"]["S"]) for item in found)

    def _scan(self) -> Iterator[Item]:
        page: dict[str, Any] = {"TableName": self.table}
        while True:
            answer = self._dynamodb.operation("Scan", page)
            yield from (item for item in answer.get("Items", []) if "state" in item)
            if "LastEvaluatedKey" not in answer:
                return
            page["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _update(
        self,
        delivery_id: str,
        update: str,
        condition: str,
        values: Mapping[str, str | int | bytes],
        returns: str = "ALL_NEW",
    ) -> Item | None:
        """Change an item and return it, or what it was before; None if the condition did not hold."""
        request = {"Key": {"id": {"S": delivery_id}}, "UpdateExpression": update, "ReturnValues": returns}
        try:
            found: Item = self._write("UpdateItem", request, condition, values)["Attributes"]
        except AwsRefused as error:
            _condition_failed(error)
            return None
        return found

    def _write(
        self, operation: str, request: dict[str, Any], condition: str, values: Mapping[str, str | int | bytes]
    ) -> dict[str, Any]:
        return self._dynamodb.operation(
            operation,
            {
                "TableName": self.table,
                **request,
                "ConditionExpression": condition,
                **_names(condition + request.get("UpdateExpression", "")),
                "ExpressionAttributeValues": {name: value_of(value) for name, value in values.items()},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        )


def _cut(error: str | None) -> str | None:
    return None if error is None else error[:LARGEST_ERROR_CHARACTERS]


def _names(expressions: str) -> dict[str, Any]:
    """Every `#name` of an expression: many plain names are reserved words."""
    return {"ExpressionAttributeNames": {f"#{name}": name for name in _NAME.findall(expressions)}}


def _now(now_ms: int) -> dict[str, int]:
    """What `_FREE` compares with."""
    return {":now": now_ms, ":nowSeconds": now_ms // 1000}


def _condition_failed(error: AwsRefused) -> Item:
    """The item that is there; any other refusal is raised."""
    if error.code != "ConditionalCheckFailedException":
        raise error
    found: Item = error.answer.get("Item", {})
    return found
