from typing import Any

import pytest

from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import ConnectorInputError
from connector_sdk.expressions.error_mapping import MAX_MESSAGE_CHARACTERS, error_outcome
from connector_sdk.outcome import Complete, Fail, Outcome, ThrowError

OLD, NEW = Compatibility.of("8.8"), Compatibility.of("8.10")
SEEN = {"error": {"code": "404", "message": "Not Found"}}


def decided(expression: str | None, seen: Any = SEEN, compatibility: Compatibility = NEW) -> Outcome | None:
    return error_outcome(expression, seen, 3, compatibility)


@pytest.mark.parametrize(
    "expression", [None, "", "  ", "=null", "={}", "=nothing", '={errorType: "bpmnError", errorCode: null}']
)
def test_nothing_is_decided(expression: str | None) -> None:
    assert decided(expression) is None


@pytest.mark.parametrize(
    ("expression", "outcome"),
    [
        ("=bpmnError(error.code, error.message)", ThrowError("404", "Not Found")),
        ('=bpmnError("E", "m", {c: response.error.code})', ThrowError("E", "m", {"c": "404"})),
        ('=bpmnError(errorMessage: "m", errorCode: "E")', ThrowError("E", "m")),
        ('={errorType: "bpmnError", errorCode: 5}', ThrowError("5", "")),
        ('=jobError("m", {a: 1})', Fail("m", 0, 0, {"a": 1, "error": "m"})),
        ('=jobError("m", {}, job.retries - 1, duration("PT1.5S"))', Fail("m", 2, 1500, {"error": "m"})),
        ('=jobError("m", {}, -1)', Fail("m", 0, 0, {"error": "m"})),
        ('=jobError("m", {}, 1.5)', Fail("m", 1, 0, {"error": "m"})),
        (
            '={errorType: "jobError", errorMessage: "m", retries: "2", retryBackoff: 5}',
            Fail("m", 2, 5000, {"error": "m"}),
        ),
        ('={errorType: "jobError"}', Fail("", 0, 0, {"error": ""})),
        ("=ignoreError({a: 1})", Complete({"a": 1})),
    ],
)
def test_the_expression_decides(expression: str, outcome: Outcome) -> None:
    assert decided(expression) == outcome


def test_8_8_knows_fewer_functions_and_drops_the_variables_of_a_job_error() -> None:
    assert decided('=jobError("m", {a: 1})', compatibility=OLD) == Fail("m", 0, 0, {"error": "m"})
    assert decided('=bpmnError("E")', compatibility=OLD) is None
    assert decided("=ignoreError()", compatibility=OLD) is None
    with pytest.raises(ConnectorInputError, match="errorType is 'ignoreError'"):
        decided('={errorType: "ignoreError"}', compatibility=OLD)


@pytest.mark.parametrize(
    "expression",
    [
        "=1",
        '=[bpmnError("E", "m")]',
        "={a: 1}",
        '={errorType: "BPMNERROR", errorCode: "E"}',
        '={errorType: "bpmnError", errorCode: ["E"]}',
        '={errorType: "bpmnError", errorCode: "E", variables: 1}',
        '=bpmnError("E", "m", {"camunda.function.type": "x"})',
        '=jobError("m", {}, 2147483648)',
        '={errorType: "jobError", retries: "many"}',
        '={errorType: "jobError", retryBackoff: "1 minute"}',
    ],
)
def test_another_shape_is_refused(expression: str) -> None:
    with pytest.raises(ConnectorInputError):
        decided(expression)


def test_after_a_success_the_expression_sees_what_it_is_given() -> None:
    assert decided("=bpmnError(string(response.r.n), string(r.n))", {"r": {"n": 1}}) == ThrowError("1", "1")
    assert decided('=bpmnError("L", string(count(response)))', [1, 2]) == ThrowError("L", "2")


def test_messages_are_cut_but_the_error_variable_is_not() -> None:
    text = "m" * (MAX_MESSAGE_CHARACTERS + 1)
    outcome = decided("=jobError(t)", {"t": text})
    assert outcome == Fail(text[:MAX_MESSAGE_CHARACTERS], 0, 0, {"error": text})
    thrown = decided("=bpmnError(t, t)", {"t": text})
    assert thrown == ThrowError(text, text[:MAX_MESSAGE_CHARACTERS])
