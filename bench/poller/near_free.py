"""An engine that costs next to nothing, to see what a worker can do by itself: jobs in ready text, REST only."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableSequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawArray
from typing import Any, cast

from bench.poller.engine import Addresses
from bench.poller.model import model, process_id, task
from bench.poller.target import Target
from bench.process import cpu_seconds
from bench.server import ok, served

KIND = "quick"
OFFERED, GIVEN, COMPLETED, REFUSED = range(4)
EMPTY_SECONDS = 0.05
"""How long an activation without jobs waits."""
FIRST_KEY = 2251799813685249
FAR_AWAY = 4_102_444_800_000
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
BROKER = {"nodeId": 0, "host": "localhost", "port": 26501, "version": "8.8.7"}
PARTITION = {"partitionId": 1, "role": "leader", "health": "healthy"}
TOPOLOGY = {
    "brokers": [{**BROKER, "partitions": [PARTITION]}],
    "clusterSize": 1,
    "partitionsCount": 1,
    "replicationFactor": 1,
    "gatewayVersion": "8.8.7",
    "lastCompletedChangeId": "-1",
}


@dataclass(slots=True)
class NearFree:
    """A running one, for one type; its jobs are of one kind."""

    addresses: Addresses
    pid: int
    _counts: MutableSequence[int]

    def prepare(self, job_type: str, target: Target) -> None:
        """Nothing: it was started with them."""

    def create(self, job_type: str, kind: str, count: int) -> None:
        """Offer more jobs."""
        assert kind == KIND
        self._counts[OFFERED] += count

    def completed(self, job_type: str) -> int | None:
        """So far. Raises RuntimeError once a worker has failed a job."""
        if self._counts[REFUSED]:
            raise RuntimeError(f"{self._counts[REFUSED]} jobs were failed")
        return self._counts[COMPLETED]

    def cpu_seconds(self) -> float:
        """Of its process."""
        return cpu_seconds(self.pid)


@contextmanager
def near_free(job_type: str, target: Target) -> Iterator[NearFree]:
    """Serve jobs of a type."""
    counts = cast(MutableSequence[int], RawArray("q", 4))
    definition = model(job_type, KIND, target)
    before, after = (part.encode() for part in json.dumps(_job(job_type, target)).split("KEY"))

    def activation(wanted: int) -> tuple[float, bytes]:
        first = counts[GIVEN]
        count = min(wanted, counts[OFFERED] - first)
        counts[GIVEN] = first + count
        jobs = b",".join(before + str(FIRST_KEY + first + n).encode() + after for n in range(count))
        return 0.0 if count else EMPTY_SECONDS, ok(b'{"jobs":[' + jobs + b"]}")

    def answer(path: str, body: bytes) -> tuple[float, bytes]:
        if path.endswith("/completion"):
            counts[COMPLETED] += 1
            return 0.0, NO_CONTENT
        if path == "/v2/jobs/activation":
            asked = json.loads(body)
            return activation(asked["maxJobsToActivate"] if asked["type"] == job_type else 0)
        if path.startswith("/v2/jobs/"):
            counts[REFUSED] += 1
            return 0.0, NO_CONTENT
        known = {"/v2/topology": json.dumps(TOPOLOGY).encode(), "/v2/process-definitions/1/xml": definition}
        return 0.0, ok(known[path]) if path in known else NOT_FOUND

    with served(answer) as (address, pid):
        yield NearFree(Addresses(address), pid, counts)


def _job(job_type: str, target: Target) -> dict[str, Any]:
    """What the engine makes of the model's task."""
    spelled = task(job_type, KIND, target)
    variables: dict[str, Any] = {}
    for name, value in spelled["in"].items():
        outer, _, inner = name.partition(".")
        if inner:
            variables.setdefault(outer, {})[inner] = value
        else:
            variables[outer] = value
    return {
        "jobKey": "KEY",
        "type": job_type,
        "processInstanceKey": "2",
        "rootProcessInstanceKey": "2",
        "processDefinitionId": process_id(job_type, KIND),
        "processDefinitionVersion": 1,
        "processDefinitionKey": "1",
        "elementId": "task",
        "elementInstanceKey": "3",
        "customHeaders": spelled["headers"],
        "worker": "worker",
        "retries": 3,
        "deadline": FAR_AWAY,
        "variables": variables,
        "tenantId": "<default>",
        "physicalTenantId": "default",
        "kind": "BPMN_ELEMENT",
        "listenerEventType": "UNSPECIFIED",
        "tags": [],
        "userTask": None,
    }
