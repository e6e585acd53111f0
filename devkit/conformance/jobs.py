"""Recorded jobs, run through the Lambda door of the REST function against the service that they talked to.

A case has `id`, `job`, `secrets`, and what Camunda's Java runtime made of it: `requests`, `outcome`. Recorded cases
show 8.8, so they run under `CONNECTORS_COMPATIBILITY=8.8`. Waits before a repeat are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from connector_sdk.clock import SystemClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.http import HttpClient, Sender
from connector_sdk.http.transport import GuardedTransport
from connector_sdk.outbound import Services
from connector_sdk.secrets import EnvironmentSecrets
from devkit.conformance import json_lines
from devkit.conformance.recorded_documents import RecordedDocuments
from devkit.conformance.recorded_target import Target
from devkit.testing.jobs import LOOPBACK
from functions.outbound.http_json.app import handler

Case = Mapping[str, Any]
Result = dict[str, Any]

THREADS = 8
_PORT = ":{port}"
_PREFIX = "SECRET_"
_JOB_KEY = "1"


def results(cases: Iterable[Case]) -> Iterator[Result]:
    """The raw result of each case, in order: `id`, `requests` and `outcome` with `command` and `body`."""
    every = list(cases)
    secrets = _environment(every)
    transport = GuardedTransport(LOOPBACK)
    try:
        with Target() as target, ThreadPoolExecutor(THREADS) as threads:
            http = HttpClient(Sender(transport, pause=_no_pause))
            yield from threads.map(lambda case: _result(case, target, http, secrets), every)
    finally:
        transport.close()


def _environment(cases: list[Case]) -> dict[str, str]:
    """The secrets of all cases: the recording was made in one environment that held all of them."""
    return {_PREFIX + name: value for case in cases for name, value in (case.get("secrets") or {}).items()}


def _result(case: Case, target: Target, http: HttpClient, environment: Mapping[str, str]) -> Result:
    own = {_PREFIX + name: value for name, value in (case.get("secrets") or {}).items()}
    services = Services(
        EnvironmentSecrets({**environment, **own}, _PREFIX),
        http,
        Compatibility.of("8.8"),
        SystemClock(),
        RecordedDocuments(),
    )
    port = f":{target.port}"
    job = json.loads(json_lines.dumps(case["job"]).replace(_PORT, port))
    answer = handler.with_services(services)({"v": 1, "jobs": [{**job, "jobKey": _JOB_KEY}]})
    (outcome,) = json.loads(json.dumps(answer).replace(port, _PORT))["outcomes"]
    requests = json.loads(json.dumps(target.take(case["id"])).replace(port, _PORT))
    return {
        "id": case["id"],
        "requests": requests,
        "outcome": {"command": outcome["command"], "body": outcome["body"]},
    }


def _no_pause(seconds: float) -> None:
    """Nothing waits while cases are replayed."""
