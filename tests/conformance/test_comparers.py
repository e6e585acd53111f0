"""The judges themselves: what counts as the same as what was recorded, and what does not."""

import gzip
import json
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from devkit.conformance.compare import feel, inbound, jobs

RECORDED = Path(__file__).parents[1] / "recorded"


def date_and_time(text: str) -> dict[str, str]:
    return {"@type": "date and time", "value": text}


def days(text: str) -> dict[str, str]:
    return {"@type": "days and time duration", "value": text}


def time(text: str) -> dict[str, str]:
    return {"@type": "time", "value": text}


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (days("PT36H"), days("P1DT12H")),
        (days("-PT90M"), days("-PT1H30M")),
        (
            {"@type": "years and months duration", "value": "P14M"},
            {"@type": "years and months duration", "value": "P1Y2M"},
        ),
        (time("10:00Z"), time("10:00:00+00:00")),
        (date_and_time("2024-02-29T10:00:00.500Z"), date_and_time("2024-02-29T10:00:00.5Z")),
        (
            date_and_time("2024-02-29T10:00+01:00[Europe/Berlin]"),
            date_and_time("2024-02-29T10:00:00+01:00[Europe/Berlin]"),
        ),
        (Decimal("1.50"), 1.5),
        ([1, {"a": True}], [Decimal(1), {"a": True}]),
    ],
)
def test_feel_values_compare_by_value(expected: Any, actual: Any) -> None:
    case = {"kind": "expression", "expression": "x", "outcome": "value", "expected": expected}

    assert feel.difference(case, {"outcome": "value", "expected": actual}) is None


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (date_and_time("2024-02-29T10:00+01:00[Europe/Berlin]"), date_and_time("2024-02-29T10:00+01:00")),
        (time("10:00"), time("10:00Z")),
        (days("PT1H"), time("01:00")),
        (Decimal("0.1"), Decimal("0.10000000000000001")),
        (1, True),
        ("1", 1),
        (None, {"@type": "date"}),
    ],
)
def test_feel_values_that_only_look_alike_differ(expected: Any, actual: Any) -> None:
    case = {"kind": "expression", "expression": "x", "outcome": "value", "expected": expected}

    assert feel.difference(case, {"outcome": "value", "expected": actual}) is not None


@pytest.mark.parametrize(("expression", "same"), [("sqrt(2)", True), ("1 / 3", False)])
def test_only_what_feel_scala_computes_in_doubles_is_compared_with_a_tolerance(expression: str, same: bool) -> None:
    case = {
        "kind": "expression",
        "expression": expression,
        "outcome": "value",
        "expected": Decimal("1.4142135623730951"),
    }
    result = {"outcome": "value", "expected": Decimal("1.41421356237309504880168872420969807")}

    assert (feel.difference(case, result) is None) is same


JOB: dict[str, Any] = {
    "compare": ["requests", "command", "retryBackOff", "variables"],
    "requests": [
        {
            "method": "POST",
            "path": "/x",
            "query": "",
            "headers": [["content-type", "application/x-www-form-urlencoded"], ["x-a", "1"]],
            "body": "a=1&b=2",
        }
    ],
    "outcome": {"command": "completion", "body": {"variables": {"n": Decimal("0.3333333333333333")}}},
}


def job_result(**request: Any) -> dict[str, Any]:
    return {
        "requests": [JOB["requests"][0] | request],
        "outcome": {"command": "completion", "body": {"variables": {"n": 1 / 3}}},
    }


def test_jobs_compare_forms_by_pairs_numbers_as_doubles_and_no_header_that_is_the_clients_own() -> None:
    result = job_result(
        headers=[["Content-Type", "application/x-www-form-urlencoded"], ["X-A", "1"], ["user-agent", "kit"]],
        body="b=2&a=1",
    )

    assert jobs.difference(JOB, result) is None


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (job_result(method="PUT"), 'request 0 method "PUT", expected "POST"'),
        (job_result(body="a=1"), 'request 0 body [[["a", "1"]], []], expected [[["a", "1"], ["b", "2"]], []]'),
        ({"requests": [], "outcome": {}}, "number of requests 0, expected 1"),
        (job_result() | {"outcome": {"command": "failure"}}, 'command "failure", expected "completion"'),
    ],
)
def test_a_job_that_differs_says_where(result: dict[str, Any], sentence: str) -> None:
    assert jobs.difference(JOB, result) == sentence


def test_a_secret_in_an_outcome_is_a_difference() -> None:
    case = {"compare": ["command"], "absent": ["hunter2"], "outcome": {"command": "failure", "body": None}}
    result = {"outcome": {"command": "failure", "body": {"errorMessage": "hunter2 was refused"}}}

    assert jobs.difference(case, result) == "the outcome shows the secret value 'hunter2'"


def test_webhook_commands_compare_without_what_clients_add() -> None:
    case = {
        "expected": {
            "commands": [{"rpc": "PublishMessage", "body": {"name": "m", "messageId": "", "tenantId": "<default>"}}],
            "http": {"status": 200, "headers": {}},
        }
    }
    result = {
        "commands": [{"method": "POST", "path": "/v2/messages/publication", "body": {"name": "m", "tags": []}}],
        "http": {"status": 200, "headers": {"x-more": "1"}},
    }

    assert inbound.difference(case, result) is None
    result["commands"] = []
    assert inbound.difference(case, result) == "commands has 0 items, expected 1: []"


def test_a_javas_exception_and_a_parsers_text_are_not_compared_but_their_place_is() -> None:
    expected = {"message": "Failed to evaluate expression 'x'", "error": {"@throwable": "boom"}}
    case = {
        "expected": {
            "commands": [],
            "http": {"status": 422, "headers": {"content-type": "application/json"}, "json": expected},
        }
    }

    def answered(body: dict[str, Any]) -> dict[str, Any]:
        return {"http": {"status": 422, "headers": {"Content-Type": "application/json"}, "json": body}}

    assert inbound.difference(case, answered({"message": "no such thing", "error": None})) is None
    assert inbound.difference(case, answered({"message": "no such thing", "error": None, "more": 1})) == (
        "body.more 1 is unexpected"
    )


@pytest.mark.parametrize(
    ("file", "comparer"),
    [
        ("feel/generated.jsonl.gz", feel),
        ("jobs/cases.jsonl.gz", jobs),
        ("inbound/cases.jsonl.gz", inbound),
    ],
)
def test_every_recorded_case_agrees_with_itself(file: str, comparer: ModuleType) -> None:
    path = RECORDED / file
    if not path.is_file():
        pytest.skip(f"tests/recorded/{file} is not here")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line, parse_float=Decimal) for line in lines]

    assert cases != []
    assert [
        case["id"] for case in cases if comparer.difference(case, case["expected"] if comparer is inbound else case)
    ] == []
