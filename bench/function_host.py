"""What a job costs the poller when its connector runs as a function of its own: `python -m bench.function_host`.

The functions are processes behind Lambda's Invoke API, as the function host runs them. Jobs go one in an invocation and
ten in one; a third run answers its jobs without any invocation, which leaves what the engine's commands cost. CPU is
that of the poller's process, for the jobs after the first ones of a backlog.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
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
ROUNDS = 3
JOBS = 600
WARM_UP = 100
SLOTS = 10
"""As many processes run at once with one job in an invocation."""
PATIENCE_SECONDS = 300.0
WAYS = {"one": 1, "ten": 10, "none": 1}
"""How jobs are invoked → how many share an invocation."""


FUNCTION = """
def handler(event, context):
    body = {"variables": {"value": 42}}
    return {"outcomes": [{"jobKey": job["jobKey"], "command": "completion", "body": body} for job in event["jobs"]]}
"""


class NoFunction(Invoker):
    """Answers at once, in the poller's process."""

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        body = {"variables": {"value": 42}}
        return {
            "outcomes": [{"jobKey": one["jobKey"], "command": "completion", "body": body} for one in invocation["jobs"]]
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all rounds in turns, print the medians."""
    chosen = _arguments().parse_args(arguments)
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    with ExitStack() as stack:
        service = stack.enter_context(target())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "function.py").write_text(FUNCTION)
        function = HostedFunction("bench", "outbound", "function.handler", folder)
        host = stack.enter_context(FunctionHost({"bench": function}, most_environments=SLOTS))
        api = stack.enter_context(serve(host))
        for _ in range(ROUNDS):
            for way in WAYS:
                found[way].append(one_round(service, api.address, way))
    figures = _figures({way: median(measured) for way, measured in found.items()})
    print(json.dumps([one.as_json() for one in figures]) if chosen.json else "\n".join(f.as_line() for f in figures))


def one_round(service: Target, api: str, way: str) -> float:
    """CPU ms a job, of a poller that works off a backlog."""
    with near_free(JOB_TYPE, service) as engine:
        engine.create(JOB_TYPE, KIND, JOBS)
        command = [sys.executable, "-m", "bench.function_host", "--poll", engine.addresses.rest, api, way]
        done = subprocess.run(  # noqa: S603 - this module
            command, cwd=ROOT, env=inherited_environment(), capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return float(done.stdout)


def poll(address: str, api: str, way: str) -> None:
    """The poller's process: print its CPU ms for a job."""
    keys = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"}
    invoker = NoFunction() if way == "none" else AwsLambda(Settings.read({**keys, "AWS_ENDPOINT_URL": api}))
    counter = _Counter()
    poller = Poller(
        EngineClient(address),
        [Registered("bench", (JOB_TYPE,), repeat="safe")],
        invoker,
        Options(Compatibility.of("8.10"), None, slots_per_type=SLOTS, batch_size=WAYS[way], request_timeout_ms=1_000),
        observer=counter,
    )
    poller.start()
    counter.done.wait(PATIENCE_SECONDS)
    print((counter.end - counter.begin) * 1000 / (JOBS - WARM_UP))
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


def _figures(cpu: dict[str, float]) -> list[Figure]:
    one, ten, none = (cpu[way] for way in ("one", "ten", "none"))
    return [
        Figure("a job, one an invocation", one, "ms CPU"),
        Figure("a job, ten an invocation", ten, "ms CPU"),
        Figure("a job, no invocation", none, "ms CPU"),
        Figure("invocation for a job, one", one - none, "ms CPU"),
        Figure("invocation for a job, ten", ten - none, "ms CPU"),
        Figure("ten over one", (ten - none) / (one - none), "times", at_most=RATIO_TARGET),
        Figure("ten over one, commands included", ten / one, "times"),
    ]


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.function_host", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    if sys.argv[1:2] == ["--poll"]:
        poll(*sys.argv[2:])
    else:
        main()
