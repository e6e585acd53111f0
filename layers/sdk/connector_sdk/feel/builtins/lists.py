"""Lists. Positions count from 1, negative ones from the end."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cmp_to_key

from connector_sdk.feel.describe import short
from connector_sdk.feel.errors import FeelEvaluationError, InvocationFailure
from connector_sdk.feel.limits import MAX_LIST_SIZE, MAX_STRING_LENGTH
from connector_sdk.feel.registry import builtin
from connector_sdk.feel.scope import Run
from connector_sdk.feel.values import Function, Value
from connector_sdk.feel.values.comparison import same
from connector_sdk.feel.values.numbers import as_int

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Values = list[Value]


def sized(items: Values) -> Values:
    """The list, if it is not too long. Raises FeelEvaluationError."""
    if len(items) > MAX_LIST_SIZE:
        raise FeelEvaluationError(f"a list would have more than {MAX_LIST_SIZE} items")
    return items


def _index(items: Values, position: int) -> int:
    return position - 1 if position > 0 else len(items) + position


def _position(position: Decimal) -> int:
    if not position:
        raise InvocationFailure("positions count from 1")
    return as_int(position)


@builtin("list contains", "list: list", "element: any", needs_run=True)
def list_contains(run: Run, items: Values, element: Value) -> Value:
    """Whether an item is in the list.

    >>> list contains([1, 2, 3], 2)
    true
    """
    run.step(len(items))
    return any(same(item, element) for item in items)


@builtin("count", "list: list")
def count(items: Values) -> Value:
    """How many items the list has.

    >>> count([1, 2, 3])
    3
    """
    return Decimal(len(items))


@builtin("sublist", "list: list", "start: number")
def sublist(items: Values, start: Decimal) -> Value:
    """From a position to the end.

    >>> sublist([1, 2, 3], 2)
    [2, 3]
    """
    return items[max(_index(items, _position(start)), 0) :]


@builtin("sublist", "list: list", "start: number", "length: number")
def sublist_of_length(items: Values, start: Decimal, length: Decimal) -> Value:
    """So many items from a position.

    >>> sublist([1, 2, 3], 1, 2)
    [1, 2]
    """
    first = _index(items, _position(start))
    return items[max(first, 0) : max(first + as_int(length), 0)]


@builtin("append", "list: list", "*items: list")
def append(items: Values, more: Values) -> Value:
    """With more items at the end.

    >>> append([1], 2, 3)
    [1, 2, 3]
    """
    return sized(items + more)


def _joined(lists: Values) -> Values:
    joined: Values = []
    for item in lists:
        if isinstance(item, list):
            joined.extend(item)
        else:
            joined.append(item)
    return sized(joined)


@builtin("concatenate", "*lists: list")
def concatenate(lists: Values) -> Value:
    """The items of all lists, one after the other.

    >>> concatenate([1, 2], [3])
    [1, 2, 3]
    """
    return _joined(lists)


@builtin("insert before", "list: list", "position: number", "newItem: any")
def insert_before(items: Values, position: Decimal, new_item: Value) -> Value:
    """With an item before a position.

    >>> insert before([1, 3], 1, 2)
    [2, 1, 3]
    """
    index = max(_index(items, _position(position)), 0)
    return sized([*items[:index], new_item, *items[index:]])


@builtin("remove", "list: list", "position: number")
def remove(items: Values, position: Decimal) -> Value:
    """Without the item at a position.

    >>> remove([1, 2, 3], 2)
    [1, 3]
    """
    at = _position(position)
    return items[: max(_index(items, at), 0)] + items[max(_index(items, at + 1), 0) :]


@builtin("reverse", "list: list")
def reverse(items: Values) -> Value:
    """Backwards.

    >>> reverse([1, 2, 3])
    [3, 2, 1]
    """
    return items[::-1]


@builtin("index of", "list: list", "match: any", needs_run=True)
def index_of(run: Run, items: Values, match: Value) -> Value:
    """All positions of an item.

    >>> index of([1, 2, 3, 2], 2)
    [2, 4]
    """
    run.step(len(items))
    return [Decimal(index + 1) for index, item in enumerate(items) if same(item, match)]


def _distinct(items: Values, run: Run) -> tuple[Values, Values]:
    """The items without repetitions, and those of them that are repeated."""
    once: Values = []
    repeated: Values = []
    seen: dict[Any, bool] = {}
    for item in items:
        if isinstance(item, bool | str | Decimal) or item is None:
            key = (type(item), item)
            known, again = key in seen, seen.get(key, False)
            seen[key] = known
        else:
            run.step(len(once))
            known, again = (any(same(item, other) for other in group) for group in (once, repeated))
        if not known:
            once.append(item)
        elif not again:
            repeated.append(item)
    return once, repeated


@builtin("union", "*lists: list", needs_run=True)
def union(run: Run, lists: Values) -> Value:
    """The items of all lists, each once.

    >>> union([1, 2], [2, 3])
    [1, 2, 3]
    """
    return _distinct(_joined(lists), run)[0]


@builtin("distinct values", "list: list", needs_run=True)
def distinct_values(run: Run, items: Values) -> Value:
    """Each item once.

    >>> distinct values([1, 2, 3, 2, 1])
    [1, 2, 3]
    """
    return _distinct(items, run)[0]


@builtin("duplicate values", "list: list", needs_run=True)
def duplicate_values(run: Run, items: Values) -> Value:
    """The items that occur more than once, in the order of their first occurrence.

    >>> duplicate values([1, 2, 3, 2, 1])
    [1, 2]
    """
    once, repeated = _distinct(items, run)
    run.step(len(once) * len(repeated) // 100)
    return [item for item in once if any(same(item, other) for other in repeated)]


@builtin("flatten", "list: list", needs_run=True)
def flatten(run: Run, items: Values) -> Value:
    """The items of lists inside lists, in one.

    >>> flatten([[1, 2], [[3]], 4])
    [1, 2, 3, 4]
    """
    flat: Values = []
    waiting = [iter(items)]
    while waiting:
        for item in waiting[-1]:
            run.step()
            if isinstance(item, list):
                waiting.append(iter(item))
                break
            flat.append(item)
        else:
            waiting.pop()
    return sized(flat)


@builtin("sort", "list: list", "precedes: function", needs_run=True)
def sort(run: Run, items: Values, precedes: Function) -> Value:
    """Ordered by a function that says whether its first argument comes before its second; equal ones keep their order.

    >>> sort([3, 1, 2], function(x, y) x < y)
    [1, 2, 3]
    """
    if len(precedes.parameters) != 2:
        raise InvocationFailure(f"expect boolean function with 2 arguments, but found '{len(precedes.parameters)}'")

    def before(first: Value, second: Value) -> bool:
        answer = precedes.call((first, second))
        if not isinstance(answer, bool):
            raise InvocationFailure(f"expected boolean but found '{short(answer)}'")
        return answer

    run.step(len(items))
    return sorted(items, key=cmp_to_key(lambda a, b: -1 if before(a, b) else 1 if before(b, a) else 0))


def _join(items: Values, delimiter: str | None, prefix: str | None = None, suffix: str | None = None) -> str:
    texts: list[str] = []
    for item in items:
        if isinstance(item, str):
            texts.append(item)
        elif item is not None:
            raise InvocationFailure(f"expected a list of strings but found '{short(item)}'")
    size = sum(map(len, texts)) + len(delimiter or "") * len(texts)
    if size > MAX_STRING_LENGTH:
        raise FeelEvaluationError(f"a text would be longer than {MAX_STRING_LENGTH} characters")
    return (prefix or "") + (delimiter or "").join(texts) + (suffix or "")


@builtin("string join", "list: list")
def string_join(items: Values) -> Value:
    """The texts one after the other; nulls are left out.

    >>> string join(["a", null, "c"])
    "ac"
    """
    return _join(items, None)


@builtin("string join", "list: list", "delimiter: string|null")
def string_join_delimited(items: Values, delimiter: str | None) -> Value:
    """With a text between.

    >>> string join(["a", "b", "c"], ", ")
    "a, b, c"
    """
    return _join(items, delimiter)


@builtin("string join", "list: list", "delimiter: string|null", "prefix: string|null", "suffix: string|null")
def string_join_enclosed(items: Values, delimiter: str | None, prefix: str | None, suffix: str | None) -> Value:
    """With texts between, before and after.

    >>> string join(["a", "b"], ", ", "[", "]")
    "[a, b]"
    """
    if (prefix is None) != (suffix is None):
        raise InvocationFailure("prefix and suffix go together")
    return _join(items, delimiter, prefix, suffix)


@builtin("is empty", "list: list")
def is_empty(items: Sequence[Value]) -> Value:
    """Whether the list has no items.

    >>> is empty([])
    true
    """
    return not items


@builtin("partition", "list: list", "size: number")
def partition(items: Values, size: Decimal) -> Value:
    """Lists of so many items each; the last may be shorter.

    >>> partition([1, 2, 3], 2)
    [[1, 2], [3]]
    """
    step = as_int(size)
    if step <= 0:
        raise InvocationFailure("'size' should be greater than zero")
    return [items[start : start + step] for start in range(0, len(items), step)]
