"""What a job costs the poller when its connector runs as a function of its own: `python -m bench.function_host`.

The functions are processes behind Lambda's Invoke API, as the function host runs them, ten at once. Jobs go one in an
invocation, with ten slots, and ten in one, with a hundred. Beside each goes a run with the same slots whose jobs are
answered without any invocation: what is left of it are the engine's commands and the poller's bookkeeping, which every
job has for itself. CPU is that of the poller's process, for the jobs after the first ones of a backlog.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from bench.figures import Figure
from bench.poller.near_free import KIND, near_free
from bench.poller.target import Target, target
from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from connector_sdk.settings import Settings
from devkit.checkout import ROOT
from devkit.host.functions import HostedFunction
from devkit.host.host import FunctionHost
from devkit.host.invoke_api import serve
from devkit.testing.processes import inherited_environment
from functions.runtime.poller.finished import Finished
from functions.runtime.poller.invokers import Arriving, Invoker
from functions.runtime.poller.invokers.aws_lambda import AwsLambda
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Registered

RATIO_TARGET = 0.2
JOB_TYPE = "bench"
ROUNDS = 5
JOBS = 1_100
WARM_UP = 100
FUNCTIONS = 10
"""As many processes run at once."""
PATIENCE_SECONDS = 300.0
BATCHES = {"one": 1, "ten": 10}
"""Way → how many jobs share an invocation, when there is a backlog."""
ALONE = " without"
"""After a way's name: with as many slots, and no invocation."""
WAYS = [way + suffix for way in BATCHES for suffix in ("", ALONE)]
NOTE = "invocation: less the same without one, which has the commands to the engine, one for each job however invoked"


FUNCTION = """
def handler(event, context):
    body = {"variables": {"value": 42}}
    return {"outcomes": [{"jobKey": job["jobKey"], "command": "completion", "body": body} for job in event["jobs"]]}
"""


class NoFunction(Invoker):
    """Answers at once, in the poller's process."""

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        body = {"variables": {"value": 42}}
        outcomes = [{"jobKey": job["jobKey"], "command": "completion", "body": body} for job in invocation["jobs"]]
        return {"outcomes": outcomes}


class Counting(Invoker):
    """Counts what another one does."""

    def __init__(self, invoker: Invoker) -> None:
        self.invocations = 0
        self._invoker = invoker

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        self.invocations += 1
        return self._invoker.invoke(connector, invocation, arriving)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all rounds, the ways in turns, and print medians."""
    chosen = _arguments().parse_args(arguments)
    found: list[dict[str, Round]] = []
    with ExitStack() as stack:
        service = stack.enter_context(target())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "function.py").write_text(FUNCTION)
        function = HostedFunction("bench", "outbound", "function.handler", folder)
        host = stack.enter_context(FunctionHost({"bench": function}, most_environments=FUNCTIONS))
        api = stack.enter_context(serve(host))
        for number in range(ROUNDS):
            ways = WAYS if number % 2 == 0 else WAYS[::-1]
            found.append({way: one_round(service, api.address, way) for way in ways})
    figures = _figures(found)
    if chosen.json:
        print(json.dumps([figure.as_json() for figure in figures]))
    else:
        print("\n".join([*(figure.as_line() for figure in figures), NOTE]))


@dataclass(frozen=True, slots=True)
class Round:
    """Of one poller that worked off a backlog."""

    cpu_ms: float
    """For a job."""
    jobs_an_invocation: float


def one_round(service: Target, api: str, way: str) -> Round:
    """Let a poller work off a backlog."""
    with near_free(JOB_TYPE, service) as engine:
        engine.create(JOB_TYPE, KIND, JOBS)
        command = [sys.executable, "-m", "bench.function_host", "--poll", engine.addresses.rest, api, way]
        done = subprocess.run(  # noqa: S603 - this module
            command, cwd=ROOT, env=inherited_environment(), capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Round(**json.loads(done.stdout))


def poll(address: str, api: str, way: str) -> None:
    """The poller's process: print a Round as JSON."""
    batch = BATCHES[way.removesuffix(ALONE)]
    is_alone = way.endswith(ALONE)
    keys = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    invoker = Counting(NoFunction() if is_alone else AwsLambda(Settings.read({**keys, "AWS_ENDPOINT_URL": api})))
    counter = _Counter()
    options = Options(
        Compatibility.of("8.10"),
        secret_names=None,
        slots_per_type=FUNCTIONS * batch,
        batch_size=1 if is_alone else batch,
        request_timeout_ms=1_000,
    )
    poller = Poller(
        EngineClient(address),
        [Registered("bench", (JOB_TYPE,), repeat="safe")],
        invoker,
        options,
        observer=counter,
    )
    poller.start()
    counter.done.wait(PATIENCE_SECONDS)
    cpu_ms = (counter.end - counter.begin) * 1000 / (JOBS - WARM_UP)
    print(json.dumps({"cpu_ms": cpu_ms, "jobs_an_invocation": JOBS / invoker.invocations}))
    poller.stop(0.0)


class _Counter:
    """Reads the CPU clock when the warm-up is over, and at the end."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.begin = self.end = 0.0
        self._count = 0
        self._lock = threading.Lock()

    def __call__(self, finished: Finished) -> None:
        assert finished.outcome == "completed", finished
        with self._lock:
            self._count += 1
            if self._count == WARM_UP:
                self.begin = process_time()
            elif self._count == JOBS:
                self.end = process_time()
                self.done.set()


def _figures(rounds: Sequence[Mapping[str, Round]]) -> list[Figure]:
    def of(figure: Callable[[Mapping[str, Round]], float]) -> float:
        return median(figure(one) for one in rounds)

    return [
        *(Figure(f"a job, {way}", of(partial(_whole, way)), "ms CPU") for way in WAYS),
        Figure("jobs in an invocation of ten", of(lambda found: found["ten"].jobs_an_invocation), "jobs"),
        *(Figure(f"invocation for a job, {way}", of(partial(_invocation, way)), "ms CPU") for way in BATCHES),
        Figure("ten over one", of(partial(_ratio, _invocation)), "times", at_most=RATIO_TARGET),
        Figure("ten over one, all included", of(partial(_ratio, _whole)), "times"),
    ]


def _whole(way: str, found: Mapping[str, Round]) -> float:
    return found[way].cpu_ms


def _invocation(way: str, found: Mapping[str, Round]) -> float:
    return found[way].cpu_ms - found[way + ALONE].cpu_ms


def _ratio(part: Callable[[str, Mapping[str, Round]], float], found: Mapping[str, Round]) -> float:
    return part("ten", found) / part("one", found)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.function_host", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    if sys.argv[1:2] == ["--poll"]:
        poll(*sys.argv[2:])
    else:
        main()
