"""What FEEL calculates with.

| FEEL                        | Python                                                                 |
|-----------------------------|------------------------------------------------------------------------|
| null, boolean, string       | None, bool, str (its length counts UTF-16 units, as Java's does)        |
| number                      | Decimal, calculated with 34 digits and half-even rounding (decimal128) |
| list, context               | list, dict (a `FunctionContext` if it has functions)                   |
| range, function             | Range, Function                                                        |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from math import isfinite

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_DEPTH
from connector_sdk.feel.values.nested import TOO_DEEP, rebuilt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Value = Any
    """Any FEEL value; which Python types there are is in the table above."""
else:
    Value = object

DECIMAL128 = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999_999,
    Emax=999_999_999,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)


class Failed:
    """The type of `FAILED`: a failure that is on its way to the next place that turns it into null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "FAILED"


FAILED = Failed()


class Range:
    """`[start..end]`; both ends have the same type."""

    __slots__ = ("end", "end_included", "start", "start_included")

    def __init__(self, start: Value, end: Value, start_included: bool, end_included: bool) -> None:
        self.start = start
        self.end = end
        self.start_included = start_included
        self.end_included = end_included

    def _key(self) -> tuple[Value, Value, bool, bool]:
        return (self.start, self.end, self.start_included, self.end_included)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Range{self._key()}"


class Function:
    """A function that an expression defined. `call` takes the values of all parameters, in order."""

    __slots__ = ("call", "parameters")

    def __init__(self, parameters: tuple[str, ...], call: Callable[[Sequence[Value]], Value]) -> None:
        self.parameters = parameters
        self.call = call


class FunctionContext(dict[str, Value]):
    """A context with functions among its entries: they can be called, but they are not values of it."""

    __slots__ = ("functions",)

    def __init__(self, values: dict[str, Value], functions: dict[str, list[Function]]) -> None:
        super().__init__(values)
        self.functions = functions


class BeyondDouble(str):
    """The text that JSON gets for a number which no double can hold (`Infinity`); null to expressions."""

    __slots__ = ()


def _from_float(value: float) -> Decimal | None:
    """A double by its shortest digits; NaN and infinity, which JSON does not have, are null."""
    return Decimal(repr(value)) if isfinite(value) else None


_FROM_PYTHON: dict[type, Callable[[Any], Value]] = {
    int: Decimal,
    float: _from_float,
    BeyondDouble: lambda value: None,
}


def _converted(value: Any, level: int = 1) -> Value:
    kind = type(value)
    if kind is dict or kind is list or kind is tuple:
        if level > MAX_DEPTH:
            raise FeelEvaluationError(TOO_DEEP)
        if kind is dict:
            return {key: _converted(item, level + 1) for key, item in value.items()}
        return [_converted(item, level + 1) for item in value]
    convert = _FROM_PYTHON.get(kind)
    return value if convert is None else convert(value)


def from_python(value: Any) -> Value:
    """The FEEL value of plain JSON-like Python data; FEEL values stay what they are.

    Raises FeelEvaluationError for data that is nested too deeply.
    """
    try:
        return _converted(value)
    except RecursionError:
        return rebuilt(value, _converted, dict.items)
