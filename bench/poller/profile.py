"""`python -m bench.poller.profile`: where the time of an instance goes while nothing else is to be done.

Instances of one service task, one after the other, on the real engine: this project's poller beside a worker that calls
nothing, which shows what of it is the engine's.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from math import isfinite
from pathlib import Path

from bench.poller.amounts import Amounts
from bench.poller.contenders import CONTENDERS, Contender, ours
from bench.poller.engine import Addresses, RunningEngine, real_engine
from bench.poller.experiments.latency import instances
from bench.poller.report import machine
from bench.poller.rounds import Rounds
from bench.poller.run import percentile, running
from bench.poller.target import Target, target
from bench.poller.worker import Launch
from devkit.checkout import ROOT
from devkit.testing.parts import PartMissing
from devkit.testing.program import NotReady

PROGRAM = Path(__file__).parent / "peers" / "traced_poller.py"
ROUNDS = 2
PARTS = (
    "created → the poller has the job: the engine's long poll",
    "→ its function begins: ours",
    "→ its function has answered: ours, with the call",
    "→ the command is sent: ours",
    "→ the instance has ended: the engine",
)
AMOUNTS = Amounts(warm_up=1_000)
Span = tuple[float, float]
"""Begin and end."""


def main() -> int:
    """Print the parts' quantiles."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    with ExitStack() as stack:
        service = stack.enter_context(target())
        try:
            engine = stack.enter_context(real_engine())
        except (PartMissing, NotReady) as error:
            sys.exit(f"without a real engine: {error}")
        print(machine(engine.name))
        Rounds(engine, service, AMOUNTS).warm_up_engine()
        trace = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trace-"))) / "calls"
        contenders = {"ours": replace(CONTENDERS["ours"], launch=_traced(trace)), "no call": CONTENDERS["bare"]}
        for number in range(ROUNDS):
            for name, contender in contenders.items():
                spans = _spans(contender, engine, service, f"profile-{number}-{name.replace(' ', '-')}")
                print(_line(f"{name}: created → ended", [end - begin for begin, end in spans]))
                if name == "ours":
                    for part, seconds in parts(spans, trace.read_text()).items():
                        print(_line(f"  {part}", seconds))
    return 0


def _traced(trace: Path) -> Callable[[Addresses, str], Launch]:
    def launch(engine: Addresses, job_type: str) -> Launch:
        plain = ours(engine, job_type)
        begin = plain.command.index("-m")  # python -m functions.runtime.poller CONNECTOR …
        python, connectors = plain.command[:begin], plain.command[begin + 2 :]
        variables = {**plain.variables, "PYTHONPATH": f"{plain.variables['PYTHONPATH']}:{ROOT}"}
        return Launch([*python, str(PROGRAM), str(trace), *connectors], variables)

    return launch


def _spans(contender: Contender, engine: RunningEngine, service: Target, job_type: str) -> list[Span]:
    """When each instance began and had ended."""
    with running(contender, engine, service, job_type, AMOUNTS) as run:
        return [
            (begin, begin + milliseconds / 1000) for begin, milliseconds in instances(run) if isfinite(milliseconds)
        ]


def parts(spans: Sequence[Span], trace: str) -> dict[str, list[float]]:
    """Seconds of each part, of the instances of which everything was seen.

    `trace` is what traced_poller.py has written. Raises RuntimeError when nothing was seen of any.
    """
    calls: dict[str, list[Span]] = defaultdict(list)
    for line in trace.splitlines():
        name, begin, end, jobs = line.split()
        if int(jobs):
            calls[name].append((float(begin), float(end)))
    found = [times for span in spans if len(times := list(_times(span, calls))) == len(PARTS) + 1]
    if not found:
        raise RuntimeError("no instance was seen from its creation to its end: the trace lacks calls")
    steps = [[later - earlier for earlier, later in pairwise(times)] for times in found]
    return dict(zip(PARTS, map(list, zip(*steps, strict=True)), strict=True))


def _times(span: Span, calls: dict[str, list[Span]]) -> Iterator[float]:
    """When its parts began: creation, job, function, answer, command, end."""
    begin, end = span
    yield begin
    yield from (done for _, done in calls["activation"] if begin < done < end)
    yield from (time for call in calls["function"] if begin < call[0] < end for time in call)
    yield from (sent for sent, _ in calls["command"] if begin < sent < end)
    yield end


def _line(name: str, seconds: Sequence[float]) -> str:
    values = [one * 1000 for one in seconds]
    told = "".join(f"  {share:.0%} {percentile(values, share):6.2f}" for share in (0.5, 0.9, 0.99))
    return f"{name:56}{told} ms  ({len(values)})"


if __name__ == "__main__":
    sys.exit(main())
