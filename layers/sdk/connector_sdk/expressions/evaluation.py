"""Evaluating one expression the way Camunda's connector runtime does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector_sdk import feel
from connector_sdk.errors import SdkError
from connector_sdk.expressions.functions import CONNECTOR_FUNCTIONS


class ExpressionError(SdkError):
    """An expression cannot be parsed, or fails while it is evaluated. Trying again may help: the data may differ."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(f"Failed to evaluate expression '{expression}'. Reason: {reason}")
        self.expression = expression
        self.reason = reason


def evaluate(expression: str, context: Mapping[str, Any], *, functions: feel.Functions = CONNECTOR_FUNCTIONS) -> Any:
    """The value of an expression as JSON-like Python data.

    A leading `=` is dropped. `functions` are what the expression may call beside FEEL's own. Raises ExpressionError.
    """
    try:
        return feel.connector_json(feel.evaluate(_text(expression), context, functions=functions).value)
    except feel.FeelError as error:
        raise ExpressionError(expression, str(error)) from error
    except RecursionError as error:
        raise ExpressionError(expression, "the expression or its data is nested too deeply") from error


def _text(expression: str) -> str:
    return expression.strip().removeprefix("=").strip()
