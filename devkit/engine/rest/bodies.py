"""Request bodies: JSON objects with known properties of known types; anything else is a 400 or a 415."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from devkit.engine.records import TENANT
from devkit.engine.rest.problems import Problem, bad_request, invalid

MAX_BODY_BYTES = 4 * 1024 * 1024
"""How much one request may weigh: the engine's limit for one command."""
MAX_NESTING = 1000
"""How deeply objects and lists of a request may be nested, as in Jackson, which reads requests for Zeebe."""
PARTITION_BITS, PARTITION = 51, 1
INT32 = 1 << 31
INT64 = 1 << 63

_TOO_LARGE = (
    "Received an unexpected error from the broker, code: MALFORMED_REQUEST, "
    "message: Request size is above configured maxMessageSize."
)

_KEY = re.compile(r"-?[0-9]{1,25}")

Reader = Callable[[Any], Any]
Schema = Mapping[str, Reader]


class TooLarge(Exception):
    """A request weighs more than the limit."""


def text(value: Any) -> str:
    """A property that holds text."""
    if not isinstance(value, str):
        raise ValueError
    return value


def flag(value: Any) -> bool:
    """A property that is true or false."""
    if not isinstance(value, bool):
        raise ValueError
    return value


def _integer(value: Any, limit: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -limit <= value < limit:
        raise ValueError
    return value


def int32(value: Any) -> int:
    return _integer(value, INT32)


def int64(value: Any) -> int:
    return _integer(value, INT64)


def key(value: Any) -> int:
    """A key: a number, or its digits as text; a negative one can be read, but nothing has it."""
    if isinstance(value, str) and _KEY.fullmatch(value) is not None:
        value = int(value)
    return _integer(value, INT64)


def record(value: Any) -> dict[str, Any]:
    """A property that holds an object."""
    if not isinstance(value, dict):
        raise ValueError
    return value


def items(value: Any) -> list[Any]:
    """A property that holds a list."""
    if not isinstance(value, list):
        raise ValueError
    return value


def texts(value: Any) -> list[str]:
    """A property that holds a list of texts."""
    return [text(item) for item in items(value)]


def records(value: Any) -> list[dict[str, Any]]:
    """A property that holds a list of objects."""
    return [record(item) for item in items(value)]


async def read(request: Request, schema: Schema, *, optional: bool = False) -> dict[str, Any]:
    """The body's properties; null is as good as absent. `optional`: no body at all is an empty one.

    Raises Problem, and HTTPException 415 for anything that is not application/json.
    """
    try:
        raw = await raw_body(request)
    except TooLarge:
        raise Problem(500, "MALFORMED_REQUEST", _TOO_LARGE) from None
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if optional and not raw and not media_type:
        return {}
    if media_type != "application/json":
        raise HTTPException(415)
    if not raw:
        if optional:
            return {}
        raise bad_request("Required request body is missing")
    try:
        value = json.loads(raw, parse_constant=_refuse, parse_float=_finite)
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise bad_request("Failed to read request") from None
    if not isinstance(value, dict) or _is_too_deep(raw, value):
        raise bad_request("Failed to read request")
    return properties(value, schema)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _finite(written: str) -> float:
    value = float(written)
    if math.isinf(value):
        raise ValueError(written)
    return value


def _is_too_deep(raw: bytes, value: Any) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= MAX_NESTING:
        return False
    level = [value]
    for _ in range(MAX_NESTING):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


async def raw_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The body's bytes. Raises TooLarge once all of it has come: a client that still sends would not see the answer."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= limit:
            parts.append(part)
    if size > limit:
        raise TooLarge
    return b"".join(parts)


def properties(value: Mapping[str, Any], schema: Schema, within: str = "") -> dict[str, Any]:
    """The properties of an object, read. Raises Problem naming the first one that is unknown or of another type."""
    read_values = {}
    for name, written in value.items():
        if written is None and name in schema:
            continue
        try:
            read_values[name] = schema[name](written)
        except (KeyError, ValueError, OverflowError):
            raise bad_request(f"Request property [{within}{name}] cannot be parsed") from None
    return read_values


def path_key(request: Request, name: str) -> int:
    """A key in the path. Raises Problem."""
    written = request.path_params[name]
    try:
        return key(written)
    except ValueError:
        raise bad_request(f"Failed to convert '{name}' with value: '{written}'") from None


def command_key(request: Request, name: str) -> int:
    """The key that a command is for; its upper bits name the partition, and there is only one. Raises Problem."""
    value = path_key(request, name)
    if value >> PARTITION_BITS != PARTITION:
        raise Problem(503, "UNAVAILABLE", "Expected to handle REST API request, but request could not be delivered")
    return value


def require_tenant(body: Mapping[str, Any], command: str) -> None:
    """Only the default tenant is there, and a blank name is its name, too. Raises Problem."""
    tenant = body.get("tenantId", "")
    if tenant != TENANT and tenant.strip():
        raise invalid(
            f"Expected to handle request {command} with tenant identifier '{tenant}', but multi-tenancy is disabled"
        )


def require_reference(body: Mapping[str, Any]) -> None:
    """An operation reference, if there is one, is greater than 0. Raises Problem."""
    reference = body.get("operationReference", 1)
    if reference <= 0:
        raise invalid(f"The value for operationReference is '{reference}' but must be > 0.")


def require_positive(body: Mapping[str, Any], *names: str) -> None:
    """What is given must be greater than 0. Raises Problem with a sentence for each that is not."""
    wrong = [
        f"The value for {name} is '{body[name]}' but must be greater than 0."
        for name in names
        if name in body and body[name] <= 0
    ]
    if wrong:
        raise invalid(" ".join(wrong))
