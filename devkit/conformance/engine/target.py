"""The engine under test: where it is, how its clock is moved, how one looks inside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from connector_sdk.clock import SystemClock
from devkit.conformance.engine.http import Answer, Request, json_request, send

Rows = list[dict[str, Any]]


class Failed(Exception):
    """A scenario's expectation was not met."""


class MovableClock(Protocol):
    """A clock that scenarios move; it only goes forward."""

    def now_ms(self) -> int: ...

    def advance(self, milliseconds: int) -> None: ...


class Probe(Protocol):
    """What can be seen of a process instance from outside; rows as the search endpoints show them."""

    def incidents(self, instance: Any) -> Rows: ...

    def elements(self, instance: Any) -> Rows: ...

    def variables(self, instance: Any) -> Rows: ...

    def user_tasks(self, instance: Any) -> Rows: ...


class ApiClock:
    """`PUT /v2/clock`."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._at: int | None = None

    def now_ms(self) -> int:
        return self._at or SystemClock().time_ms()

    def advance(self, milliseconds: int) -> None:
        moment = self.now_ms() + milliseconds
        answer = send(self._base, json_request("PUT", "/clock", {"timestamp": moment}))
        if answer.status != 204:
            raise Failed(f"PUT /clock: {answer.status} {answer.body}")
        self._at = moment


class ActuatorClock:
    """The management port of a real broker that was started with a controlled clock."""

    def __init__(self, address: str) -> None:
        self._address = address

    def now_ms(self) -> int:
        return int(_ask(self._address, "GET", "/clock")["epochMilli"])

    def advance(self, milliseconds: int) -> None:
        _ask(self._address, "POST", "/clock/add", {"offsetMilli": milliseconds})


def _ask(address: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    request = Request(method, path) if body is None else json_request(method, path, body)
    answer = send(address, request)
    if answer.status >= 400:
        raise Failed(f"{method} {path}: {answer.status} {answer.body}")
    return answer.body


class SearchProbe:
    """The engine's own search endpoints (8.8 and newer, and the development engine)."""

    def __init__(self, base: str) -> None:
        self._base = base

    def _search(self, what: str, instance: Any) -> Rows:
        body = {"filter": {"processInstanceKey": str(instance)}, "page": {"limit": 1000}}
        answer = send(self._base, json_request("POST", f"/{what}/search", body))
        if answer.status != 200:
            raise Failed(f"{what}/search: {answer.status} {answer.body}")
        rows: Rows = answer.body["items"]
        return rows

    def incidents(self, instance: Any) -> Rows:
        return [row for row in self._search("incidents", instance) if row["state"] != "RESOLVED"]

    def elements(self, instance: Any) -> Rows:
        return self._search("element-instances", instance)

    def variables(self, instance: Any) -> Rows:
        return [{**row, "value": json.loads(row["value"])} for row in self._search("variables", instance)]

    def user_tasks(self, instance: Any) -> Rows:
        return self._search("user-tasks", instance)


class SinkProbe:
    """Records that a real engine exported to `devkit.conformance.engine.sink`."""

    def __init__(self, address: str) -> None:
        self._address = address

    def _records(self, kind: str, instance: Any) -> Rows:
        url = urlsplit(self._address)
        connection = HTTPConnection(url.hostname or "", url.port, timeout=10)
        try:
            connection.request("GET", "/q?" + urlencode({"type": kind, "pi": instance}))
            rows: Rows = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return rows

    def incidents(self, instance: Any) -> Rows:
        found: dict[int, dict[str, Any]] = {}
        for record in self._records("INCIDENT", instance):
            if record["intent"] == "CREATED":
                wanted = ("errorType", "errorMessage", "elementId")
                found[record["key"]] = {
                    "incidentKey": record["key"],
                    **{name: record["value"][name] for name in wanted},
                }
            elif record["intent"] == "RESOLVED":
                found.pop(record["key"], None)
        return list(found.values())

    def elements(self, instance: Any) -> Rows:
        found: dict[int, dict[str, Any]] = {}
        for record in self._records("PROCESS_INSTANCE", instance):
            intent, value = record["intent"], record["value"]
            if intent == "ELEMENT_ACTIVATING":
                found[record["key"]] = {
                    "elementId": value["elementId"],
                    "type": value["bpmnElementType"],
                    "state": "ACTIVE",
                    "elementInstanceKey": record["key"],
                }
            elif intent in ("ELEMENT_COMPLETED", "ELEMENT_TERMINATED") and record["key"] in found:
                found[record["key"]]["state"] = intent.removeprefix("ELEMENT_")
        return list(found.values())

    def variables(self, instance: Any) -> Rows:
        found: dict[tuple[int, str], dict[str, Any]] = {}
        for record in self._records("VARIABLE", instance):
            value = record["value"]
            found[value["scopeKey"], value["name"]] = {
                "name": value["name"],
                "value": json.loads(value["value"]),
                "scopeKey": value["scopeKey"],
            }
        return list(found.values())

    def user_tasks(self, instance: Any) -> Rows:
        found: dict[int, dict[str, Any]] = {}
        for record in self._records("USER_TASK", instance):
            intent, value = record["intent"], record["value"]
            if intent == "CREATED":
                found[record["key"]] = {
                    "userTaskKey": record["key"],
                    "elementId": value["elementId"],
                    "state": "CREATED",
                    "assignee": None,
                }
            if intent in ("CREATED", "ASSIGNED", "UPDATED") and record["key"] in found:
                found[record["key"]]["assignee"] = value["assignee"] or None
            if intent in ("COMPLETED", "CANCELED") and record["key"] in found:
                found[record["key"]]["state"] = intent
        return list(found.values())


CAPABILITIES_TO_ASK_FOR = ("clock", "probe")


@dataclass(frozen=True, slots=True)
class Target:
    """An engine. `lacks` names capabilities that scenarios may need and this engine does not have."""

    base: str
    """Where the API is, with /v2."""
    clock: MovableClock | None = None
    probe: Probe | None = None
    lacks: frozenset[str] = frozenset()
    quirks: bool = False
    """It is an 8.6.0, with all its peculiarities."""
    settle: float = 0.15
    """Seconds to wait before looking that nothing is there, and after the clock was moved."""
    patience: float = 12.0
    """Seconds to wait for a job, for a probe, for what comes eventually."""

    def has(self, capability: str) -> bool:
        """Whether scenarios that need a capability can run."""
        if capability.startswith("quirk-"):
            return self.quirks and capability not in self.lacks
        if capability in CAPABILITIES_TO_ASK_FOR:
            return getattr(self, capability) is not None
        return capability not in self.lacks

    def send(self, request: Request) -> Answer:
        return send(self.base, request)


def clock_of(spec: str, base: str) -> MovableClock | None:
    """`v2`, `actuator:<address of /actuator>`, or nothing. Raises ValueError."""
    kind, _, address = spec.partition(":")
    if not spec:
        return None
    if kind == "v2":
        return ApiClock(base)
    if kind == "actuator":
        return ActuatorClock(address)
    raise ValueError(f"--clock is v2 or actuator:<address>, not {spec!r}")


def probe_of(spec: str, base: str) -> Probe | None:
    """`v2`, `sink:<address of the sink>`, or nothing. Raises ValueError."""
    kind, _, address = spec.partition(":")
    if not spec:
        return None
    if kind == "v2":
        return SearchProbe(base)
    if kind == "sink":
        return SinkProbe(address)
    raise ValueError(f"--probe is v2 or sink:<address>, not {spec!r}")
