"""`connectors feel`: what an expression evaluates to, before it goes into a model."""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from connector_sdk.clock import SystemClock, utc
from connector_sdk.feel import Evaluation, FeelEvaluationError, FeelSyntaxError, engine_json, parse
from connector_sdk.feel.describe import type_name
from connector_sdk.feel.writing import feel_text
from devkit.cli import exit_codes
from devkit.cli.output import console, print_line, print_problem
from devkit.cli.problems import Refusal

_OPEN, _CLOSE = "\udc00", "\udc01"
"""Around a number's digits; half surrogate pairs, which no readable text holds."""
_NUMBER = re.compile(f'"{_OPEN}([^"]+){_CLOSE}"')


def feel(
    expression: Annotated[str, typer.Argument(help="FEEL, with or without the leading =")],
    context: Annotated[
        str | None, typer.Option(metavar="FILE", help="a JSON object with the variables; - reads it from stdin")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print one JSON document")] = False,
) -> int:
    """Evaluate a FEEL expression as Camunda does.

    Prints its value, its type and its warnings; a syntax error points at its column.
    """
    text = expression.strip().removeprefix("=").strip()
    try:
        evaluation = parse(text).evaluate(_variables(context), now=lambda: utc(SystemClock()))
        _show(evaluation, as_json)
    except FeelSyntaxError as error:
        _point_at(text, error)
        return exit_codes.USAGE
    except FeelEvaluationError as error:
        raise Refusal(
            f"the evaluation failed: {error.message}; in Camunda this is an incident", exit_codes.DIFFERENCE
        ) from error
    except RecursionError as error:
        raise Refusal("the value is nested too deep to be printed; ask for a part of it") from error
    return exit_codes.OK


def _variables(context: str | None) -> dict[str, Any]:
    if context is None:
        return {}
    where = "stdin" if context == "-" else context
    try:
        text = sys.stdin.read() if context == "-" else Path(context).read_text(encoding="utf-8")
        variables = json.loads(text)
    except OSError as error:
        raise Refusal(f"{where} cannot be read: {error.strerror}; --context names a file with a JSON object") from error
    except RecursionError as error:
        raise Refusal(f"{where} is nested too deep; --context wants less than a hundred levels") from error
    except ValueError as error:
        raise Refusal(f"{where} is no JSON: {error}; --context names a file with a JSON object") from error
    if not isinstance(variables, dict):
        raise Refusal(f'{where} holds no JSON object; --context wants one, such as {{"name": "value"}}')
    return variables


def _point_at(text: str, error: FeelSyntaxError) -> None:
    lines = text.split("\n") or [""]
    line = lines[min(error.line, len(lines)) - 1]
    print_problem(f"this is not FEEL: {error.message}; correct it where the arrow points")
    print(f"  {line}\n  {' ' * (error.column - 1)}^", file=sys.stderr)


def _show(evaluation: Evaluation, as_json: bool) -> None:
    engine_json(evaluation.value)  # refuses what is too large to be written
    value, kind = _exact(evaluation.value), type_name(evaluation.value)
    warnings = [{"type": warning.type, "message": warning.message} for warning in evaluation.warnings]
    if as_json:
        print(_json({"value": value, "type": kind, "warnings": warnings}))
        return
    out = console()
    print_line(out, _json(value), style="bold")
    print_line(out, f"type     {kind}")
    for warning in warnings:
        print_line(out, f"warning  {warning['type']}: {warning['message']}")


def _exact(value: Any) -> Any:
    """As the engine writes it, but numbers as FEEL has them: the engine's are doubles and longs."""
    if isinstance(value, Decimal):
        return f"{_OPEN}{feel_text(value)}{_CLOSE}"
    if isinstance(value, dict):
        return {name: _exact(one) for name, one in value.items()}
    return [_exact(one) for one in value] if isinstance(value, list) else engine_json(value)


def _json(value: Any) -> str:
    return _NUMBER.sub(r"\1", json.dumps(value, indent=2, ensure_ascii=False))
