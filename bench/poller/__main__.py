"""`python -m bench.poller [EXPERIMENT …]`: job workers on one engine, ours and others, in turns.

Each has a process and a job type of its own for each turn. Ours goes through the whole path of a job: FEEL, a secret,
binding, the address guard, default settings; so does Camunda's Java runtime; the others call and complete. Without
names all experiments are made. `--quick` takes one round and few jobs; `--engine development --only ours` with it shows
in a minute whether a change makes ours better, which is nothing to publish.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from bench.poller.amounts import QUICK, Amounts
from bench.poller.contenders import CONTENDERS
from bench.poller.engine import ENGINES
from bench.poller.experiments import EXPERIMENTS
from bench.poller.report import as_json, as_text, machine
from bench.poller.rounds import Rounds
from bench.poller.target import target
from devkit.testing.parts import PartMissing
from devkit.testing.program import NotReady


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 2 if the engine cannot be had."""
    parser = _arguments()
    chosen = parser.parse_args(arguments)
    amounts = QUICK if chosen.quick else Amounts()
    amounts = replace(amounts, rounds=chosen.rounds or amounts.rounds)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    with ExitStack() as stack:
        service = stack.enter_context(target())
        try:
            engine = stack.enter_context(ENGINES[chosen.engine]())
        except (PartMissing, NotReady) as error:
            parser.exit(2, f"without a real engine (--engine development needs none): {error}\n")
        ran_on = machine(engine.name)
        rounds = Rounds(engine, service, amounts)
        rounds.warm_up_engine()
        wanted = [one for one in EXPERIMENTS if one in chosen.experiment or not chosen.experiment]
        rounds.run(chosen.only or list(CONTENDERS), wanted)
        ran_on += f"; the service that jobs call took {service.cpu_ms_a_call():.2f} ms of CPU a call"
    print(as_json(rounds, ran_on) if chosen.json else as_text(rounds, ran_on))
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.poller", description=__doc__)
    names = ", ".join(EXPERIMENTS)
    parser.add_argument("experiment", nargs="*", choices=[*EXPERIMENTS, []], metavar="EXPERIMENT", help=names)
    parser.add_argument("--only", action="append", choices=list(CONTENDERS), help="this contender (again: and this)")
    parser.add_argument("--engine", choices=list(ENGINES), default="zeebe", help="the engine: zeebe, unless said")
    parser.add_argument("--rounds", type=int, help="how often each has its turn: 3, unless said, and 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="one round, few jobs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
