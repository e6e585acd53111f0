"""From an exception to a failed job: one table, a row for each kind of error.

`type` is the class name that Camunda's runtime puts into `error.type`; users may have written it into expressions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import (
    ConnectorError,
    ConnectorInputError,
    ConnectorRetryError,
    DeniedAddress,
    NotBuilt,
    SecretMissing,
)
from connector_sdk.expressions import ExpressionError
from connector_sdk.expressions.error_mapping import MAX_MESSAGE_CHARACTERS
from connector_sdk.expressions.result_mapping import MAX_VARIABLES_BYTES, json_bytes
from connector_sdk.http import HttpError, Unreachable, raise_for_status
from connector_sdk.http.errors import ABORTED, AnswerTooLarge, HandshakeError
from connector_sdk.http.response import BadStatus
from connector_sdk.outbound.headers import InvalidBackoff
from connector_sdk.outcome import Fail
from connector_sdk.secrets import mask, mask_tree

_API = "io.camunda.connector.api.error."
_STATUS = re.compile(r"[1-5][0-9]{2}")


@dataclass(frozen=True, slots=True)
class Row:
    """How one kind of error ends a job: its name in `error.type`, and whether the job is tried again."""

    error: type[BaseException]
    type: str | None
    """None: the Python class's own name."""
    tried_again: bool


# The first row that fits decides, so the most specific come first.
FAILURES: tuple[Row, ...] = (
    Row(ConnectorInputError, _API + "ConnectorInputException", False),
    Row(AnswerTooLarge, _API + "ConnectorInputException", False),
    Row(ConnectorRetryError, _API + "ConnectorRetryException", True),
    Row(ConnectorError, _API + "ConnectorException", True),
    Row(InvalidBackoff, "io.camunda.connector.runtime.core.error.InvalidBackOffDurationException", False),
    Row(ExpressionError, "io.camunda.connector.feel.FeelEngineWrapperException", True),
    Row(DeniedAddress, None, False),
    Row(NotBuilt, None, False),
    Row(Exception, None, True),
)


@dataclass(frozen=True, slots=True)
class OnError:
    """What a connector's author says about an exception of a library: it is this error code."""

    error: type[Exception]
    code: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed job before the error expression has seen it; nothing in here holds a secret."""

    error: dict[str, Any]
    """`type`, `message`, and `code` and `variables` if there are any: what expressions see as `error`."""
    incident: str
    retries: int
    retry_backoff: int

    def outcome(self) -> Fail:
        """The command if no error expression decides otherwise."""
        message = self.incident[:MAX_MESSAGE_CHARACTERS]
        return Fail(message, self.retries, self.retry_backoff, {"error": _bounded(self.error)})


def _bounded(error: dict[str, Any]) -> dict[str, Any]:
    """Without its `variables` (a service's answer may be in there) if the engine could not take them."""
    try:
        fits = json_bytes({"error": error}) <= MAX_VARIABLES_BYTES
    except ConnectorInputError:
        fits = False
    return error if fits else {name: value for name, value in error.items() if name != "variables"}


def failure_of(
    error: Exception,
    *,
    retries: int,
    backoff_ms: int,
    used_secrets: tuple[str, ...],
    compatibility: Compatibility,
    on_errors: Sequence[OnError] = (),
) -> Failure:
    """The failure that an exception is, with every secret masked."""
    known = _translated(error, on_errors)
    if isinstance(known, HandshakeError) and not compatibility.handshake_code:
        known = Unreachable("408", ABORTED, known.incident)
    row = next(row for row in FAILURES if isinstance(known, row.error))
    left, backoff = _retries(known, row, retries, backoff_ms)
    message = mask(str(known), used_secrets)
    incident = mask(known.incident, used_secrets) if isinstance(known, HttpError | SecretMissing) else message
    described: dict[str, Any] = {
        "type": row.type or type(known).__name__,
        "message": message[:MAX_MESSAGE_CHARACTERS],
        **_details(known, used_secrets),
    }
    return Failure(described, message if compatibility.plain_error_message else incident, left, backoff)


def _details(error: Exception, used_secrets: tuple[str, ...]) -> Mapping[str, Any]:
    """`code` and `variables`, masked; a status is never a secret, even if a secret looks like one."""
    if not isinstance(error, ConnectorError):
        return {}
    details: dict[str, Any] = {}
    if error.code is not None:
        details["code"] = error.code if _STATUS.fullmatch(error.code) else mask(error.code, used_secrets)
    if error.variables is not None:
        details["variables"] = mask_tree(dict(error.variables), used_secrets)
    return details


def _translated(error: Exception, on_errors: Sequence[OnError]) -> Exception:
    """Exceptions of libraries as errors with a code."""
    for on in on_errors:
        if isinstance(error, on.error):
            return ConnectorError(on.code, str(error))
    if isinstance(error, BadStatus):
        try:
            raise_for_status(error.response, first_header_only=False)
        except HttpError as known:
            return known
    return error


def _retries(error: Exception, row: Row, retries: int, backoff_ms: int) -> tuple[int, int]:
    left = max(retries - 1, 0) if row.tried_again else 0
    if isinstance(error, ConnectorRetryError):
        left = left if error.retries is None else max(error.retries, 0)
        backoff_ms = backoff_ms if error.backoff is None else int(error.backoff / timedelta(milliseconds=1))
    return left, backoff_ms
