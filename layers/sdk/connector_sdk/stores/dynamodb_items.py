"""A delivery as a DynamoDB item.

    id          S  hash key                      state     S  pending | published | refused | dead
    path        S                                attempts  N
    received    N  ms since the epoch            lease     S  whoever works on it
    dueAt       N  ms; only while it is due      answer    S  JSON
    lane        N  only while it is due          error     S
    content     B  [element, payload]: JSON,     expires   N  s since the epoch; the table's time to live
                   compressed with zlib
    object      S  the bucket's key instead of content, over 32 KB
    documents   S  JSON; only if a try has created some and did not come to an end

The index `due` (hash key `lane`, range key `dueAt`, with `received`) holds only what has both keys: what is due.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

from connector_sdk.stores.deliveries import Delivery, State

LANES = 8
"""Parts of the index, so that an outage's backlog is not one hot partition (1,000 writes a second)."""
LARGEST_CONTENT_BYTES = 32 * 1024
"""Compressed; each write of an item costs by the item's size, and an item ends at 400 KB."""

TIMES = ("dueAt", "lane", "expires")
"""Attributes that say when something happens to an item."""

Item = dict[str, dict[str, Any]]


def item_of(delivery: Delivery) -> Item:
    """Everything but the content."""
    found: dict[str, Any] = {
        "id": delivery.id,
        "path": delivery.path,
        "received": delivery.received_ms,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "lease": delivery.lease,
        **times_of(delivery),
        "answer": json_or_none(delivery.answer),
        "error": delivery.error,
    }
    return {name: value_of(value) for name, value in found.items() if value is not None}


def times_of(delivery: Delivery) -> dict[str, int]:
    """Those of `TIMES` that it has."""
    found: dict[str, int] = {}
    if delivery.due_ms is not None:
        found |= {"dueAt": delivery.due_ms, "lane": lane(delivery.id)}
    if delivery.expires_ms is not None:
        found["expires"] = seconds(delivery.expires_ms)
    return found


def delivery_of(item: Item, content: bytes | None) -> Delivery:
    """The delivery; without content its element and payload are empty."""
    element, payload = json.loads(zlib.decompress(content)) if content else ({}, {})
    answer = text(item, "answer")
    expires = number(item, "expires")
    return Delivery(
        id=item["id"]["S"],
        path=item["path"]["S"],
        received_ms=int(item["received"]["N"]),
        element=element,
        payload=payload,
        state=State(item["state"]["S"]),
        due_ms=number(item, "dueAt"),
        lease=text(item, "lease"),
        attempts=int(item["attempts"]["N"]),
        answer=None if answer is None else json.loads(answer),
        error=text(item, "error"),
        expires_ms=None if expires is None else expires * 1000,
        documents=json.loads(text(item, "documents") or "{}"),
    )


def content_of(delivery: Delivery) -> bytes:
    """Element and payload, compressed."""
    return zlib.compress(json.dumps([delivery.element, delivery.payload], separators=(",", ":")).encode())


def value_of(value: str | int | bytes) -> dict[str, str]:
    """A value in DynamoDB's JSON; half a surrogate pair, which no service takes, becomes a question mark."""
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode()}
    return {"S": value.encode(errors="replace").decode()} if isinstance(value, str) else {"N": str(value)}


def inline_content(item: Item) -> bytes | None:
    """What the item itself holds."""
    return base64.b64decode(item["content"]["B"]) if "content" in item else None


def text(item: Item, name: str) -> str | None:
    return item[name]["S"] if name in item else None


def number(item: Item, name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None


def json_or_none(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)


def lane(delivery_id: str) -> int:
    """Which part of the index a delivery is in: the same in every process."""
    return zlib.crc32(delivery_id.encode()) % LANES


def seconds(time_ms: int) -> int:
    """Rounded up: nothing expires early."""
    return -(-time_ms // 1000)
