"""Recorded FEEL cases, evaluated by the kit's own FEEL.

A case has `id`, `kind` (`expression`, `unary-tests`, `connector`), `expression`, `context`, perhaps `input` and
`clock`, and what feel-scala made of it: `outcome`, `expected`, `json`. Values are typed JSON: a date is
`{"@type": "date", "value": "2024-02-29"}`, a range has `start`, `end`, `start included`, `end included`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connector_sdk.errors import NotBuilt
from connector_sdk.feel import (
    Evaluation,
    FeelEvaluationError,
    FeelSyntaxError,
    Functions,
    connector_json,
    parse,
    parse_unary_tests,
)
from devkit.conformance.typed import from_typed, to_typed

Case = Mapping[str, Any]
Result = dict[str, Any]


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
    except (FeelEvaluationError, NotBuilt):
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
