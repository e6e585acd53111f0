"""The functions that result and error expressions may call: `bpmnError`, `jobError`, `ignoreError`, `backoff`, and
`createDocument`, which has a module of its own.

They return plain contexts, so a user may write the context as well. Argument types are checked as Camunda's connector
runtime does, which makes the expression fail instead of being ignored.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from connector_sdk import feel
from connector_sdk.expressions.created_documents import NAME, create_document

Arguments = tuple[tuple[str, ...], ...]

_DURATION = re.compile(r"-?PT.*")
_BACKOFF_DEFAULTS = {"minDelay": 0.05, "factor": 1.6, "maxDelay": 5.0, "jitterFactor": 0.1}


def _check(function: str, parameter: str, value: Any, wanted: type | tuple[type, ...], name: str) -> None:
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise feel.FeelEvaluationError(f"Parameter '{parameter}' of function '{function}' must be a {name}")


def _is_duration(value: Any) -> bool:
    """A day-time duration, not a text that looks like one; years and months have no length."""
    return not isinstance(value, str) and bool(_DURATION.fullmatch(str(feel.connector_json(value))))


def bpmn_error(error_code: Any, *rest: Any) -> dict[str, Any]:
    """`bpmnError(errorCode, errorMessage?, variables?)`."""
    _check("bpmnError", "errorCode", error_code, str, "String")
    context: dict[str, Any] = {"errorType": "bpmnError", "errorCode": error_code}
    if rest:
        _check("bpmnError", "errorMessage", rest[0], str, "String")
        context["errorMessage"] = rest[0]
    if len(rest) > 1:
        _check("bpmnError", "variables", rest[1], dict, "Context")
        context["variables"] = rest[1]
    return context


def job_error(error_message: Any, *rest: Any) -> dict[str, Any]:
    """`jobError(errorMessage, variables?, retries?, retryBackoff?)`; without `retries` the job is not tried again."""
    defaults: tuple[Any, ...] = ({}, Decimal(0), None)
    variables, retries, backoff = (*rest, *defaults[len(rest) :])
    _check("jobError", "errorMessage", error_message, str, "String")
    _check("jobError", "variables", variables, dict, "Context")
    _check("jobError", "retries", retries, (int, float, Decimal), "Number")
    if len(rest) > 2 and not _is_duration(backoff):
        raise feel.FeelEvaluationError("Parameter 'retryBackoff' of function 'jobError' must be a day-time duration")
    return {
        "errorType": "jobError",
        "errorMessage": error_message,
        "variables": variables,
        "retries": retries,
        "retryBackoff": "PT0S" if backoff is None else backoff,
    }


def ignore_error(*variables: Any) -> dict[str, Any]:
    """`ignoreError(variables?)`."""
    if not variables:
        return {"errorType": "ignoreError"}
    _check("ignoreError", "variables", variables[0], dict, "Context")
    return {"errorType": "ignoreError", "variables": variables[0]}


def backoff(attempt: Any, *rest: Any) -> Any:
    """`backoff(attempt, minDelay?, factor?, maxDelay?, jitterFactor?)`: a delay that grows, with a random part.

    minDelay × factor^(attempt − 1), kept between minDelay and maxDelay, plus or minus jitterFactor of it.
    """
    given = {**_BACKOFF_DEFAULTS, **dict(zip(_BACKOFF_DEFAULTS, map(_seconds, rest), strict=False))}
    least, factor, most, jitter = (given[name] for name in ("minDelay", "factor", "maxDelay", "jitterFactor"))
    count = _seconds(attempt)
    if count < 1 or factor <= 0 or least > most or jitter < 0:
        raise feel.FeelEvaluationError(
            "backoff wants attempt ≥ 1, factor > 0, minDelay ≤ maxDelay and jitterFactor ≥ 0"
        )
    delay = min(max(least * factor ** (count - 1), least), most)
    delay = max(0.0, delay + random.uniform(-jitter, jitter) * delay)  # noqa: S311 - a delay, not a secret
    return feel.evaluate(f'duration("PT{round(delay, 3):f}S")').value


def _seconds(value: Any) -> float:
    """A number, or the length of a day-time duration in seconds."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return float(value)
    if _is_duration(value):
        return float(feel.evaluate('d / duration("PT1S")', {"d": value}).value)
    raise feel.FeelEvaluationError("backoff wants numbers and day-time durations")


def _host(parameters: Arguments, call: Callable[..., Any]) -> feel.HostFunction:
    return feel.HostFunction(parameters, call)


_BPMN = ("errorCode", "errorMessage", "variables")
_JOB = ("errorMessage", "variables", "retries", "retryBackoff")
_BACKOFF = ("attempt", *_BACKOFF_DEFAULTS)

CONNECTOR_FUNCTIONS_8_8: Mapping[str, feel.HostFunction] = {
    "bpmnError": _host((_BPMN[:2], _BPMN), bpmn_error),
    "jobError": _host((_JOB[:1], _JOB[:2], _JOB[:3], _JOB), job_error),
}
CONNECTOR_FUNCTIONS: Mapping[str, feel.HostFunction] = {
    **CONNECTOR_FUNCTIONS_8_8,
    "bpmnError": _host((_BPMN[:1], _BPMN[:2], _BPMN), bpmn_error),
    "ignoreError": _host(((), ("variables",)), ignore_error),
    "backoff": _host(tuple(_BACKOFF[:count] for count in range(1, len(_BACKOFF) + 1)), backoff),
    NAME: _host((("value",),), create_document),
}
