"""Truth values, and values that may be missing."""

from __future__ import annotations

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.registry import builtin
from connector_sdk.feel.values import Value


@builtin("not", "negand: any")
def negated(negand: Value) -> Value:
    """The opposite truth value; null for anything else.

    >>> not(true)
    false
    """
    return not negand if isinstance(negand, bool) else None


@builtin("is defined", "value: any")
def is_defined(value: Value) -> Value:
    """Whether a value is not null; a missing variable is null.

    >>> is defined({a: 1}.b)
    false
    """
    return value is not None


@builtin("get or else", "value: any", "default: any")
def get_or_else(value: Value, default: Value) -> Value:
    """The value, or the default if the value is null.

    >>> get or else(null, "none")
    "none"
    """
    return default if value is None else value


@builtin("assert", "value: any", "condition: any")
def assert_condition(value: Value, condition: Value) -> Value:
    """The value if the condition is true; otherwise the whole evaluation fails.

    >>> assert(5, 5 > 3)
    5
    """
    if condition is True:
        return value
    raise FeelEvaluationError("Assertion failure: The condition is not fulfilled")


@builtin("assert", "value: any", "condition: any", "cause: any")
def assert_with_cause(value: Value, condition: Value, cause: Value) -> Value:
    """The value if the condition is true; otherwise the whole evaluation fails with the cause as its message.

    >>> assert(5, 5 > 3, "too small")
    5
    """
    if condition is True:
        return value
    raise FeelEvaluationError(f"Assertion failure: {cause}")
