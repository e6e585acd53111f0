"""`errorExpression`: what a user makes of a failure, or of a success that is none.

The expression sees the error (`error.code`, `error.message`, `error.variables`) after a failure. After a success it
sees the variables that were mapped or, if there are none, the response itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import ConnectorInputError
from connector_sdk.expressions.created_documents import CreateDocument
from connector_sdk.expressions.result_mapping import guard_size, mapped, refuse_function_literal, response_context
from connector_sdk.java_duration import milliseconds
from connector_sdk.outcome import Complete, Fail, Outcome, ThrowError

MAX_MESSAGE_CHARACTERS = 6000


def error_outcome(
    expression: str | None,
    seen: Any,
    retries: int,
    compatibility: Compatibility,
    create: CreateDocument | None = None,
) -> Outcome | None:
    """What the error expression decides, or None if it is blank, gives null or `{}`, or has no error code.

    Raises ExpressionError or ConnectorInputError if it fails or its result has another shape.
    """
    if expression is None or not expression.strip():
        return None
    context = {**response_context(seen), "job": {"retries": retries}}
    result = mapped(expression, context, "Error", compatibility, create)
    if not result:
        return None
    decide = _DECISIONS.get(str(result.get("errorType")))
    if decide is None or (decide is _ignore and not compatibility.newer_functions):
        raise ConnectorInputError(
            "Error expression must return bpmnError(…), jobError(…), ignoreError(…), null or {}, "
            f"but its errorType is {result.get('errorType')!r}"
        )
    outcome = decide(result, compatibility)
    if outcome is not None:
        guard_size(outcome.variables, compatibility)
    return outcome


def _throw(result: Mapping[str, Any], compatibility: Compatibility) -> Outcome | None:
    code = _text(result, "errorCode")
    if code is None:
        return None
    variables = _variables(result)
    refuse_function_literal(variables, "The error's variables")
    return ThrowError(code, (_text(result, "errorMessage") or "")[:MAX_MESSAGE_CHARACTERS], variables)


def _fail(result: Mapping[str, Any], compatibility: Compatibility) -> Outcome:
    message = _text(result, "errorMessage") or ""
    variables = _variables(result) if compatibility.job_error_variables else {}
    return Fail(
        message[:MAX_MESSAGE_CHARACTERS],
        max(_retries(result.get("retries")), 0),
        _backoff(result.get("retryBackoff")),
        {**variables, "error": message},
    )


def _ignore(result: Mapping[str, Any], compatibility: Compatibility) -> Outcome:
    return Complete(_variables(result))


_DECISIONS: dict[str, Callable[[Mapping[str, Any], Compatibility], Outcome | None]] = {
    "bpmnError": _throw,
    "jobError": _fail,
    "ignoreError": _ignore,
}


def _text(result: Mapping[str, Any], member: str) -> str | None:
    value = result.get(member)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise _wrong(member, "a text")


def _variables(result: Mapping[str, Any]) -> dict[str, Any]:
    value = result.get("variables")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong("variables", "a context")
    return value


def _retries(value: Any) -> int:
    try:
        number = int(value or 0)
    except (TypeError, ValueError, OverflowError):
        raise _wrong("retries", "a whole number") from None
    if not -(2**31) <= number < 2**31:
        raise _wrong("retries", "a number below 2147483648")
    return number


def _backoff(value: Any) -> int:
    """Milliseconds from an ISO duration, or from a number of seconds."""
    try:
        if isinstance(value, int | float):
            return int(timedelta(seconds=value) / timedelta(milliseconds=1))
        return milliseconds(value) if value is not None else 0
    except (TypeError, ValueError, OverflowError):
        raise _wrong("retryBackoff", "an ISO 8601 duration such as PT30S") from None


def _wrong(member: str, wanted: str) -> ConnectorInputError:
    return ConnectorInputError(f"Error expression must return {wanted} as {member}")
