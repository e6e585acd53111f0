"""Recorded FEEL cases, evaluated by the kit's own FEEL.

A case has `id`, `kind` (`expression`, `unary-tests`, `connector`), `expression`, `context`, perhaps `input` and
`clock`, and what feel-scala made of it: `outcome`, `expected`, `json`. Values are typed JSON: a date is
`{"@type": "date", "value": "2024-02-29"}`, a range has `start`, `end`, `start included`, `end included`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connector_sdk.feel import (
    Evaluation,
    FeelEvaluationError,
    FeelSyntaxError,
    Functions,
    connector_json,
    parse,
    parse_unary_tests,
)
from connector_sdk.feel.typed import from_typed, to_typed

Case = Mapping[str, Any]
Result = dict[str, Any]

_IN_DOUBLES = re.compile(r"sqrt|log|exp|stddev|\*\*")  # feel-scala itself calculates these in doubles
_TOLERANCE = Decimal("1e-9")


def results(cases: Iterable[Case]) -> Iterator[Result]:
    """The raw result of each case, in order: `id`, `outcome`, `expected` and, of connector cases, `json`."""
    functions = _connector_functions()
    for case in cases:
        yield {"id": case["id"], **_result(case, functions)}


def _connector_functions() -> Functions:
    """bpmnError and its kin belong to the layer above FEEL; only the cases of connectors need them."""
    from connector_sdk import expressions

    functions: Functions = expressions.CONNECTOR_FUNCTIONS
    return functions


def _result(case: Case, functions: Functions) -> Result:
    connector = case["kind"] == "connector"
    try:
        evaluation = _evaluate(case, functions if connector else None)
        result: Result = {"outcome": "null" if evaluation.value is None else "value"}
        result["expected"] = to_typed(evaluation.value)
        if connector:
            result["json"] = json.dumps(connector_json(evaluation.value), ensure_ascii=False)
        return result
    except FeelSyntaxError:
        return {"outcome": "parse-error", "expected": None}
    except FeelEvaluationError:
        return {"outcome": "error", "expected": None}


def _evaluate(case: Case, functions: Functions | None) -> Evaluation:
    text = case["expression"]
    variables = {name: from_typed(value) for name, value in (case.get("context") or {}).items()}
    now = _clock(case.get("clock"))
    if case["kind"] == "unary-tests":
        return parse_unary_tests(text).test(from_typed(case.get("input")), variables, now=now)
    if case["kind"] == "connector":
        text = text.strip().removeprefix("=").strip()
    return parse(text, functions=functions).evaluate(variables, now=now)


def _clock(text: str | None) -> Callable[[], datetime] | None:
    """`2024-02-29T12:34:56@UTC`"""
    if text is None:
        return None
    moment = datetime.fromisoformat(text.removesuffix("@UTC")).replace(tzinfo=UTC)
    return lambda: moment


def agrees(case: Case, result: Result | None) -> bool:
    """Whether a result is feel-scala's: the same outcome, then the same value, then (connectors) the same JSON.

    Cases flagged `host_exception` are accidents of Java and Scala; leave them out before asking.
    """
    if result is None or result.get("outcome") != case["outcome"]:
        return False
    if case["kind"] == "connector" and case.get("json") is not None:
        expected, actual = (json.loads(text, parse_float=Decimal) for text in (case["json"], result["json"]))
        return _same(expected, actual, _TOLERANCE)
    if case["outcome"] != "value":
        return True
    tolerance = _TOLERANCE if _IN_DOUBLES.search(case["expression"]) else Decimal(0)
    return _same(_value(case["expected"]), _value(result.get("expected")), tolerance)


def _value(typed: Any) -> Any:
    """Typed JSON with its temporal values in one form, so that `PT36H` is `P1DT12H`."""
    return to_typed(from_typed(typed))


def _same(left: Any, right: Any, tolerance: Decimal) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float | Decimal) and isinstance(right, int | float | Decimal):
        a, b = (Decimal(repr(number)) if isinstance(number, float) else Decimal(number) for number in (left, right))
        return a == b or abs(a - b) <= tolerance * max(Decimal(1), abs(a), abs(b))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_same(a, b, tolerance) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[key], right[key], tolerance) for key in left)
    return type(left) is type(right) and bool(left == right)
