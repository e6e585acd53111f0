"""From a connector's response to process variables: `resultVariable` and `resultExpression`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connector_sdk.compatibility import NEWEST, Compatibility
from connector_sdk.errors import ConnectorInputError
from connector_sdk.expressions.created_documents import NAME, CreateDocument, with_documents
from connector_sdk.expressions.evaluation import evaluate
from connector_sdk.expressions.functions import CONNECTOR_FUNCTIONS, CONNECTOR_FUNCTIONS_8_8
from connector_sdk.nesting import MAX_LEVELS, is_too_deep, may_be_too_deep

MAX_VARIABLES_BYTES = 1_572_864
"""The engine refuses a completion above about 4 MB; Camunda's runtime stops at 1.5 MB, and so do we."""
SHOWN_CHARACTERS = 200
FORBIDDEN_LITERAL = "camunda.function.type"
_JSON_TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
_LOOSE = json.JSONEncoder(ensure_ascii=False)
_STRICT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_NEWEST = Compatibility.of(NEWEST)


def output_variables(
    response: Any,
    result_variable: str | None,
    result_expression: str | None,
    *,
    compatibility: Compatibility = _NEWEST,
    create: CreateDocument | None = None,
) -> dict[str, Any]:
    """The variables that go to the process: first `result_variable`, then what `result_expression` makes of it.

    Blank or absent means nothing. `create` serves `createDocument` (None: it is refused). Raises ExpressionError if the
    expression fails, ConnectorInputError if its result is no JSON object, holds a forbidden literal or is too large,
    and what `create` raises.
    """
    variables: dict[str, Any] = {}
    if result_variable is not None and result_variable.strip():
        variables[result_variable] = response
    if result_expression is not None and result_expression.strip():
        result = mapped(result_expression, response_context(response), "Result", compatibility, create) or {}
        refuse_function_literal(result, "The connector result")
        variables.update(result)
    guard_size(variables, compatibility)
    return variables


def response_context(response: Any) -> dict[str, Any]:
    """What a result expression sees: the response's own members, and all of it as `response`."""
    return {**(response if isinstance(response, Mapping) else {}), "response": response}


def mapped(
    expression: str,
    context: Mapping[str, Any],
    which: str,
    compatibility: Compatibility,
    create: CreateDocument | None = None,
) -> dict[str, Any] | None:
    """The expression's value, which has to be a JSON object or null (`which`: "Result" or "Error", for the message)."""
    functions = CONNECTOR_FUNCTIONS if compatibility.newer_functions else CONNECTOR_FUNCTIONS_8_8
    value = evaluate(expression, context, functions=functions)
    if which == "Result" and compatibility.unwrap_single_result and isinstance(value, list) and len(value) == 1:
        value = value[0]
    if NAME in expression:
        value = with_documents(value, create)
    if value is None or isinstance(value, dict):
        return value
    shown = json.dumps(value, ensure_ascii=False)[:SHOWN_CHARACTERS]
    raise ConnectorInputError(
        f"{which} expression must return a JSON object, but got {_JSON_TYPES[type(value)]}. Evaluated value: {shown}"
    )


def refuse_function_literal(value: Any, what: str) -> None:
    """Raise ConnectorInputError if a result would be taken for an intrinsic function by the next connector."""
    if FORBIDDEN_LITERAL in _LOOSE.encode(value):
        raise ConnectorInputError(f"{what} contains a forbidden literal '{FORBIDDEN_LITERAL}'.")


class VariablesTooLarge(ConnectorInputError):
    """There are more than MAX_VARIABLES_BYTES; the message is Camunda's, for jobs."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"Output variables payload ({size} bytes) exceeds the 1.5 MB safe variable size limit for Zeebe job "
            "completion. To handle large payloads, enable the 'Create document' option where available."
        )
        self.size = size


def guard_size(variables: Mapping[str, Any], compatibility: Compatibility) -> None:
    """Raise ConnectorInputError for what is no JSON, and VariablesTooLarge since 8.10."""
    size = json_bytes(variables)
    if compatibility.size_guard and size > MAX_VARIABLES_BYTES:
        raise VariablesTooLarge(size)


def json_bytes(variables: Mapping[str, Any]) -> int:
    """How long variables are as JSON in UTF-8. Raises ConnectorInputError for what is no JSON."""
    try:
        text = _STRICT.encode(variables)
    except (TypeError, ValueError, RecursionError) as error:
        raise ConnectorInputError(f"The connector's result is no JSON: {error}") from error
    if may_be_too_deep(text) and is_too_deep(variables):
        raise ConnectorInputError(f"The connector's result is nested deeper than {MAX_LEVELS} levels")
    return len(text.encode("utf-8", "surrogatepass"))
