"""The scenarios from the command line; exit status 0 if all passed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from devkit.conformance.engine.runner import Outcome, Report, load, run
from devkit.conformance.engine.target import Target, clock_of, probe_of
from devkit.conformance.engine.transcript import read_transcript, write_transcript


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devkit.conformance.engine", description=__doc__)
    parser.add_argument("scenarios", nargs="+", type=Path, help="scenario files or folders")
    parser.add_argument("--base", required=True, help="http://host:port/v2")
    parser.add_argument("--clock", default="", help="v2 | actuator:<url of /actuator> | empty: skip what needs it")
    parser.add_argument("--probe", default="", help="v2 (search endpoints) | sink:<url of the sink> | empty: skip")
    parser.add_argument("--only", default="", help="a part of a scenario's id, or a topic; several by comma")
    parser.add_argument("--record", type=Path, help="write the transcript here (.jsonl.gz)")
    parser.add_argument("--golden", type=Path, help="also compare every answer with this transcript")
    parser.add_argument("--strict", action="store_true", help="with --golden: compare every detail text too")
    parser.add_argument("--not", dest="lacks", default="", help="capabilities the engine lacks, by comma")
    parser.add_argument("--quirks", action="store_true", help="also run quirk-* scenarios (the engine is an 8.6.0)")
    parser.add_argument("--settle", type=float, default=0.15, help="pause before 'no_job' and after a clock step")
    parser.add_argument("--patience", type=float, default=12.0, help="how long 'job', 'eventually' and probes wait")
    parser.add_argument("-v", dest="verbose", action="store_true", help="name every scenario")
    return parser.parse_args()


def main() -> int:
    """Run, report, and give the exit status."""
    arguments = _arguments()
    base = arguments.base.rstrip("/")
    target = Target(
        base,
        clock_of(arguments.clock, base),
        probe_of(arguments.probe, base),
        frozenset(filter(None, arguments.lacks.split(","))),
        arguments.quirks,
        arguments.settle,
        arguments.patience,
    )
    words = [word for word in arguments.only.split(",") if word]
    wanted = [
        spec
        for spec in load(arguments.scenarios)
        if not words or any(word in spec["id"] or word == spec["topic"] for word in words)
    ]
    gold = read_transcript(arguments.golden) if arguments.golden else None
    report = run(wanted, target, gold, strict=arguments.strict)
    if arguments.record:
        write_transcript(arguments.record, [entry for outcome in report.outcomes for entry in outcome.log])
    _print(report, verbose=arguments.verbose)
    return 1 if report.failed else 0


def _print(report: Report, *, verbose: bool) -> None:
    for outcome in report.outcomes:
        line = _line(outcome)
        if verbose or outcome.fault is not None:
            print(line)
    print(report.summary())


def _line(outcome: Outcome) -> str:
    if outcome.fault is not None:
        return f"FAIL {outcome.id} [{outcome.topic}]\n      {outcome.fault}"
    return f"skip {outcome.id} (needs {', '.join(outcome.lacking)})" if outcome.lacking else f"ok   {outcome.id}"


if __name__ == "__main__":
    sys.exit(main())
