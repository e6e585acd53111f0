"""Numbers made of lists, and truth values made of lists. All take one list, or the items as arguments."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from connector_sdk.feel.describe import short
from connector_sdk.feel.errors import FeelEvaluationError, InvocationFailure
from connector_sdk.feel.registry import builtin
from connector_sdk.feel.values import DECIMAL128, Value
from connector_sdk.feel.values.comparison import has_order
from connector_sdk.feel.values.numbers import from_double

Values = list[Value]


def _numbers(items: Values) -> list[Decimal]:
    for item in items:
        if type(item) is not Decimal:
            raise InvocationFailure(f"expected number but found '{short(item)}'")
    return items


def _extreme(items: Values, choose: Callable[[Values], Value]) -> Value:
    if not items:
        return None
    if not has_order(items):
        raise InvocationFailure(f"'{short(items)}' have no common order")
    if isinstance(items[0], list):
        raise FeelEvaluationError("lists have no order")
    return choose(items)


@builtin("min", "*list: list")
def minimum(items: Values) -> Value:
    """The smallest; null for none, or where there is no order.

    >>> min(1, 2, 3)
    1
    """
    return _extreme(items, min)


@builtin("max", "*list: list")
def maximum(items: Values) -> Value:
    """The largest; null for none, or where there is no order.

    >>> max([1, 2, 3])
    3
    """
    return _extreme(items, max)


def _sum(numbers: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = DECIMAL128.add(total, number)
    return total


@builtin("sum", "*list: list")
def total(items: Values) -> Value:
    """All together; null for none.

    >>> sum([1, 2, 3])
    6
    """
    return _sum(_numbers(items)) if items else None


@builtin("product", "*list: list")
def product(items: Values) -> Value:
    """All multiplied; null for none.

    >>> product([2, 3, 4])
    24
    """
    result = Decimal(1)
    for number in _numbers(items):
        result = DECIMAL128.multiply(result, number)
    return result if items else None


@builtin("mean", "*list: list")
def mean(items: Values) -> Value:
    """The arithmetic mean; null for none.

    >>> mean([1, 2, 3])
    2
    """
    return DECIMAL128.divide(_sum(_numbers(items)), Decimal(len(items))) if items else None


@builtin("median", "*list: list")
def median(items: Values) -> Value:
    """The one in the middle, or the mean of the two there; null for none.

    >>> median(8, 2, 5, 3, 4)
    4
    """
    if not items:
        return None
    ordered = sorted(_numbers(items))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMAL128.divide(DECIMAL128.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev", "*list: list")
def standard_deviation(items: Values) -> Value:
    """The standard deviation of a sample, with a double's precision. A single number fails the evaluation.

    >>> stddev(2, 4, 7, 5)
    2.0816659994661326
    """
    if not items:
        return None
    numbers = _numbers(items)
    if len(numbers) == 1:
        raise FeelEvaluationError("stddev needs at least two numbers")
    average = DECIMAL128.divide(_sum(numbers), Decimal(len(numbers)))
    deviations = _sum([DECIMAL128.power(DECIMAL128.subtract(number, average), 2) for number in numbers])
    return from_double(math.sqrt(float(DECIMAL128.divide(deviations, Decimal(len(numbers) - 1)))))


@builtin("mode", "*list: list")
def mode(items: Values) -> Value:
    """The most frequent numbers, in order.

    >>> mode(6, 1, 9, 6, 1)
    [1, 6]
    """
    counts = Counter(_numbers(items))
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


def _decided(by: bool, items: Values) -> bool | None:
    if any(item is by for item in items):
        return by
    return (not by) if all(isinstance(item, bool) for item in items) else None


@builtin("and", "*list: list")
@builtin("all", "*list: list")
def all_true(items: Values) -> Value:
    """False if one is false; null if one is not a truth value; else true.

    >>> all([true, false])
    false
    """
    return _decided(False, items)


@builtin("or", "*list: list")
@builtin("any", "*list: list")
def any_true(items: Values) -> Value:
    """True if one is true; null if one is not a truth value; else false.

    >>> any([false, true])
    true
    """
    return _decided(True, items)
