"""The engine's commands and searches as Python calls."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlencode

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.engine_client.authentication import Authentication, authentication_from
from connector_sdk.engine_client.multipart import document_form, multipart
from connector_sdk.engine_client.records import (
    CorrelatedMessage,
    CreatedInstance,
    DeployedProcess,
    PublishedMessage,
    keys_as_text,
)
from connector_sdk.engine_client.rest import Request, Rest
from connector_sdk.errors import EngineNotFound, EngineRejected, SettingsError
from connector_sdk.job import Job
from connector_sdk.settings import Settings
from connector_sdk.wire.connection import CONNECT_TIMEOUT_SECONDS

T = TypeVar("T")
JobCommand = Literal["completion", "failure", "error"]

READ_TIMEOUT_SECONDS = 20.0
POLL_MARGIN_SECONDS = 10.0
"""A long poll is read this much longer than the engine keeps it open; one second is known to be too little."""
ENGINE_POLL_SECONDS = 10.0
"""How long the engine keeps an activation open when the request does not say (its default)."""
SEARCH_PAGE = 1000
TOPOLOGY = ("brokers", "gatewayVersion")
"""Every engine tells these of itself, whatever its version."""
BUSINESS_IDS_SINCE = (8, 9)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_VERSION = re.compile(r"(\d+)\.(\d+)", re.ASCII)
DOCUMENT = "camunda.document.type"
"""What makes an object the reference of a document."""


class EngineClient:
    """A client for one engine. Threads may share it.

    Every call raises EngineUnreachable (no answer), EngineBusy (429, 503, 504), EngineNotFound (404), EngineConflict
    (409) or EngineRejected (any other refusal). Keys are text in both directions; 8.6's numbers are converted.
    """

    def __init__(
        self,
        address: str,
        *,
        authentication: Authentication | None = None,
        read_timeout: float = READ_TIMEOUT_SECONDS,
        connect_timeout: float = CONNECT_TIMEOUT_SECONDS,
    ) -> None:
        """`address` may end in /v2 or not, and may have a path before it (SaaS: the cluster's id).

        Time-outs are in seconds. Raises ValueError for an address that is none.
        """
        self._rest = Rest(address, authentication, connect_timeout)
        self._read_timeout = read_timeout
        self._within: float | None = None
        self._until: float | None = None

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock | None = None) -> EngineClient:
        """Make the client that CAMUNDA_* describe. Raises SettingsError naming what is missing or unreadable."""
        if not settings.engine_address:
            raise SettingsError("CAMUNDA_REST_ADDRESS is not set: it names the engine, such as http://localhost:8080")
        try:
            return cls(settings.engine_address, authentication=authentication_from(settings, clock))
        except ValueError as error:
            raise SettingsError(f"CAMUNDA_REST_ADDRESS or CAMUNDA_OAUTH_URL is not usable: {error}") from error

    @property
    def address(self) -> str:
        """The engine's address without /v2."""
        return self._rest.address

    def within(self, seconds: float, *, together: bool = False) -> EngineClient:
        """The same client, connections included, whose every request is over after so many seconds, token and all.

        `together`: they share the time, which begins now.
        """
        client = copy(self)
        client._within, client._until = (None, SystemClock().monotonic() + seconds) if together else (seconds, None)
        return client

    @property
    def _seconds(self) -> float | None:
        """How long the next request may take."""
        return self._within if self._until is None else max(self._until - SystemClock().monotonic(), 0)

    def close(self) -> None:
        """Close the idle connections."""
        self._rest.close()

    def topology(self) -> dict[str, Any]:
        """Brokers, partitions, `gatewayVersion`, and from 8.9 on `clusterId`; the first thing to ask an engine.

        A 404 says that its address is wrong, and so does JSON that is no topology.
        """
        try:
            told = self._call("GET", "/topology", read=_object, repeatable=True)
        except EngineNotFound as error:
            detail = f"{error.detail}; is CAMUNDA_REST_ADDRESS right? It says {self.address}"
            raise EngineNotFound(error.status, error.title, detail, "GET /topology", problem=error.problem) from error
        if told.keys().isdisjoint(TOPOLOGY):
            lacks = "the answer has neither " + " nor ".join(TOPOLOGY)
            detail = f"{self.address} (CAMUNDA_REST_ADDRESS) is no engine's REST API: {lacks}"
            raise EngineRejected(200, "unexpected answer", detail, "GET /topology")
        return told

    def has_business_ids(self) -> bool:
        """Whether instances are created and found under a `businessId` (8.9 and newer); the engine is asked once.

        An engine that does not tell its version has none.
        """
        if self._rest.version is None:
            try:
                told = self.topology().get("gatewayVersion")
            except EngineRejected:
                return False
            found = _VERSION.match(str(told))
            self._rest.version = (int(found[1]), int(found[2])) if found else (0, 0)
        return self._rest.version >= BUSINESS_IDS_SINCE

    def deploy(
        self, resources: Sequence[tuple[str, bytes]], tenant_id: str | None = None
    ) -> tuple[DeployedProcess, ...]:
        """Deploy files (name, content) together or not at all; returns the processes in them, in no fixed order.

        Deploying the same content under the same name again makes no new version.
        """
        media_type, body = multipart(resources, [("tenantId", tenant_id)] if tenant_id else [])
        request = Request("POST", "/deployments", body, media_type, self._read_timeout, repeatable=True)
        return self._rest.send(request, _processes, self._seconds)

    def activate_jobs(
        self,
        job_type: str,
        *,
        max_jobs: int,
        timeout_ms: int,
        worker: str,
        request_timeout_ms: int,
        fetch_variables: Sequence[str] | None = None,
        tenant_ids: Sequence[str] | None = None,
    ) -> list[Job]:
        """Lock up to `max_jobs` jobs for `timeout_ms`; the engine waits up to `request_timeout_ms` for the first one.

        `request_timeout_ms` 0 leaves the wait to the engine (10 s), a negative one answers at once.
        `fetch_variables` names the only variables to send along (None: all).
        """
        content: dict[str, Any] = {
            "type": job_type,
            "maxJobsToActivate": max_jobs,
            "timeout": timeout_ms,
            "worker": worker,
            "requestTimeout": request_timeout_ms,
        }
        if fetch_variables is not None:
            content["fetchVariable"] = list(fetch_variables)
        if tenant_ids is not None:
            content["tenantIds"] = list(tenant_ids)
        wait = ENGINE_POLL_SECONDS if request_timeout_ms == 0 else max(request_timeout_ms, 0) / 1000
        request = Request(
            "POST", "/jobs/activation", _json(content), read_timeout=wait + POLL_MARGIN_SECONDS, held_open=True
        )
        return self._rest.send(request, _jobs, self._seconds)

    def command_job(self, job_key: str, command: JobCommand, body: Mapping[str, Any]) -> None:
        """Complete, fail or throw an error for a job; `body` is the REST body. ValueError if JSON cannot say it.

        Safe to repeat: the engine takes the first one, and answers 404 or 409 to the second.
        """
        self._call("POST", f"/jobs/{_segment(job_key)}/{command}", body, read=_nothing, repeatable=True)

    def update_job(
        self,
        job_key: str,
        *,
        retries: int | None = None,
        timeout_ms: int | None = None,
        lease_token: str | None = None,
    ) -> None:
        """Set the retries, or the lock's time from now, or both (in two requests: 8.6 drops one of two changes)."""
        path, lease = f"/jobs/{_segment(job_key)}", _given({"jobLeaseToken": lease_token})
        for change in ({"retries": retries}, {"timeout": timeout_ms}):
            if changeset := _given(change):
                self._call("PATCH", path, {"changeset": changeset, **lease}, read=_nothing, repeatable=True)

    def publish_message(
        self,
        name: str,
        *,
        correlation_key: str = "",
        time_to_live_ms: int = 0,
        message_id: str | None = None,
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
    ) -> PublishedMessage:
        """Publish a message, buffered for `time_to_live_ms`. EngineConflict: a message with that id lives already."""
        content = {"name": name, "correlationKey": correlation_key, "timeToLive": time_to_live_ms}
        optional = {"messageId": message_id, "variables": variables, "tenantId": tenant_id}
        return self._call("POST", "/messages/publication", content | _given(optional), read=PublishedMessage.from_wire)

    def correlate_message(
        self,
        name: str,
        *,
        correlation_key: str = "",
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
    ) -> CorrelatedMessage:
        """Hand a message to what waits for it now. EngineNotFound: nothing waits; it is never buffered."""
        content = {"name": name, "correlationKey": correlation_key}
        optional = {"variables": variables, "tenantId": tenant_id}
        return self._call("POST", "/messages/correlation", content | _given(optional), read=CorrelatedMessage.from_wire)

    def create_instance(
        self,
        *,
        process_definition_id: str | None = None,
        process_definition_key: str | None = None,
        version: int | None = None,
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
        await_completion: bool = False,
        request_timeout_ms: int | None = None,
        business_id: str | None = None,
    ) -> CreatedInstance:
        """Start an instance of a definition, by its id (newest version, or `version`) or by its key.

        `business_id` only for an engine that `has_business_ids`; an older one refuses the request for it.
        With `await_completion` the answer holds its final variables; EngineBusy when it takes longer than the engine
        waits (`request_timeout_ms`; 15 s if that is not given, and always on 8.6), and the instance lives on.
        """
        optional = {
            "processDefinitionId": process_definition_id,
            "processDefinitionKey": process_definition_key,
            "processDefinitionVersion": version,
            "variables": variables,
            "tenantId": tenant_id,
            "awaitCompletion": await_completion or None,
            "requestTimeout": request_timeout_ms,
            "businessId": business_id,
        }
        waited = (request_timeout_ms or 0) / 1000 + POLL_MARGIN_SECONDS if await_completion else 0.0
        body, timeout = _json(_given(optional)), max(self._read_timeout, waited)
        request = Request("POST", "/process-instances", body, read_timeout=timeout, held_open=await_completion)
        return self._rest.send(request, CreatedInstance.from_wire, self._seconds)

    def create_document(self, content: bytes, content_type: str | None, file_name: str | None) -> dict[str, Any]:
        """Keep a document in the engine's store (8.7 and newer); returns its reference, as variables hold it."""
        named: dict[str, Any] = {"contentType": content_type, "fileName": file_name, "customProperties": {}}
        metadata = {name: value for name, value in named.items() if value is not None}
        media_type, body = document_form(content, file_name, _json(metadata))
        request = Request("POST", "/documents", body, media_type, self._read_timeout)
        return self._rest.send(request, _reference, self._seconds)

    def read_document(self, reference: Mapping[str, Any]) -> bytes:
        """The content of a document, by its reference."""
        path = _document(reference)
        request = Request("GET", path, accept="*/*", read_timeout=self._read_timeout, repeatable=True)
        return self._rest.exchange(request, self._seconds).body

    def link_document(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        """An address where anybody can read the document for a while."""
        content = {"timeToLive": time_to_live_ms}
        return self._call("POST", _document(reference, "/links"), content, read=lambda answer: str(answer["url"]))

    def search(
        self, what: str, filter: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """Find all `process-instances`, `element-instances`, `variables`, `incidents`, `process-definitions` …, or the
        first `limit`.

        Values of variables come as untruncated JSON text. Reads are eventually consistent. EngineRejected 403 (8.6:
        404, 405): this engine has no storage to search in.
        """
        path = f"/{what}/search" + ("?truncateValues=false" if what == "variables" else "")
        found: list[dict[str, Any]] = []
        page: dict[str, Any] = {"limit": limit or SEARCH_PAGE}
        while True:
            items, cursor = self._call(
                "POST", path, {"filter": filter or {}, "page": page}, read=_page, repeatable=True
            )
            found += items
            if limit or cursor is None or len(items) < SEARCH_PAGE:
                return found
            page = {"limit": SEARCH_PAGE, "after": cursor}

    def definition_xml(self, key: str) -> bytes:
        """The file of a process definition. EngineNotFound: there is none, or the search does not know it yet."""
        path = f"/process-definitions/{_segment(key)}/xml"
        request = Request("GET", path, accept="text/xml", read_timeout=self._read_timeout, repeatable=True)
        return self._rest.exchange(request, self._seconds).body

    def set_clock(self, time_ms: int) -> None:
        """Pin the time of an engine that runs on a controlled clock (milliseconds since the epoch)."""
        self._call("PUT", "/clock", {"timestamp": time_ms}, read=_nothing, repeatable=True)

    def _call(
        self, method: str, path: str, content: Any = None, *, read: Callable[[Any], T], repeatable: bool = False
    ) -> T:
        body = None if content is None else _json(content)
        request = Request(method, path, body, read_timeout=self._read_timeout, repeatable=repeatable)
        return self._rest.send(request, read, self._seconds)


def _nothing(answer: Any) -> None:
    """For commands that are answered by 204; what a proxy might add is no matter."""


def _object(answer: Any) -> dict[str, Any]:
    return {**answer}


def _reference(answer: Any) -> dict[str, Any]:
    """8.6 calls the kind `documentType`; nothing that takes references knows it by that name."""
    return {DOCUMENT: "camunda", **{name: value for name, value in answer.items() if name != "documentType"}}


def _jobs(answer: Any) -> list[Job]:
    return [Job.from_wire(job) for job in answer["jobs"]]


def _processes(answer: Any) -> tuple[DeployedProcess, ...]:
    found = (item.get("processDefinition") for item in answer["deployments"])
    return tuple(DeployedProcess.from_wire(process) for process in found if process)


def _page(answer: Any) -> tuple[list[dict[str, Any]], str | None]:
    return [keys_as_text(item) for item in answer["items"]], (answer.get("page") or {}).get("endCursor")


def _given(optional: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in optional.items() if value is not None}


def _json(content: Any) -> bytes:
    """Raises ValueError for what JSON cannot say (NaN). Half a surrogate pair becomes `?`, as in Java."""
    return _ENCODER.encode(content).encode(errors="replace")


def _document(reference: Mapping[str, Any], rest: str = "") -> str:
    """The path of a document. Its hash has to go along; engines before 8.7 give none."""
    named = {name: reference.get(name) for name in ("storeId", "contentHash")}
    query = urlencode({name: value for name, value in named.items() if value})
    return f"/documents/{_segment(str(reference.get('documentId')))}{rest}" + (f"?{query}" if query else "")


def _segment(key: str) -> str:
    return quote(key, safe="")
