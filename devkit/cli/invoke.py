"""`connectors invoke`: one function, one event, as Lambda would run it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from connector_sdk.nesting import MAX_LEVELS, is_too_deep
from devkit.checkout import ROOT, tool
from devkit.cli import exit_codes
from devkit.cli.output import print_json
from devkit.cli.problems import Refusal
from devkit.host import Answer, FunctionHost, built, from_source
from devkit.host.functions import choose
from devkit.host.surroundings import surroundings

EVENTS = ROOT / "events"
LONGEST_SECONDS = 900.0
"""Lambda's own limit for a function."""
_KINDS: dict[type, str] = {list: "a list", str: "a text", bool: "a boolean", type(None): "null"}


def invoke(
    function: Annotated[str, typer.Argument(help="such as http-json or webhook")],
    event: Annotated[
        str,
        typer.Option("--event", "-e", metavar="EVENT", help="a JSON file, a name in events/<function>, or - (stdin)"),
    ],
    timeout: Annotated[float | None, typer.Option(metavar="SECONDS", help="instead of the function's own")] = None,
    build: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="run what `make build` left there, such as .aws-sam/build")
    ] = None,
) -> int:
    """Run a function with an event and print its answer.

    The function runs in a process of its own behind Lambda's runtime client; its output goes to stderr. It sees the
    variables of this environment that begin with CAMUNDA_, CONNECTORS_, SECRET_ or AWS_; what the samples in events/
    need and the environment does not name, is started for them.
    """
    chosen = choose(built(build) if build else from_source(), function)
    seconds = _seconds(timeout, chosen.timeout_seconds)
    content = _event(chosen.name, event)
    with surroundings(chosen) as variables:
        hosted = replace(chosen, variables=variables, timeout_seconds=seconds)
        with FunctionHost({hosted.name: hosted}, python=_runtime() if build else None, sink=_log) as host:
            answer = host.invoke(hosted.name, content)
    if answer.error:
        raise Refusal(_what_happened(hosted.name, answer), exit_codes.DIFFERENCE)
    print_json(json.loads(answer.content))
    return exit_codes.OK


def _runtime() -> Path:
    """A Python that holds what Lambda's runtime holds and nothing else: it must not lend a built function anything."""
    return tool("lambda") / "python"


def _event(function: str, name: str) -> bytes:
    """The event as JSON text. Raises Refusal if there is none, or if it is no JSON."""
    if name == "-":
        return _checked(sys.stdin.buffer.read(), "stdin")
    file = next((path for path in (EVENTS / function / f"{name}.json", Path(name)) if path.is_file()), None)
    if file is None:
        there = ", ".join(sorted(path.stem for path in (EVENTS / function).glob("*.json"))) or "none"
        raise Refusal(f"there is no event {name}; name a file, or one of events/{function}: {there}")
    return _checked(file.read_bytes(), str(file))


def _checked(content: bytes, where: str) -> bytes:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise Refusal(f"{where} is no JSON: {error}; an event is one JSON document") from error
    except RecursionError:
        raise _too_deep(where) from None
    if is_too_deep(found):
        raise _too_deep(where)
    if not isinstance(found, dict):
        kind = _KINDS.get(type(found), "a number")
        raise Refusal(f"{where} holds {kind}; an event is a JSON object, such as those in events/")
    return content


def _too_deep(where: str) -> Refusal:
    return Refusal(f"{where} is nested too deep: more than {MAX_LEVELS} levels are refused; shorten the event")


def _seconds(given: float | None, own: float) -> float:
    """The time-out that was asked for, or the function's own. Raises Refusal for what no function can have."""
    if given is None:
        return own
    if not 0 < given <= LONGEST_SECONDS:
        raise Refusal(f"--timeout is {given:g}; give it seconds, more than 0 and at most {LONGEST_SECONDS:g}")
    return given


def _what_happened(function: str, answer: Answer) -> str:
    described: Any = json.loads(answer.content)
    message = str(described.get("errorMessage") or "").partition("Error: ")[2] or described.get("errorMessage")
    return f"{function} gave no answer: {described.get('errorType')}: {message}; its output is above"


def _log(line: str) -> None:
    print(line, file=sys.stderr)
