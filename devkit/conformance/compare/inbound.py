"""Webhook deliveries against Camunda's Java connector runtime: its commands to the engine and its answer.

Commands are compared without what clients add by default; answers by status, headers and body. Free texts (a FEEL
parser's, a servlet container's error page) and serialised Java exceptions are not compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

PATHS = {"PublishMessage": "POST /v2/messages/publication", "CreateProcessInstance": "POST /v2/process-instances"}
"""gRPC's names of the commands, as REST paths."""
CLIENT_DEFAULTS = frozenset(
    {
        *("tags", "startInstructions", "runtimeInstructions", "awaitCompletion"),
        *("fetchVariables", "businessId", "operationReference", "requestTimeout"),
    }
)
TOLERANCE = Decimal("1e-12")
UNCOMPARED_HEADERS = frozenset({"content-type", "accept-patch"})
_FREE_TEXT = re.compile(
    r"failed to parse expression|Failed to evaluate expression|An unexpected error occurred|Assertion failure"
)
_THROWABLE = "<throwable>"
_TEXT = "<text>"


def group(case: Mapping[str, Any]) -> str:
    """The case's own group."""
    return str(case["group"])


def skipped(case: Mapping[str, Any]) -> str | None:
    """Accidents of the JVM, Scala and Tomcat."""
    return "an accident of the host language" if case.get("artifact") else None


def difference(case: Mapping[str, Any], result: Mapping[str, Any]) -> str | None:
    """What differs, or None."""
    expected = [_command(command) for command in case["expected"]["commands"]]
    actual = [_command(command) for command in result.get("commands", ())]
    return _differ(expected, actual, "commands") or _answers_differ(case["expected"]["http"], result.get("http", {}))


def _command(command: Mapping[str, Any]) -> dict[str, Any]:
    """One form for REST and gRPC, without what a client's library adds."""
    is_rpc = "rpc" in command
    path = PATHS.get(command["rpc"], command["rpc"]) if is_rpc else f"{command['method']} {_path(command['path'])}"
    if "file" in command:
        metadata = {key: value for key, value in (command.get("metadata") or {}).items() if value not in (None, {}, [])}
        return {"command": path, "file": command["file"], "metadata": metadata}
    body = command.get("body") or {}
    return {"command": path, "body": {key: body[key] for key in body if not _is_default(key, body[key], is_rpc)}}


def _path(path: str) -> str:
    return path.partition("?")[0]


def _is_default(name: str, value: Any, is_rpc: bool) -> bool:
    if name in CLIENT_DEFAULTS:
        return value in (None, [], False, "")
    defaults: dict[str, tuple[Any, ...]] = {
        "tenantId": ("<default>", "", None),
        "messageId": ("", None),
        "processDefinitionKey": (0, "0") if is_rpc else (),
    }
    return value in defaults.get(name, ())


def _answers_differ(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> str | None:
    if expected["status"] != actual.get("status"):
        return f"status {actual.get('status')}, expected {expected['status']}"
    if _is_error_page(expected) or _FREE_TEXT.search(expected.get("body") or ""):
        return None
    headers = {name.lower(): value for name, value in (actual.get("headers") or {}).items()}
    return (
        _headers_differ(expected["headers"], headers)
        or _content_types_differ(expected, headers)
        or _bodies_differ(expected, actual)
    )


def _is_error_page(answer: Mapping[str, Any]) -> bool:
    is_html = str(answer["headers"].get("content-type", "")).startswith("text/html")
    return is_html and answer["status"] >= 400 and "<!doctype" in answer.get("body", "")


def _headers_differ(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> str | None:
    for name, value in expected.items():
        if name in UNCOMPARED_HEADERS:
            continue
        other = actual.get(name)
        if name == "allow" and _methods(value) == _methods(other):
            continue
        if found := _differ(value, other, f"header {name}"):
            return found
    return None


def _methods(allow: Any) -> set[str]:
    return {method.strip() for method in str(allow).split(",")}


def _content_types_differ(expected: Mapping[str, Any], headers: Mapping[str, Any]) -> str | None:
    if expected.get("json") is None and not expected.get("body"):
        return None
    wanted, given = (_media_type(found.get("content-type")) for found in (expected["headers"], headers))
    return None if wanted == given else f"content-type {given}, expected {wanted}"


def _media_type(value: Any) -> str | None:
    return None if value is None else re.sub(r"\s", "", str(value)).lower()


def _bodies_differ(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> str | None:
    if "json" not in expected:
        text = actual.get("body", json.dumps(actual["json"], default=str) if "json" in actual else "")
        return _differ(expected.get("body", ""), text, "body")
    try:
        given = actual["json"] if "json" in actual else json.loads(actual.get("body") or "", parse_float=Decimal)
    except ValueError:
        return f"body {_short(actual.get('body'))}, expected JSON"
    wanted, given = _without_exceptions(expected["json"]), _without_exceptions(given)
    if isinstance(wanted, dict) and isinstance(given, dict):
        given = _with_marks(wanted, given)
    return _differ(_without_free_text(wanted), given, "body")


def _with_marks(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Put the marks of what is not compared where the expected body has them."""
    marks = {key: value for key, value in _without_free_text(wanted).items() if value == _TEXT}
    if wanted.get("error") == _THROWABLE:
        marks["error"] = _THROWABLE
    return {**given, **marks}


def _without_exceptions(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _THROWABLE if _is_exception(key, item) else _without_exceptions(item) for key, item in value.items()
        }
    return [_without_exceptions(item) for item in value] if isinstance(value, list) else value


def _is_exception(key: str, value: Any) -> bool:
    return key == "error" and isinstance(value, dict) and ("@throwable" in value or "stackTrace" in value)


def _without_free_text(value: Any) -> Any:
    if isinstance(value, str):
        return _TEXT if _FREE_TEXT.search(value) else value
    if isinstance(value, dict):
        return {key: _without_free_text(item) for key, item in value.items()}
    return [_without_free_text(item) for item in value] if isinstance(value, list) else value


def _differ(expected: Any, actual: Any, path: str) -> str | None:
    """The first difference of two JSON values."""
    if _is_number(expected) and _is_number(actual):
        one, other = Decimal(str(expected)), Decimal(str(actual))
        near = one == other or abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
        return None if near else f"{path} {actual}, expected {expected}"
    if type(expected) is not type(actual):
        return f"{path} {_short(actual)}, expected {_short(expected)}"
    if isinstance(expected, dict):
        return _contexts_differ(expected, actual, path)
    if isinstance(expected, list):
        return _lists_differ(expected, actual, path)
    return None if expected == actual else f"{path} {_short(actual)}, expected {_short(expected)}"


def _contexts_differ(expected: dict[str, Any], actual: dict[str, Any], path: str) -> str | None:
    for key in sorted(expected.keys() ^ actual.keys()):
        if key in expected:
            return f"{path}.{key} is missing, expected {_short(expected[key])}"
        return f"{path}.{key} {_short(actual[key])} is unexpected"
    found = (_differ(expected[key], actual[key], f"{path}.{key}") for key in expected)
    return next((text for text in found if text), None)


def _lists_differ(expected: list[Any], actual: list[Any], path: str) -> str | None:
    if len(expected) != len(actual):
        return f"{path} has {len(actual)} items, expected {len(expected)}: {_short(actual)}"
    found = (_differ(one, other, f"{path}[{n}]") for n, (one, other) in enumerate(zip(expected, actual, strict=True)))
    return next((text for text in found if text), None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:200]
