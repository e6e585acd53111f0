"""How fast the development engine is: `python bench/engine.py`; without HTTP, through the engine's own commands."""

from __future__ import annotations

import gc
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from connector_sdk.clock import SystemClock
from devkit.conformance.engine.bpmn import bpmn
from devkit.engine import deployments, instances, messages, worker_commands
from devkit.engine.deployments import Resource
from devkit.engine.engine import Engine
from devkit.engine.storage import Storage

PROCESSES = {
    "Task": "{s: {is: start}, t: {is: service, type: work}, e: {is: end}}",
    "Webhook": "{s: {is: start, message: {name: order}}, t: {is: service, type: work}, e: {is: end}}",
    "Waits": "{s: {is: start}, c: {is: catch, message: {name: m, key: =k}}, e: {is: end}}",
    "Loop": (
        "{s: {is: start}, m: {is: xor, to: x}, x: {is: script, expr: '=n + 1', result: n, to: g},"
        " g: {is: xor, to: {m: '=n < limit', e: default}}, e: {is: end}}"
    ),
}
INSTANCES = 5_000
BATCH = 100
LOCK_MS = 600_000
FEW, MANY = 10, 10_000
PUBLISHED = 200
LOOPS = (100, 200, 400, 800)

_CLOCK = SystemClock()


def seconds(run: Callable[[], object]) -> float:
    """How long a call takes."""
    gc.collect()
    begin = _CLOCK.monotonic()
    run()
    return _CLOCK.monotonic() - begin


def deployed(storage: Storage | None = None) -> Engine:
    """A new engine with the processes."""
    engine = Engine(storage=storage)
    with engine.transaction() as core:
        for name, nodes in PROCESSES.items():
            xml = bpmn({"id": name, "nodes": yaml.safe_load(nodes)})
            deployments.deploy(core, [Resource(f"{name}.bpmn", xml.encode())])
    return engine


@contextmanager
def stored() -> Iterator[Engine]:
    """An engine on a file."""
    with tempfile.TemporaryDirectory() as folder:
        engine = deployed(Storage(Path(folder) / "state"))
        yield engine
        engine.close()


def complete_all(engine: Engine) -> None:
    """Workers that take a batch of jobs and complete each in a command of its own."""
    while True:
        with engine.transaction() as core:
            keys = [job.key for job, _ in worker_commands.activate(core, "work", BATCH, LOCK_MS, "bench")]
        for key in keys:
            with engine.transaction() as core:
                worker_commands.complete(core, key, {"done": True})
        if not keys:
            return


def create(engine: Engine, process_id: str, count: int, **variables: object) -> None:
    """Instances, each in a command of its own."""
    for number in range(count):
        with engine.transaction() as core:
            definition = instances.definition_to_start(core, process_id, None, -1)
            instances.create(core, definition, {"n": 0, "k": f"key-{number}", **variables})


def publish(engine: Engine, name: str, count: int) -> None:
    """Messages, each in a command of its own."""
    for number in range(count):
        with engine.transaction() as core:
            messages.publish(core, name, f"key-{number}", 0, "", {"body": {"id": number}})


def create_and_complete(engine: Engine) -> float:
    """Instances a second."""

    def run() -> None:
        create(engine, "Task", INSTANCES)
        complete_all(engine)

    return INSTANCES / seconds(run)


def webhook(engine: Engine) -> float:
    """Messages a second: published, started an instance, its job completed."""

    def run() -> None:
        publish(engine, "order", INSTANCES)
        complete_all(engine)

    return INSTANCES / seconds(run)


def publish_with_waiting(waiting: int) -> float:
    """Seconds for one message while so many instances wait for another."""
    engine = deployed()
    create(engine, "Waits", waiting)
    return seconds(lambda: publish(engine, "nobody", PUBLISHED)) / PUBLISHED


def bytes_waiting() -> float:
    """Memory of an instance that waits for a message."""
    engine = deployed()
    create(engine, "Waits", FEW)
    tracemalloc.start()
    create(engine, "Waits", MANY)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return taken / MANY


def loop(iterations: int) -> float:
    """Seconds for each iteration of a loop of so many."""
    engine = deployed()
    return seconds(lambda: create(engine, "Loop", 1, limit=iterations)) / iterations


def main() -> None:
    """Measure and print, with what each number must reach."""
    print(f"create + complete, memory    {create_and_complete(deployed()):10,.0f} instances/s   (≥ 10,000)")
    with stored() as engine:
        print(f"create + complete, SQLite    {create_and_complete(engine):10,.0f} instances/s   (≥ 4,000)")
    print(f"webhook → job → done, memory {webhook(deployed()):10,.0f} messages/s    (≥ 10,000)")
    with stored() as engine:
        print(f"webhook → job → done, SQLite {webhook(engine):10,.0f} messages/s")
    few, many = publish_with_waiting(FEW), publish_with_waiting(MANY)
    print(f"publish, {MANY:,} waiting     {many / few:10.1f} × the cost with {FEW}   (≤ 3)")
    print(f"memory of a waiting instance {bytes_waiting():10,.0f} bytes")
    for iterations in LOOPS:
        print(f"loop of {iterations:4d}                 {loop(iterations) * 1e6:10.1f} µs an iteration (constant)")


if __name__ == "__main__":
    main()
