"""Every contender in every round: contenders in turns, each with a type and a process of its own."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from subprocess import SubprocessError
from time import perf_counter

from bench.poller.amounts import Amounts
from bench.poller.contenders import CONTENDERS, CannotServe
from bench.poller.engine import RunningEngine
from bench.poller.experiments import EXPERIMENTS, Experiment
from bench.poller.near_free import near_free
from bench.poller.run import Measured, Run, running
from bench.poller.target import Target
from bench.poller.targets import is_compared
from connector_sdk.errors import SdkError
from devkit.checkout import ToolMissing
from devkit.testing.parts import PartMissing

MISSING = (PartMissing, ToolMissing)
"""A contender that cannot be had is not tried again."""
FAILED = (SdkError, RuntimeError, OSError, AssertionError, SubprocessError)
"""TimeoutError is an OSError."""


class Rounds:
    """What was found so far. `skipped` says why something was not."""

    def __init__(self, engine: RunningEngine, target: Target, amounts: Amounts) -> None:
        self.measured: Measured = {}
        self.skipped: dict[str, str] = {}
        self._engine = engine
        self._target = target
        self._amounts = amounts
        self._missing: set[str] = set()
        self._numbers = itertools.count(1)
        self._begin = perf_counter()

    def warm_up_engine(self) -> None:
        """Its virtual machine compiles while it runs; the development engine has none."""
        if self._engine.addresses.grpc is not None:
            self._say(f"{self._engine.name} warms up")
            amounts = replace(self._amounts, warm_up=self._amounts.engine_warm_up)
            with running(CONTENDERS["bare"], self._engine, self._target, "warm-up", amounts) as run:
                run.warm_up()

    def run(self, contenders: Sequence[str], experiments: Sequence[str]) -> None:
        """All rounds; every second one the other way round."""
        for name, experiment in itertools.product(contenders, experiments):
            if experiment in CONTENDERS[name].skips:
                self._skip(f"{name}, {experiment}", CONTENDERS[name].skips[experiment])
        for number in range(self._amounts.rounds):
            for name in contenders if number % 2 == 0 else reversed(contenders):
                due = [one for one in experiments if _is_due(name, one, number)]
                for is_near_free in (False, True):
                    chosen = [one for one in due if EXPERIMENTS[one].near_free is is_near_free]
                    if chosen and name not in self._missing:
                        self._say(f"round {number + 1} of {self._amounts.rounds}: {name}")
                        self._turn(name, chosen, number)

    def _turn(self, name: str, experiments: Sequence[str], number: int) -> None:
        """A worker goes through experiments; one that it did not get done with is the last for its process."""
        with ExitStack() as stack:
            run: Run | None = None
            for experiment in experiments:
                try:
                    run = run or self._started(stack, name, EXPERIMENTS[experiment])
                    outcome = EXPERIMENTS[experiment].measure(run)
                except MISSING as error:
                    self._skip(name, str(error))
                    self._missing.add(name)
                    return
                except CannotServe as error:
                    self._skip(f"{name}, {experiment}", str(error))
                    return
                except FAILED as error:
                    self._skip(f"{name}, {experiment}", f"{type(error).__name__}: {error}")
                    run = None
                else:
                    self.measured.setdefault(name, {}).setdefault(experiment, {})[number] = outcome.measured
                    told = ", ".join(f"{column} {value:.4g}" for column, value in outcome.measured.items())
                    self._say(f"    {experiment}: {told}")
                    run = run if outcome.is_clean else None
                if run is None:
                    stack.close()

    def _started(self, stack: ExitStack, name: str, experiment: Experiment) -> Run:
        job_type = f"{name}-{next(self._numbers)}"
        engine = stack.enter_context(near_free(job_type, self._target)) if experiment.near_free else self._engine
        return stack.enter_context(running(CONTENDERS[name], engine, self._target, job_type, self._amounts))

    def _skip(self, what: str, reason: str) -> None:
        self.skipped[what] = reason
        self._say(f"    {what} skipped: {reason}")

    def _say(self, text: str) -> None:
        print(f"{perf_counter() - self._begin:5.0f} s  {text}", file=sys.stderr, flush=True)


def _is_due(name: str, experiment: str, number: int) -> bool:
    contender = CONTENDERS[name]
    if experiment in contender.skips or not (contender.calls or EXPERIMENTS[experiment].shows_limit):
        return False
    return number == 0 or (EXPERIMENTS[experiment].every_round and is_compared(name, experiment))
