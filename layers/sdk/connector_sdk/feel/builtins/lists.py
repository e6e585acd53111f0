"""Lists. Positions count from 1, negative ones from the end."""

from __future__ import annotations

from decimal import Decimal

from connector_sdk.feel.registry import builtin
from connector_sdk.feel.values import Value
from connector_sdk.feel.values.comparison import same


@builtin("list contains", "list: list", "element: any")
def list_contains(items: list[Value], element: Value) -> Value:
    """Whether an item is in the list.

    >>> list contains([1, 2, 3], 2)
    true
    """
    return any(same(item, element) for item in items)


@builtin("count", "list: list")
def count(items: list[Value]) -> Value:
    """How many items the list has.

    >>> count([1, 2, 3])
    3
    """
    return Decimal(len(items))
