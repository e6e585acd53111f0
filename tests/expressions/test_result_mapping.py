import json
from typing import Any

import pytest

from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import ConnectorInputError
from connector_sdk.expressions import MAX_VARIABLES_BYTES, ExpressionError, evaluate, output_variables
from connector_sdk.expressions.error_mapping import error_outcome
from connector_sdk.outcome import ThrowError

OLD, NEW = Compatibility.of("8.8"), Compatibility.of("8.10")
RESPONSE = {"status": 200, "body": {"id": 7, "response": "inner"}}


@pytest.mark.parametrize(
    ("variable", "expression", "mapped"),
    [
        (None, None, {}),
        (" ", "", {}),
        ("r", None, {"r": RESPONSE}),
        (None, "={id: body.id, s: response.status}", {"id": 7, "s": 200}),
        (None, " = {id: body.id} ", {"id": 7}),
        (None, "{id: response.body.response}", {"id": "inner"}),
        ("r", "={r: 1}", {"r": 1}),
        (None, "=null", {}),
        (None, "=nothing", {}),
    ],
)
def test_a_response_becomes_variables(variable: str | None, expression: str | None, mapped: dict[str, Any]) -> None:
    assert output_variables(RESPONSE, variable, expression) == mapped


def test_a_response_that_is_no_object_is_seen_as_response_only() -> None:
    assert output_variables([1, 2], "r", "={n: count(response)}") == {"r": [1, 2], "n": 2}


@pytest.mark.parametrize(
    ("expression", "kind"), [("=1", "number"), ('="x"', "string"), ("=true", "boolean"), ("=[]", "array")]
)
def test_the_result_has_to_be_an_object(expression: str, kind: str) -> None:
    with pytest.raises(ConnectorInputError, match=f"must return a JSON object, but got {kind}"):
        output_variables(RESPONSE, None, expression)


def test_a_list_with_one_context_is_unwrapped_under_8_8() -> None:
    assert output_variables(RESPONSE, None, "=[{a: 1}]", compatibility=OLD) == {"a": 1}
    with pytest.raises(ConnectorInputError, match="array"):
        output_variables(RESPONSE, None, "=[{a: 1}]", compatibility=NEW)


@pytest.mark.parametrize("expression", ["={a:", "=", "={a: assert(1, false)}"])
def test_an_expression_that_fails_is_told(expression: str) -> None:
    with pytest.raises(ExpressionError) as error:
        output_variables(RESPONSE, None, expression)
    assert str(error.value).startswith(f"Failed to evaluate expression '{expression}'. Reason: ")


def test_the_mark_of_an_intrinsic_function_is_refused_in_results() -> None:
    with pytest.raises(ConnectorInputError, match="forbidden literal"):
        output_variables(RESPONSE, None, '={a: {"camunda.function.type": "x"}}')
    assert output_variables({"camunda.function.type": "x"}, "r", None) == {"r": {"camunda.function.type": "x"}}


def test_results_over_the_limit_are_refused_since_8_10() -> None:
    frame = len(json.dumps({"r": ""}, separators=(",", ":")))
    fits = "x" * (MAX_VARIABLES_BYTES - frame)
    assert output_variables(fits, "r", None) == {"r": fits}
    with pytest.raises(ConnectorInputError, match=f"payload \\({MAX_VARIABLES_BYTES + 1} bytes\\) exceeds"):
        output_variables(fits + "x", "r", None)
    assert output_variables(fits + "x", "r", None, compatibility=OLD) == {"r": fits + "x"}


def test_a_result_that_is_no_json_is_refused_in_every_version() -> None:
    for compatibility in (OLD, NEW):
        with pytest.raises(ConnectorInputError, match="no JSON"):
            output_variables({"r": float("nan")}, "r", None, compatibility=compatibility)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('=bpmnError("E", "m")', {"errorType": "bpmnError", "errorCode": "E", "errorMessage": "m"}),
        ('=bpmnError("E")', {"errorType": "bpmnError", "errorCode": "E"}),
        ("=ignoreError()", {"errorType": "ignoreError"}),
        ("=ignoreError({a: 1})", {"errorType": "ignoreError", "variables": {"a": 1}}),
        (
            '=jobError("m")',
            {"errorType": "jobError", "errorMessage": "m", "variables": {}, "retries": 0, "retryBackoff": "PT0S"},
        ),
        ("=backoff(1, 1, 2, 60, 0)", "PT1S"),
        ('=backoff(3, duration("PT1S"), 2, duration("PT60S"), 0)', "PT4S"),
        ("=backoff(10, 1, 2, 60, 0)", "PT1M"),
        ("=backoff(1, 2, 0.5, 60, 0)", "PT2S"),
    ],
)
def test_connector_functions_return_plain_values(expression: str, value: Any) -> None:
    assert evaluate(expression, {}) == value


@pytest.mark.parametrize(
    "expression",
    [
        '=bpmnError(404, "m")',
        '=bpmnError("E", 5)',
        '=bpmnError("E", "m", 5)',
        '=jobError("m", null)',
        '=jobError("m", {}, "2")',
        '=jobError("m", {}, true)',
        '=jobError("m", {}, 2, "PT5S")',
        '=jobError("m", {}, 2, duration("P1M"))',
        "=ignoreError(1)",
        "=backoff(0)",
        "=backoff(1, 2, 0)",
        "=backoff(1, 2, 1, 1)",
        "=backoff(1, 1, 1, 1, -1)",
        '=backoff("1")',
    ],
)
def test_wrong_arguments_make_the_expression_fail(expression: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(expression, {})


def test_a_backoff_varies_within_its_jitter() -> None:
    seconds = {evaluate('=(backoff(1, 10, 1, 10, 0.1) / duration("PT1S"))', {}) for _ in range(20)}
    assert all(9 <= value <= 11 for value in seconds)
    assert len(seconds) > 1


def stored(value: Any) -> dict[str, Any]:
    return {"stored": value}


def test_documents_are_created_wherever_the_result_wants_them() -> None:
    expression = (
        "={files: for f in response.files return createDocument(f.data), n: {one: createDocument(response.files[1])}}"
    )
    response = {"files": [{"data": "YQ=="}, {"data": "Yg=="}]}
    assert output_variables(response, None, expression, create=stored) == {
        "files": [{"stored": "YQ=="}, {"stored": "Yg=="}],
        "n": {"one": {"stored": {"data": "YQ=="}}},
    }


def test_an_error_expression_may_create_documents_too() -> None:
    expression = '=bpmnError("X", "m", {file: createDocument(error.message)})'
    outcome = error_outcome(expression, {"error": {"message": "YQ=="}}, 3, NEW, stored)
    assert outcome == ThrowError("X", "m", {"file": {"stored": "YQ=="}})


@pytest.mark.parametrize("expression", ["=createDocument(response.data)", "={a: createDocument(response.data)}"])
def test_a_document_needs_a_name_and_a_store(expression: str) -> None:
    with pytest.raises(ConnectorInputError, match=r"write \{file: createDocument|no document store"):
        output_variables({"data": "YQ=="}, None, expression)


def test_create_document_came_with_8_10() -> None:
    assert output_variables({}, None, '={a: createDocument("YQ==")}', compatibility=OLD) == {"a": None}
