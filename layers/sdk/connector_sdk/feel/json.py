"""FEEL values as JSON, in the two ways that Camunda writes them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_WRITTEN_VALUES
from connector_sdk.feel.values import FAILED, Function, Range, Value

_LONG = 1 << 63


def connector_json(value: Value) -> Any:
    """As Camunda's connector runtime writes it: whole numbers within a long as int, others as double."""
    return _Writer(_connector_number).write(value)


def engine_json(value: Value) -> Any:
    """As Zeebe writes variables."""
    return _Writer(_engine_number).write(value)


def _connector_number(value: Decimal) -> int | float:
    if value == value.to_integral_value() and -_LONG <= value < _LONG:
        return int(value)
    return float(value)


def _engine_number(value: Decimal) -> int | float:
    return _connector_number(value)


class _Writer:
    def __init__(self, number: Callable[[Decimal], int | float]) -> None:
        self.number = number
        self.written = 0

    def write(self, value: Value) -> Any:
        self.written += 1
        if self.written > MAX_WRITTEN_VALUES:
            raise FeelEvaluationError(f"the result has more than {MAX_WRITTEN_VALUES} values")
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, Decimal):
            return self.number(value)
        if isinstance(value, list):
            return [self.write(item) for item in value]
        if isinstance(value, dict):
            return {key: self.write(item) for key, item in value.items() if not isinstance(item, Function)}
        if isinstance(value, Range | Function) or value is FAILED:
            return None
        return str(value)
