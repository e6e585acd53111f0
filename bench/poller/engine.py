"""The engines that workers serve: a real one, the development engine, and what all of them offer to a run."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Protocol

from bench.poller.model import models, process_id
from bench.poller.target import Target
from bench.process import cpu_seconds
from bench.rest import development
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineBusy
from connector_sdk.wire.connection import Connections
from devkit.testing.program import NotReady
from devkit.testing.zeebe import zeebe
from devkit.testing.zeebe_parts import ZEEBE_VERSION

MEMORY = Path("/dev/shm")  # noqa: S108 - the engine's data, not on a disk
HEAP = "1g"
CLIENTS = 4
"""That create instances side by side."""
BUSY_SECONDS = 60.0
PAUSE_SECONDS = 0.05
"""Before a busy engine is asked again."""
METRIC = "zeebe_job_events_total"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where workers find an engine."""

    rest: str
    grpc: str | None = None


class Engine(Protocol):
    """Where a run's jobs come from."""

    addresses: Addresses

    def prepare(self, job_type: str, target: Target) -> None:
        """Have processes whose jobs are of this type."""

    def create(self, job_type: str, kind: str, count: int) -> None:
        """Make jobs of a kind."""

    def completed(self, job_type: str) -> int | None:
        """Jobs of the type that are completed; None: the engine does not tell."""

    def cpu_seconds(self) -> float:
        """What its process has used."""


@dataclass(slots=True)
class RunningEngine:
    """An engine with processes, over REST."""

    name: str
    addresses: Addresses
    pid: int
    management: Connections | None = None
    client: EngineClient = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self.client = EngineClient(self.addresses.rest)

    def prepare(self, job_type: str, target: Target) -> None:
        """Deploy."""
        self.client.deploy(models(job_type, target))

    def create(self, job_type: str, kind: str, count: int) -> None:
        """Start instances, some at a time."""
        numbers = itertools.count()

        def create_some(_: int) -> None:
            while next(numbers) < count:
                self.create_one(job_type, kind)

        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(create_some, range(CLIENTS)))

    def create_one(self, job_type: str, kind: str, *, await_completion: bool = False) -> None:
        """Start an instance; an engine that is too busy to take it is asked again for a while. Raises EngineError."""
        pause, until = threading.Event(), perf_counter() + BUSY_SECONDS
        while True:
            try:
                self.client.create_instance(
                    process_definition_id=process_id(job_type, kind), await_completion=await_completion
                )
            except EngineBusy as error:
                if error.timed_out or perf_counter() > until:
                    raise
                pause.wait(PAUSE_SECONDS)
            else:
                return

    def completed(self, job_type: str) -> int | None:
        """By the engine's own metric, which only the real one has."""
        if self.management is None:
            return None
        answer = self.management.request("GET", f"/prometheus?includedNames={METRIC}")
        line = rf'^{METRIC}{{[^}}]*action="completed",[^}}]*type="{re.escape(job_type)}"[^}}]*}} (\S+)'
        found = re.search(line, answer.body.decode(), re.MULTILINE)
        return int(float(found[1])) if found else 0

    def cpu_seconds(self) -> float:
        """Of its process."""
        return cpu_seconds(self.pid)


@contextmanager
def real_engine() -> Iterator[RunningEngine]:
    """Zeebe, with its data in memory where there is such a folder. Raises PartMissing, NotReady."""
    name, within = f"Zeebe {ZEEBE_VERSION}", MEMORY if MEMORY.is_dir() else None
    with ExitStack() as stack:
        try:
            running = stack.enter_context(zeebe(heap=HEAP, within=within))
        except NotReady:  # such as a port that somebody took meanwhile
            running = stack.enter_context(zeebe(heap=HEAP, within=within))
        yield RunningEngine(
            name, Addresses(running.address, running.grpc), running.pid, Connections(running.management)
        )


@contextmanager
def development_engine() -> Iterator[RunningEngine]:
    """The development engine, in memory: REST only, and no metric."""
    with development("memory") as process:
        yield RunningEngine("the development engine", Addresses(process.address), process.pid)


ENGINES = {"zeebe": real_engine, "development": development_engine}
