"""Equality and order, as feel-scala has them: null where types differ, and no order between lists."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.values import FAILED, Failed, Function, Value

ORDERED: set[type] = {Decimal, str}
"""Types with an order; the temporal types add themselves."""


Known = dict[tuple[int, int], bool]


def equal(left: Value, right: Value, known: Known | None = None) -> bool | None:
    """Whether two values are the same; None if their types cannot be compared.

    `known` are the lists and contexts that were compared already: values may share parts many times over.
    """
    if left is None or right is None:
        return left is None and right is None
    if isinstance(left, list) and isinstance(right, list):
        return _once(left, right, _lists, {} if known is None else known)
    if isinstance(left, dict) and isinstance(right, dict):
        return _once(left, right, _contexts, {} if known is None else known)
    kind = type(left)
    if kind is not type(right) or not (kind is bool or kind in ORDERED):
        return None
    return bool(left == right)


def _once(left: Value, right: Value, compare: Callable[[Value, Value, Known], bool], known: Known) -> bool:
    pair = (id(left), id(right))
    if pair not in known:
        known[pair] = compare(left, right, known)
    return known[pair]


def _lists(left: list[Value], right: list[Value], known: Known) -> bool:
    return len(left) == len(right) and all(equal(a, b, known) is True for a, b in zip(left, right, strict=True))


def _contexts(left: dict[str, Value], right: dict[str, Value], known: Known) -> bool:
    return left.keys() == right.keys() and all(equal(value, right[key], known) is True for key, value in left.items())


def same(left: Value, right: Value) -> bool:
    """Equality inside lists (`list contains`, `distinct values`): values of different types are just not the same."""
    return equal(left, right) is True


def identical(left: Value, right: Value, known: Known | None = None) -> bool:
    """Equality of Scala's objects, which tests of lists use: contexts and functions only equal themselves."""
    if left is right:
        return True
    if isinstance(left, list) and isinstance(right, list):
        return _once(left, right, _identical_lists, {} if known is None else known)
    return type(left) is type(right) and not isinstance(left, dict | Function) and bool(left == right)


def _identical_lists(left: list[Value], right: list[Value], known: Known) -> bool:
    return len(left) == len(right) and all(identical(a, b, known) for a, b in zip(left, right, strict=True))


def has_order(value: Value) -> bool:
    """Whether a value can be compared with `<`."""
    if isinstance(value, list):
        return bool(value) and has_order(value[0]) and all(type(item) is type(value[0]) for item in value)
    return type(value) in ORDERED


def comparable(*values: Value) -> bool:
    """Whether all values have an order and the same type."""
    kind = type(values[0])
    return all(type(value) is kind and has_order(value) for value in values)


def ordered(operator: str, left: Value, right: Value) -> bool | Failed | None:
    """`left < right` and its kin; None if the two cannot be compared."""
    if isinstance(left, Failed) or isinstance(right, Failed):
        return FAILED
    if not comparable(left, right):
        return None
    if isinstance(left, list):
        raise FeelEvaluationError(f"lists cannot be compared with {operator}")
    if operator == "<":
        return bool(left < right)
    if operator == "<=":
        return bool(left <= right)
    if operator == ">":
        return bool(left > right)
    return bool(left >= right)


def in_range(value: Value, start: Value, end: Value, start_included: bool, end_included: bool) -> bool:
    """Whether a value lies between two of its own type."""
    above = value >= start if start_included else value > start
    below = value <= end if end_included else value < end
    return bool(above and below)
