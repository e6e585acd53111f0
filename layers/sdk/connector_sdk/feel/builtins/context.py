"""Contexts: entries with keys."""

from __future__ import annotations

from connector_sdk.feel.describe import short
from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.registry import builtin, overloads
from connector_sdk.feel.values import Value

Context = dict[str, Value]


@overloads("get entries", ("context: context",), ("m: context",))
def get_entries(context: Context) -> Value:
    """The entries as a list of contexts with `key` and `value`.

    >>> get entries({foo: 123})
    [{key: "foo", value: 123}]
    """
    return [{"key": key, "value": value} for key, value in context.items()]


@overloads(
    "get value",
    ("context: context", "key: string|list"),
    ("context: context", "keys: list"),
    ("m: context", "key: string|list"),
)
def get_value(context: Context, key: str | list[Value]) -> Value:
    """The entry with this key, or at the end of this path of keys; null if there is none.

    >>> get value({foo: 123}, "foo")
    123
    >>> get value({x: {y: 1}}, ["x", "y"])
    1
    """
    value: Value = context
    for step in [key] if isinstance(key, str) else key:
        if not isinstance(step, str):
            raise InvocationFailure(f"expected a list of strings but found '{short(step)}'")
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


@overloads(
    "context put",
    ("context: context", "key: string|list", "value: any"),
    ("context: context", "keys: list", "value: any"),
)
@builtin("put", "context: context", "key: string|list", "value: any")
def context_put(context: Context, key: str | list[Value], value: Value) -> Value:
    """With an entry set; a list of keys sets one inside.

    >>> context put({x: 1}, "y", 2)
    {x: 1, y: 2}
    >>> context put({x: {y: 1}}, ["x", "y"], 2)
    {x: {y: 2}}
    """
    if isinstance(key, str):
        return {**context, key: value}
    if not key or not all(isinstance(step, str) for step in key):
        raise InvocationFailure("the keys must be texts")
    result: Context = dict(context)
    inner = result
    for step in key[:-1]:
        below = inner.get(step, {})
        if not isinstance(below, dict):
            raise InvocationFailure(f"'{step}' is not a context")
        inner[step] = below = dict(below)
        inner = below
    inner[key[-1]] = value
    return result


@builtin("context merge", "*contexts: list")
@builtin("put all", "*contexts: list")
def context_merge(contexts: list[Value]) -> Value:
    """The entries of all contexts; of equal keys the last counts. Null if one is no context.

    >>> context merge({x: 1, y: 0}, {y: 2})
    {x: 1, y: 2}
    """
    merged: Context = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        merged.update(context)
    return merged


@builtin("context", "entries: list")
def context_of(entries: list[Value]) -> Value:
    """A context of contexts with `key` and `value`; null if one has not both.

    >>> context([{key: "a", value: 1}, {key: "b", value: 2}])
    {a: 1, b: 2}
    """
    context: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            return None
        context[entry["key"]] = entry["value"]
    return context
