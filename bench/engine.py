"""How fast the development engine is: `python bench/engine.py`, with `--rest` over HTTP too, beside a real engine.

Without HTTP an instance goes through the engine's own commands, the ones that the REST handlers call: one command
creates it (start event, service task), a share of one that takes a hundred jobs, one completes its job (end event, end
of the instance). Each command is a transaction of its own; on a file it is stored before the next one. A message is
published without an id or a time to live, starts an instance at a message start event, and so on.

Everything runs in one thread. CPU is that of the process: what the engine needs, however busy the machine is; targets
are judged by time.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import yaml

from bench.figures import HEAD, Figure
from bench.rest import over_http
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
ROUNDS = 5
INSTANCES = 5_000
"""In each round, on a new engine; enough that an engine on a file empties its log."""
BATCH = 100
LOCK_MS = 600_000
FEW, MANY = 10, 10_000
PUBLISHED = 200
LOOPS = (200, 400, 800, 1600)


def seconds(run: Callable[[], object]) -> tuple[float, float]:
    """How long a call takes, and how much CPU."""
    gc.collect()
    begin, cpu = perf_counter(), process_time()
    run()
    return perf_counter() - begin, process_time() - cpu


def medians(found: list[tuple[float, float]]) -> tuple[float, float]:
    """By the clock, and by CPU."""
    return median(clock for clock, _ in found), median(cpu for _, cpu in found)


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


@contextmanager
def in_memory() -> Iterator[Engine]:
    """An engine without a file."""
    yield deployed()


def complete_all(engine: Engine) -> None:
    """A worker that takes a batch of jobs and completes each in a command of its own."""
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


def publish(engine: Engine, name: str, count: int, prefix: str = "key") -> None:
    """Messages, each in a command of its own."""
    for number in range(count):
        with engine.transaction() as core:
            messages.publish(core, name, f"{prefix}-{number}", 0, "", {"body": {"id": number}})


def create_and_complete(engine: Engine) -> None:
    """Instances from their creation to their end."""
    create(engine, "Task", INSTANCES)
    complete_all(engine)


def webhook(engine: Engine) -> None:
    """Messages from their publication to the end of what they started."""
    publish(engine, "order", INSTANCES)
    complete_all(engine)


RATES: tuple[tuple[str, Callable[[], AbstractContextManager[Engine]], Callable[[Engine], None], int | None], ...] = (
    ("create + complete, memory", in_memory, create_and_complete, 10_000),
    ("create + complete, SQLite", stored, create_and_complete, 4_000),
    ("message → job → complete, memory", in_memory, webhook, 10_000),
    ("message → job → complete, SQLite", stored, webhook, None),
)


def rates(rounds: int) -> list[Figure]:
    """Instances and messages a second: medians of rounds, in which each measurement has its turn."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in RATES}
    for _ in range(rounds):
        for name, opened, run, _ in RATES:
            with opened() as engine:
                found[name].append(seconds(partial(run, engine)))
    figures = []
    for name, _, _, target in RATES:
        clock, cpu = medians(found[name])
        figures.append(Figure(name, INSTANCES / clock, "a second", INSTANCES / cpu, at_least=target))
    return figures


def over(name: str, above: list[tuple[float, float]], below: list[tuple[float, float]], at_most: float) -> Figure:
    """How many times as much."""
    clock, cpu = (one / other for one, other in zip(medians(above), medians(below), strict=True))
    return Figure(name, clock, "times", cpu, at_most=at_most)


def publish_with_waiting(rounds: int) -> Figure:
    """What one message costs while many instances wait for others of its name, over its cost while a few do."""
    engines = {waiting: deployed() for waiting in (FEW, MANY)}
    for waiting, engine in engines.items():
        create(engine, "Waits", waiting)
    found: dict[int, list[tuple[float, float]]] = {FEW: [], MANY: []}
    for _ in range(4 * rounds):
        for waiting, engine in engines.items():
            found[waiting].append(seconds(partial(publish, engine, "m", PUBLISHED, "other")))
    return over(f"publish, {MANY:,} waiting over {FEW}", found[MANY], found[FEW], at_most=3)


def bytes_waiting() -> Figure:
    """Memory of an instance that waits for a message."""
    engine = deployed()
    create(engine, "Waits", FEW)
    tracemalloc.start()
    create(engine, "Waits", MANY)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Figure("an instance that waits", taken / MANY, "bytes")


def loops(rounds: int) -> list[Figure]:
    """What an iteration of a FEEL loop costs, for short and long ones, and the longest over the shortest."""
    found: dict[int, list[tuple[float, float]]] = {count: [] for count in LOOPS}
    for _ in range(rounds):
        for count in LOOPS:
            found[count].append(seconds(partial(create, deployed(), "Loop", 1, limit=count)))
    costs = [medians([(clock / count, cpu / count) for clock, cpu in found[count]]) for count in LOOPS]
    names = [f"iteration, loop of {count}" for count in LOOPS]
    figures = [Figure(name, 1e6 * clock, "µs", 1e6 * cpu) for name, (clock, cpu) in zip(names, costs, strict=True)]
    return [*figures, over(f"{names[-1]} over {LOOPS[0]}", costs[-1:], costs[:1], at_most=1.5)]


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="How fast the development engine is.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--rest", action="store_true", help="over HTTP too, and a real engine if it is in the cache")
    parser.add_argument("--json", action="store_true", help="an array of all figures")
    options = parser.parse_args()
    figures = [*rates(options.rounds), publish_with_waiting(options.rounds), bytes_waiting(), *loops(options.rounds)]
    if options.rest:
        figures += over_http(options.rounds)
    if options.json:
        print(json.dumps([figure.as_json() for figure in figures], ensure_ascii=False, indent=2))
    else:
        print(f"Python {platform.python_version()}, {platform.machine()}, medians of {options.rounds} rounds")
        print(HEAD, *(figure.as_line() for figure in figures), sep="\n")
        busy = [figure.name for figure in figures if figure.is_met is False and figure.is_met_by_cpu]
        if busy:
            print(f"Missed by the clock only, for other work had the machine meanwhile: {', '.join(busy)}.")
    return 1 if any(figure.is_met is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
