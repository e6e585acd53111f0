"""Contexts."""

from __future__ import annotations

from connector_sdk.feel.registry import builtin
from connector_sdk.feel.values import Value


@builtin("get value", "context: context", "key: string")
def get_value(context: dict[str, Value], key: str) -> Value:
    """The entry with this key, or null.

    >>> get value({foo: 123}, "foo")
    123
    """
    return context.get(key)
