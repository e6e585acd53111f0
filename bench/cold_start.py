"""What the start of each function imports beside what it needs: `make build && python bench/cold_start.py`.

Each start is a process of its own, as on Lambda: built (`make build`), compiled, on Python 3.13, with nothing else on
the path. A module's time is its own, the shortest of several starts: whatever disturbs a measurement makes it longer.

    idle     our modules of which neither the start of another nor an event runs a function: those in events/<function>,
             and one that ends well, for which services are started on this machine (bench/good_ends.py)
    floor    everything else of ours, with the third-party and standard modules that only that needs
    bare     these third-party and standard modules alone
    ratio    the whole start by the floor; judged where an event shows what the function is for
"""

from __future__ import annotations

import argparse
import ast
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.good_ends import OUTBOUND
from bench.good_inbound_ends import INBOUND
from devkit.checkout import ROOT
from devkit.host.functions import HostedFunction, built
from devkit.host.surroundings import surroundings

TARGET = 1.25
STARTS = 9
BUILD = Path(".aws-sam/build")
OURS = ("connector_sdk", "functions")
GOOD_ENDS = {**OUTBOUND, **INBOUND}
START = "import sys; sys.path[:0] = sys.argv[2:]; __import__(sys.argv[1])"
RAN = """
import json, re, sys, threading
sys.path[:0] = sys.argv[4:]
class Context:
    def get_remaining_time_in_millis(self):
        return 300_000
ran, started, answers = set(), False, []
def note(frame, event, argument):
    code, caller = frame.f_code, frame.f_back
    if event == "call" and code.co_name != "<module>":
        if started or (caller and caller.f_code.co_filename != code.co_filename):
            ran.add(code.co_filename)
sys.setprofile(note)
threading.setprofile(note)
handler = getattr(__import__(sys.argv[1], fromlist=["handler"]), "handler")
started = True
for place, value in json.loads(sys.argv[3]).items():
    module, _, name = place.partition(":")
    regular = isinstance(getattr(sys.modules[module], name), re.Pattern)
    setattr(sys.modules[module], name, re.compile(value) if regular else value)
for file in json.loads(sys.argv[2]):
    with open(file, "rb") as text:
        answers.append(handler(json.load(text), Context()))
threading.setprofile(None)
sys.setprofile(None)
print("\\n" + json.dumps({"ran": sorted(ran), "answers": answers}))
"""
GOOD_ANSWERS: Mapping[str, Callable[[Any], bool]] = {
    "statusCode": lambda status: status < 300,
    "batchItemFailures": lambda failures: not failures,
    "outcomes": lambda outcomes: any(outcome["command"] == "completion" for outcome in outcomes),
    "counts": lambda counts: counts.get("completed", 0) > 0,
    "states": lambda states: states.get("published", 0) > 0,
    "entered": bool,
    "looks": bool,
    "polls": bool,
    "reference": bool,
}
"""By the member that says how an event ended: of a connector, a webhook, the poller, redelivery and so on."""
ALONE = """
import sys
sys.path[:0] = sys.argv[2:]
exec(sys.argv[1])
print(",".join(sys.modules))
"""


@dataclass(slots=True)
class Module:
    """One import, and its own milliseconds."""

    name: str
    milliseconds: float


@dataclass(slots=True)
class Found:
    """The start of one function, in milliseconds."""

    name: str
    everything: float
    floor: float
    bare: float
    judged: bool
    idle: list[str]
    """The dearest modules that could wait."""

    @property
    def ratio(self) -> float:
        return self.everything / self.floor

    def as_line(self) -> str:
        """One row of the table."""
        verdict = "" if not self.judged else "met" if self.ratio <= TARGET else "MISSED"
        figures = "".join(f"{value:8.1f}" for value in (self.everything, self.floor, self.bare))
        ratio = f"{self.ratio:7.2f}" if self.judged else "      -"
        return f"{self.name:18}{figures}{ratio}  {verdict:7} {', '.join(self.idle)}".rstrip()


def measured(function: HostedFunction, python: str, starts: int) -> Found:
    """The start of a function beside its floor."""
    modules = imports(function, python, starts)
    ran = what_ran(function, python)
    idle = {one.name for one in modules if ran and is_idle(one.name, function, ran)}
    libraries = alone(function, python, [one.name for one in modules], idle)
    floor = [one for one in modules if one.name in libraries or (is_ours(one.name) and one.name not in idle)]
    waiting = sorted((one for one in modules if one not in floor), key=lambda one: -one.milliseconds)
    return Found(
        name=function.name,
        everything=sum(one.milliseconds for one in modules),
        floor=sum(one.milliseconds for one in floor),
        bare=sum(one.milliseconds for one in floor if not is_ours(one.name)),
        judged=bool(ran),
        idle=[f"{one.name} {one.milliseconds:.1f}" for one in waiting[:3]],
    )


def alone(function: HostedFunction, python: str, modules: list[str], idle: set[str]) -> set[str]:
    """The third-party and standard modules that are there without a line of ours, for those of ours that are needed."""
    needed = [name for name in modules if is_ours(name) and name not in idle]
    statements = [one for name in needed for source in files_of(name, function) for one in foreign_imports(source)]
    done = run(function, python, ["-I", "-S", "-B", "-c", ALONE, "\n".join(dict.fromkeys(statements))])
    return set(done.stdout.strip().split(","))


def foreign_imports(source: Path) -> Iterator[str]:
    """The statements with which a module imports, when it is loaded, what is not ours."""
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        named += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.module != "__future__" else []
        if named and not any(map(is_ours, named)):
            yield ast.unparse(node)


def imports(function: HostedFunction, python: str, starts: int) -> list[Module]:
    """Every module that the start imports."""
    best: dict[str, Module] = {}
    for _ in range(starts):
        for one in one_start(function, python):
            if one.name not in best or one.milliseconds < best[one.name].milliseconds:
                best[one.name] = one
    return list(best.values())


def one_start(function: HostedFunction, python: str) -> Iterator[Module]:
    """What `-X importtime` says, a line for each module."""
    options = ["-I", "-S", "-B", "-X", "importtime", "-c", START]
    for line in run(function, python, [*options, module_of(function)]).stderr.splitlines()[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        yield Module(name.strip(), int(own) / 1000)


def what_ran(function: HostedFunction, python: str) -> set[str]:
    """The files of which the start or an event runs a function; none unless an event ends well, others show little."""
    events = sorted((ROOT / "events" / function.name).glob("*.json"))
    with surroundings(function) as variables, ExitStack() as stack:
        constants: Mapping[str, str] = {}
        if function.name in GOOD_ENDS:
            good = stack.enter_context(GOOD_ENDS[function.name]())
            variables, constants = {**variables, **good.variables}, good.constants
            events.append(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "good-end.json")
            events[-1].write_text(json.dumps(good.event), encoding="utf-8")
        given = [json.dumps([str(one) for one in events]), json.dumps(dict(constants))]
        done = run(function, python, ["-I", "-S", "-B", "-c", RAN, module_of(function), *given], variables)
    seen = json.loads(done.stdout.splitlines()[-1])
    answers = seen["answers"][-1:] if function.name in GOOD_ENDS else seen["answers"]
    if not any(map(ended_well, answers)):
        return set()
    return {relative(file) for file in seen["ran"]}


def ended_well(answer: dict[str, Any]) -> bool:
    """Whether a job was completed, a webhook accepted, a batch taken, or what there was to do was done."""
    return any(good(answer[member]) for member, good in GOOD_ANSWERS.items() if member in answer)


def run(
    function: HostedFunction, python: str, arguments: list[str], variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    path = [str(function.root), *map(str, function.layers)]
    return subprocess.run(  # noqa: S603 - our own code in our own interpreter
        [python, *arguments, *path], capture_output=True, text=True, check=True, env=dict(variables or {})
    )


def module_of(function: HostedFunction) -> str:
    """`functions.outbound.http_json.app`."""
    return function.handler.rpartition(".")[0]


def is_ours(name: str) -> bool:
    """Whether a module belongs to this project."""
    return name.partition(".")[0] in OURS


def is_idle(name: str, function: HostedFunction, ran: set[str]) -> bool:
    """Whether a module of ours defines functions, and none of them ran."""
    return is_ours(name) and any(
        relative(str(file)) not in ran and has_functions(file) for file in files_of(name, function)
    )


def relative(file: str) -> str:
    """The part of a path that is the same in a build and in the compiled files, which name /opt and /var/task."""
    parts = Path(file).parts
    start = next((place for place, part in enumerate(parts) if part in OURS), 0)
    return "/".join(parts[start:])


def files_of(name: str, function: HostedFunction) -> list[Path]:
    """The source of one of our modules; none for a folder without an __init__.py."""
    stem = Path(*name.split("."))
    forms = (stem / "__init__.py", stem.with_suffix(".py"))
    places = (folder / form for folder in (function.root, *function.layers) for form in forms)
    return [place for place in places if place.is_file()]


def has_functions(source: Path) -> bool:
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(source.read_bytes())))


def python_of_lambda() -> str:
    """The interpreter that the functions were compiled for."""
    found = subprocess.run(["sh", "scripts/python3.13"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return found.stdout.strip()


def main() -> int:
    """Print a row for each function; status 1 if one of them is over the target."""
    arguments = argparse.ArgumentParser(description="What the start of each function imports beside what it needs.")
    arguments.add_argument("--build", type=Path, default=BUILD, help="what `make build` left")
    arguments.add_argument("--starts", type=int, default=STARTS)
    arguments.add_argument("--only", nargs="*", help="these functions")
    options = arguments.parse_args()
    python = python_of_lambda()
    print(f"{platform.machine()}, best of {options.starts} starts, ms; ratio ≤ {TARGET}")
    print(f"{'function':18}{'start':>8}{'floor':>8}{'bare':>8}{'ratio':>7}  {'':7} dearest of what is idle")
    every = [one for name, one in sorted(built(options.build).items()) if not options.only or name in options.only]
    results = []
    for function in every:
        results.append(measured(function, python, options.starts))
        print(results[-1].as_line(), flush=True)
    return int(any(one.judged and one.ratio > TARGET for one in results))


if __name__ == "__main__":
    sys.exit(main())
