"""What a step sends: the short forms (create, complete, publish …) as a table, and plain requests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from devkit.conformance.engine.http import Request, json_request, multipart
from devkit.conformance.engine.names import Names
from devkit.conformance.engine.target import Failed

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_NO_BODY = {"Content-Type": "application/json", "Accept": "application/json"}

Extra = dict[str, Any]
"""Further properties of the body: the step's `vars` and `with`."""

_SHORT_FORMS: Mapping[str, Callable[[Any, Extra], Request]] = {
    "create": lambda what, extra: json_request(
        "POST", "/process-instances", {"processDefinitionId": what, **extra}, 200
    ),
    "await": lambda what, extra: json_request(
        "POST",
        "/process-instances",
        {"processDefinitionId": what, "awaitCompletion": True, "requestTimeout": 10_000, **extra},
        200,
    ),
    "complete": lambda what, extra: json_request("POST", f"/jobs/{what}/completion", extra, 204),
    "fail": lambda what, extra: json_request("POST", f"/jobs/{what}/failure", extra, 204),
    "error": lambda what, extra: json_request("POST", f"/jobs/{what}/error", extra, 204),
    "update": lambda what, extra: json_request("PATCH", f"/jobs/{what}", {"changeset": extra}, 204),
    "publish": lambda what, extra: json_request("POST", "/messages/publication", {"name": what, **extra}, 200),
    "correlate": lambda what, extra: json_request("POST", "/messages/correlation", {"name": what, **extra}, 200),
    "signal": lambda what, extra: json_request("POST", "/signals/broadcast", {"signalName": what, **extra}, 200),
    "cancel": lambda what, _: Request("POST", f"/process-instances/{what}/cancellation", None, _NO_BODY, 204),
    "resolve": lambda what, _: Request("POST", f"/incidents/{what}/resolution", None, _NO_BODY, 204),
    "set": lambda what, extra: json_request("PUT", f"/element-instances/{what}/variables", extra, 204),
    "activate": lambda what, extra: json_request(
        "POST",
        "/jobs/activation",
        {"type": what, "maxJobsToActivate": 10, "timeout": 300_000, "requestTimeout": -1, **extra},
        200,
    ),
}


def request_of(step: Mapping[str, Any], names: Names, processes: dict[str, Any]) -> Request:
    """The request of a step. Raises Failed for a step that is none."""
    if "deploy" in step:
        return _deployment(step["deploy"], names, processes)
    filled = names.fill({name: value for name, value in step.items() if name != "expect"})
    for method in METHODS:
        if method in filled:
            return _plain(method, filled)
    extra = {"variables": filled["vars"]} if "vars" in filled else {}
    extra |= filled.get("with", {})
    for form, build in _SHORT_FORMS.items():
        if form in filled:
            return build(filled[form], extra)
    raise Failed(f"unknown step {step}")


def _plain(method: str, step: Mapping[str, Any]) -> Request:
    headers = {"Accept": "application/json", **step.get("headers", {})}
    body: bytes | None = None
    if "raw" in step:
        body = step["raw"].encode()
    elif "body" in step:
        body = json.dumps(step["body"]).encode()
        headers.setdefault("Content-Type", "application/json")
    return Request(method, step[method], body, {name: value for name, value in headers.items() if value is not None})


def _deployment(what: Any, names: Names, processes: dict[str, Any]) -> Request:
    parts: list[dict[str, str | None]] = []
    for item in what if isinstance(what, list) else [what]:
        if isinstance(item, str):
            item = {"process": item, "file": f"{item}~.bpmn"}
        name = item.get("file", "p~.bpmn" if "process" in item else None)
        data = names.xml(processes, item["process"]) if "process" in item else names.fill(item["data"])
        parts.append({"part": item.get("part", "resources"), "file": names.fill(name), "data": data})
    body, media_type = multipart(parts)
    return Request("POST", "/deployments", body, {"Content-Type": media_type, "Accept": "application/json"}, 200)
