"""Recorded jobs, run through the Lambda door of the REST function against the service that they talked to.

A case has `id`, `job`, `secrets`, and what Camunda's Java runtime made of it: `requests`, `outcome`. Recorded cases
show 8.8, so they run under `CONNECTORS_COMPATIBILITY=8.8`. Waits before a repeat are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from itertools import chain
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
from devkit.testing.jobs import LOOPBACK, no_pause
from functions.outbound.http_json.app import handler

Case = Mapping[str, Any]
Result = dict[str, Any]

THREADS = 8
_PORT = ":{port}"
_PREFIX = "SECRET_"
_JOB_KEY = "1"


class Runner(AbstractContextManager["Runner"]):
    """Runs jobs through the Lambda door, against a service of its own that answers as the recorded one."""

    def __init__(self, cases: Iterable[Case]) -> None:
        # The recording was made in one environment that held the secrets of all cases.
        self._environment = dict(chain.from_iterable(_secrets(case).items() for case in cases))
        self._transport = GuardedTransport(LOOPBACK)
        self._http = HttpClient(Sender(self._transport, pause=no_pause))
        self._target = Target()
        self.port = self._target.port

    def __exit__(self, *_: object) -> None:
        self._target.__exit__()
        self._transport.close()

    def run(self, case: Case, job: Mapping[str, Any]) -> Result:
        """The requests and the outcome of a case's job; the target's port is `{port}` in them."""
        services = Services(
            EnvironmentSecrets({**self._environment, **_secrets(case)}, _PREFIX),
            self._http,
            Compatibility.of("8.8"),
            SystemClock(),
            RecordedDocuments(),
        )
        answer = handler.with_services(services)({"v": 1, "jobs": [job]})
        requests = self._target.take(case["id"])
        port = f":{self.port}"
        outcome, requests = json.loads(json.dumps([answer["outcomes"][0], requests]).replace(port, _PORT))
        return {
            "id": case["id"],
            "requests": requests,
            "outcome": {"command": outcome["command"], "body": outcome["body"]},
        }


def results(cases: Iterable[Case]) -> Iterator[Result]:
    """The raw result of each case, in order: `id`, `requests` and `outcome` with `command` and `body`."""
    every = list(cases)
    with Runner(every) as runner, ThreadPoolExecutor(THREADS) as threads:
        yield from threads.map(lambda case: runner.run(case, _job(case, runner.port)), every)


def _job(case: Case, port: int) -> dict[str, Any]:
    job: dict[str, Any] = json.loads(json_lines.dumps(case["job"]).replace(_PORT, f":{port}"))
    return {**job, "jobKey": _JOB_KEY}


def _secrets(case: Case) -> dict[str, str]:
    return {_PREFIX + name: value for name, value in (case.get("secrets") or {}).items()}
