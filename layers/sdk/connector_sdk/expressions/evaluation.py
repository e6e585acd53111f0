"""Evaluating one expression the way Camunda's connector runtime does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connector_sdk import feel
from connector_sdk.clock import SystemClock, utc
from connector_sdk.errors import SdkError
from connector_sdk.expressions.functions import CONNECTOR_FUNCTIONS


def _now() -> datetime:
    return utc(SystemClock())


class ExpressionError(SdkError):
    """An expression cannot be parsed, or fails while it is evaluated. Trying again may help: the data may differ."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(f"Failed to evaluate expression '{expression}'. Reason: {reason}")
        self.expression = expression
        self.reason = reason


def evaluate(
    expression: str,
    context: Mapping[str, Any],
    *,
    functions: feel.Functions = CONNECTOR_FUNCTIONS,
    now: Callable[[], datetime] = _now,
) -> Any:
    """The value of an expression as JSON-like Python data.

    A leading `=` is dropped. `functions` are what the expression may call beside FEEL's own; `now` is the time that
    `now()` and `today()` give. Raises ExpressionError.
    """
    try:
        return feel.connector_json(feel.evaluate(_text(expression), context, functions=functions, now=now).value)
    except feel.FeelError as error:
        raise ExpressionError(expression, str(error)) from error


def _text(expression: str) -> str:
    return expression.strip().removeprefix("=").strip()
