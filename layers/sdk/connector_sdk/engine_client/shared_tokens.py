"""One token for all functions of a stack: token endpoints take about one request a second, cold starts come in crowds.

The token lies in a DynamoDB item, whose table is encrypted with a KMS key. Whoever needs a new one claims the refresh
by a conditional write; the others wait for what it brings.
"""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import AwsError, AwsRefused, EngineUnreachable
from connector_sdk.settings import Settings

_LOG = logging.getLogger(__name__)

CLAIM_MS = 10_000
"""How long a refresh may take; then another may try, since a function can end at any moment."""
FAILED_MS = 1_000
"""After a failed refresh the next one waits so long, whoever it is."""
LOOK_AGAIN_SECONDS = 0.2
"""Doubled each time, up to a second; half of it is chance."""
PATIENCE_SECONDS = 25.0
EXPIRES_AFTER_SECONDS = 86_400
"""DynamoDB deletes the item some time after it was of use."""

CLAIM = (
    "(attribute_not_exists(claimedUntil) OR claimedUntil < :now OR claimedBy = :me) AND "
    "(attribute_not_exists(#token) OR ends <= :now OR client <> :client OR #token = :stale)"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token endpoint gave."""

    token: str = field(repr=False)
    usable_ms: int
    """For how long, the margin before its end already taken off."""


class SharedTokens:
    """The token of one client, in the item `id`. Any number of threads, processes and machines may use it."""

    def __init__(
        self,
        dynamodb: AwsEndpoint,
        table: str,
        item: str,
        client: str,
        clock: Clock | None = None,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """`client` is what tokens are for; a token that lies there for another one does not count."""
        self._dynamodb = dynamodb
        self._table = table
        self._key = {"id": {"S": item}}
        self._me = uuid.uuid4().hex
        self._client = hashlib.sha256(client.encode()).hexdigest()
        self._clock: Clock = clock or SystemClock()
        self._wait = wait or threading.Event().wait

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock | None = None) -> SharedTokens | None:
        """As CONNECTORS_ENGINE_TOKENS says; None without it. Raises SettingsError for AWS without region or keys."""
        if not settings.engine_tokens:
            return None
        client = "\n".join(
            (
                settings.engine_token_address,
                settings.engine_client_id,
                settings.engine_token_audience,
                settings.engine_token_scope,
            )
        )
        item = settings.engine_secret or settings.engine_client_id
        return cls(AwsEndpoint("dynamodb", settings), settings.engine_tokens, item, client, clock)

    def get(self, fetch: Callable[[], Grant], stale: str | None, deadline: float | None) -> Grant:
        """The token that lies there, else the one that `fetch` gets. `stale` is one that the engine has refused.

        Without the table everybody fetches on their own. Raises what `fetch` raises, and EngineUnreachable when
        somebody else's refresh takes longer than to the monotonic time `deadline`.
        """
        try:
            return self._shared(fetch, stale, deadline)
        except AwsError as error:
            _LOG.warning("no shared token, this function asks for one of its own: %s", error)
            return fetch()

    def _shared(self, fetch: Callable[[], Grant], stale: str | None, deadline: float | None) -> Grant:
        begin, pause = SystemClock().monotonic(), LOOK_AGAIN_SECONDS
        end = min(begin + PATIENCE_SECONDS, float("inf") if deadline is None else deadline)
        while True:
            grant = self._found(stale)
            if grant is not None:
                return grant
            if self._claim(stale):
                return self._refreshed(fetch)
            seconds = pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
            if SystemClock().monotonic() + seconds >= end:
                raise EngineUnreachable("another function's request for a token has brought none in time")
            self._wait(seconds)
            pause = min(2 * pause, 1.0)

    def _found(self, stale: str | None) -> Grant | None:
        answer = self._dynamodb.operation(
            "GetItem", {"TableName": self._table, "Key": self._key, "ConsistentRead": True}
        )
        item: Mapping[str, Any] = answer.get("Item") or {}
        if "token" not in item or item["client"]["S"] != self._client or item["token"]["S"] == stale:
            return None
        left = int(item["ends"]["N"]) - self._clock.time_ms()
        return Grant(item["token"]["S"], left) if left > 0 else None

    def _claim(self, stale: str | None) -> bool:
        now = self._clock.time_ms()
        given = {
            ":now": _number(now),
            ":until": _number(now + CLAIM_MS),
            ":me": {"S": self._me},  # a claim whose answer was lost is made once more
            ":client": {"S": self._client},
            ":stale": {"S": stale or "-"},
        }
        try:
            change = "SET claimedUntil = :until, claimedBy = :me"
            self._update(change, given, {"ConditionExpression": CLAIM}, {"#token": "token"})
        except AwsRefused as error:
            if error.code == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _refreshed(self, fetch: Callable[[], Grant]) -> Grant:
        try:
            grant = fetch()
        except BaseException:
            self._try_update("SET claimedUntil = :until", {":until": _number(self._clock.time_ms() + FAILED_MS)}, {})
            raise
        now = self._clock.time_ms()
        self._try_update(
            "SET #token = :token, client = :client, ends = :ends, expires = :expires REMOVE claimedUntil, claimedBy",
            {
                ":token": {"S": grant.token},
                ":client": {"S": self._client},
                ":ends": _number(now + grant.usable_ms),
                ":expires": _number((now + grant.usable_ms) // 1000 + EXPIRES_AFTER_SECONDS),
            },
            {"#token": "token"},
        )
        return grant

    def _try_update(self, change: str, given: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """What cannot be written is no reason to do without the token: the claim runs out by itself."""
        try:
            self._update(change, given, {}, names)
        except AwsError as error:
            _LOG.warning("the shared token could not be written: %s", error)

    def _update(
        self, change: str, given: Mapping[str, Any], condition: Mapping[str, str], names: Mapping[str, str]
    ) -> None:
        self._dynamodb.operation(
            "UpdateItem",
            {
                "TableName": self._table,
                "Key": self._key,
                "UpdateExpression": change,
                "ExpressionAttributeValues": given,
                **({"ExpressionAttributeNames": names} if names else {}),
                **condition,
            },
        )


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}
