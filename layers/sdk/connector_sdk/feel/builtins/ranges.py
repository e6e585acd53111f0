"""How points and ranges lie to each other (DMN's table 78, as feel-scala calculates it).

A point is anything with an order; both sides must have the same type, otherwise the result is null.
"""

from __future__ import annotations

from connector_sdk.feel.describe import short
from connector_sdk.feel.errors import FeelEvaluationError, InvocationFailure
from connector_sdk.feel.registry import builtin, overloads
from connector_sdk.feel.values import Range, Value
from connector_sdk.feel.values.comparison import ORDERED, in_range

_POINT_FIRST = ("point: any", "range: any")
_RANGE_FIRST = ("range: any", "point: any")
_RANGES = ("range1: any", "range2: any")
_POINTS = ("point1: any", "point2: any")
RANGE, POINT = True, False


def _is_point(value: Value) -> bool:
    return type(value) in ORDERED and not isinstance(value, str)


def _checked(left: Value, right: Value, *forms: tuple[bool, bool]) -> None:
    """Both comparable (otherwise the call is null), and each range or point as the function wants it."""
    for value in (left, right):
        if not isinstance(value, Range) and not _is_point(value):
            raise InvocationFailure(f"expected a range or a point but found '{short(value)}'")
    if type(_start(left)) is not type(_start(right)):
        raise InvocationFailure(f"'{short(left)}' and '{short(right)}' have different types")
    if (isinstance(left, Range), isinstance(right, Range)) not in forms:
        raise FeelEvaluationError(f"'{short(left)}' and '{short(right)}' cannot be compared here")


def _start(value: Value) -> Value:
    return value.start if isinstance(value, Range) else value


@overloads("before", _POINTS, _POINT_FIRST, _RANGE_FIRST, _RANGES)
def before(left: Value, right: Value) -> Value:
    """Whether the left ends before the right begins.

    >>> before([1..5], 10)
    true
    """
    _checked(left, right, (POINT, POINT), (POINT, RANGE), (RANGE, POINT), (RANGE, RANGE))
    end, end_included = (left.end, left.end_included) if isinstance(left, Range) else (left, True)
    start, start_included = (right.start, right.start_included) if isinstance(right, Range) else (right, True)
    return bool(end < start or (end == start and not (end_included and start_included)))


@overloads("after", _POINTS, _POINT_FIRST, _RANGE_FIRST, _RANGES)
def after(left: Value, right: Value) -> Value:
    """Whether the left begins after the right ends.

    >>> after(12, [1..10])
    true
    """
    return before(right, left)


@builtin("meets", *_RANGES)
def meets(left: Value, right: Value) -> Value:
    """Whether the left ends with the point that the right begins with.

    >>> meets([1..5], [5..10])
    true
    """
    _checked(left, right, (RANGE, RANGE))
    return bool(left.end_included and right.start_included and left.end == right.start)


@builtin("met by", *_RANGES)
def met_by(left: Value, right: Value) -> Value:
    """Whether the left begins with the point that the right ends with.

    >>> met by([5..10], [1..5])
    true
    """
    return meets(right, left)


@builtin("overlaps", *_RANGES)
def overlaps(left: Value, right: Value) -> Value:
    """Whether two ranges have a point in common.

    >>> overlaps([1..5], [3..8])
    true
    """
    _checked(left, right, (RANGE, RANGE))
    return not before(left, right) and not after(left, right)


@builtin("overlaps before", *_RANGES)
def overlaps_before(left: Value, right: Value) -> Value:
    """Whether the left begins before the right and ends inside it.

    >>> overlaps before([1..5], [3..8])
    true
    """
    _checked(left, right, (RANGE, RANGE))
    starts_before = left.start < right.start or (
        left.start == right.start and left.start_included and not right.start_included
    )
    ends_inside = left.end > right.start or (left.end == right.start and left.end_included and right.start_included)
    ends_before = left.end < right.end or (left.end == right.end and (not left.end_included or right.end_included))
    return bool(starts_before and ends_inside and ends_before)


@builtin("overlaps after", *_RANGES)
def overlaps_after(left: Value, right: Value) -> Value:
    """Whether the left begins inside the right and ends after it.

    >>> overlaps after([3..8], [1..5])
    true
    """
    _checked(left, right, (RANGE, RANGE))
    starts_inside = right.end > left.start or (right.end == left.start and right.end_included and left.start_included)
    starts_after = left.start > right.start or (
        left.start == right.start and right.start_included and not left.start_included
    )
    ends_after = left.end > right.end or (left.end == right.end and (not right.end_included or left.end_included))
    return bool(starts_inside and starts_after and ends_after)


@overloads("finishes", _POINT_FIRST, _RANGES)
def finishes(left: Value, right: Value) -> Value:
    """Whether the left ends where the right ends, and begins no earlier.

    >>> finishes([5..10], [1..10])
    true
    """
    _checked(left, right, (POINT, RANGE), (RANGE, RANGE))
    if not isinstance(left, Range):
        return bool(right.end_included and right.end == left)
    return bool(
        left.end_included == right.end_included
        and left.end == right.end
        and (
            left.start > right.start
            or (left.start == right.start and (not left.start_included or right.start_included))
        )
    )


# feel-scala's own names: here, "point" is the range.
@overloads("finished by", _POINT_FIRST, _RANGES)
def finished_by(left: Value, right: Value) -> Value:
    """Whether the right finishes the left.

    >>> finished by([1..10], 10)
    true
    """
    return finishes(right, left)


@overloads("includes", _RANGE_FIRST, _RANGES)
def includes(left: Value, right: Value) -> Value:
    """Whether the right lies inside the left.

    >>> includes([1..10], [4..6])
    true
    """
    _checked(left, right, (RANGE, POINT), (RANGE, RANGE))
    if not isinstance(right, Range):
        return in_range(right, left.start, left.end, left.start_included, left.end_included)
    starts = left.start < right.start or (
        left.start == right.start and (left.start_included or not right.start_included)
    )
    ends = left.end > right.end or (left.end == right.end and (left.end_included or not right.end_included))
    return bool(starts and ends)


@overloads("during", _POINT_FIRST, _RANGES)
def during(left: Value, right: Value) -> Value:
    """Whether the left lies inside the right.

    >>> during(5, [1..10])
    true
    """
    return includes(right, left)


@overloads("starts", _POINT_FIRST, _RANGES)
def starts(left: Value, right: Value) -> Value:
    """Whether the left begins where the right begins, and ends no later.

    >>> starts([1..5], [1..10])
    true
    """
    _checked(left, right, (POINT, RANGE), (RANGE, RANGE))
    if not isinstance(left, Range):
        return bool(right.start_included and right.start == left)
    return bool(
        left.start == right.start
        and left.start_included == right.start_included
        and (left.end < right.end or (left.end == right.end and (not left.end_included or right.end_included)))
    )


@overloads("started by", _RANGE_FIRST, _RANGES)
def started_by(left: Value, right: Value) -> Value:
    """Whether the right starts the left.

    >>> started by([1..10], 1)
    true
    """
    return starts(right, left)


@overloads("coincides", _POINTS, _RANGES)
def coincides(left: Value, right: Value) -> Value:
    """Whether both are the same point or range.

    >>> coincides([1..5], [1..5])
    true
    """
    _checked(left, right, (POINT, POINT), (RANGE, RANGE), (POINT, RANGE), (RANGE, POINT))
    return bool(left == right)
