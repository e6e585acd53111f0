"""Variables, paths into contexts and lists, properties of values, and filters."""

from __future__ import annotations

from decimal import Decimal

from connector_sdk.feel.compiler.base import Compiler, Rules
from connector_sdk.feel.describe import short, type_name
from connector_sdk.feel.nodes import Call, Chain, Comparison, Node, Reference, number_of
from connector_sdk.feel.scope import Compiled, Run, Scope
from connector_sdk.feel.values import DECIMAL128, FAILED, FunctionContext, Value, from_python
from connector_sdk.feel.values.properties import PROPERTIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MISSING = object()
_CONTAINERS = frozenset((list, dict, tuple))


def converted(value: Any, run: Run) -> Value:
    """The input's value in FEEL's types; lists and contexts once in a run."""
    if type(value) not in _CONTAINERS:
        return from_python(value)
    known = run.converted.get(id(value))
    if known is None:
        known = run.converted[id(value)] = from_python(value)
    return known


def _reference(node: Reference, compiler: Compiler) -> Compiled:
    first, rest = node.names[0], node.names[1:]
    compiler.referenced.add(first)

    def evaluate(scope: Scope) -> Value:
        current: Scope | None = scope
        while current is not None:
            value = current.names.get(first, _MISSING)
            if value is not _MISSING:
                if current.parent is None:
                    return _in_input(value, rest, scope.run)
                for name in rest:
                    value = step_into(value, name, scope.run)
                return value
            current = current.parent
        scope.run.warn("NO_VARIABLE_FOUND", f"No variable found with name '{first}'")
        return None

    return evaluate


def _in_input(value: Any, names: tuple[str, ...], run: Run) -> Value:
    """Walk into input that is not converted yet: only what the path ends at has to be."""
    for index, name in enumerate(names):
        if type(value) is not dict:
            value = converted(value, run)
            for rest in names[index:]:
                value = step_into(value, rest, run)
            return value
        following = value.get(name, _MISSING)
        value = _no_entry(value, name, run) if following is _MISSING else following
    return converted(value, run)


def _no_entry(context: dict[str, Any], name: str, run: Run) -> Value:
    keys = ", ".join(f"'{key}'" for key in list(context)[:20])
    available = f"Available keys: {keys}" if keys else "The context is empty"
    run.warn("NO_CONTEXT_ENTRY_FOUND", f"No context entry found with key '{name}'. {available}")
    return None


def step_into(value: Value, name: str, run: Run) -> Value:
    """`value.name`: a context's entry, each item's in a list, or a property."""
    if isinstance(value, dict):
        found = value.get(name, _MISSING)
        return _no_entry(value, name, run) if found is _MISSING else found
    if isinstance(value, list):
        run.step(len(value))
        return [step_into(item, name, run) for item in value]
    if value is FAILED:
        return FAILED
    if value is None:
        run.warn("NO_CONTEXT_ENTRY_FOUND", f"No context entry found with key '{name}'. The context is null")
        return None
    properties = PROPERTIES.get(type(value), {})
    if name in properties:
        return properties[name](value)
    available = ", ".join(f"'{key}'" for key in properties)
    run.warn(
        "NO_PROPERTY_FOUND",
        f"No property found with name '{name}' of value '{short(value)}'. Available properties: {available}",
    )
    return None


def _chain(node: Chain, compiler: Compiler) -> Compiled:
    base = compiler.compile(node.base)
    steps = tuple(step if isinstance(step, str) else _filter(step, compiler) for step in node.steps)

    def evaluate(scope: Scope) -> Value:
        value = base(scope)
        for step in steps:
            value = step_into(value, step, scope.run) if isinstance(step, str) else step(value, scope)
        return value

    return evaluate


def _filter(node: Node, compiler: Compiler) -> Any:
    """`[filter]`: a number is an index, from 1 or, negative, from the end; anything else is asked for each item."""
    index = number_of(node)
    condition = compiler.compile(node)
    always_each = (isinstance(node, Comparison) and node.operator != "!=") or isinstance(node, Call)

    def evaluate(value: Value, scope: Scope) -> Value:
        if not isinstance(value, list):
            if value is not FAILED:
                scope.run.warn("INVALID_TYPE", f"Expected list but found '{short(value)}' ({type_name(value)})")
            return None
        if index is not None:
            return item_at(value, index)
        if not always_each:
            outside = condition(scope)
            if type(outside) is Decimal:
                return item_at(value, outside)
        return _matching(value, condition, scope)

    return evaluate


def item_at(items: list[Value], index: Decimal) -> Value:
    """The item at an index from 1, or from the end if it is negative; null outside."""
    position = DECIMAL128.add(index, Decimal(-1 if index > 0 else len(items)))
    return items[int(position)] if 0 <= position < len(items) else None


def _matching(items: list[Value], condition: Compiled, scope: Scope) -> Value:
    """The items for which the condition is true; if it is a number for the first item, that is an index."""
    kept = []
    scope.run.step(len(items))
    for position, item in enumerate(items):
        met = condition(_item_scope(item, scope))
        if met is True:
            kept.append(item)
        elif met is FAILED:
            return None
        elif position == 0 and type(met) is Decimal:
            return item_at(items, met)
    return kept


def _item_scope(item: Value, scope: Scope) -> Scope:
    with_item = Scope({"item": item}, scope, scope.run)
    if not isinstance(item, dict):
        return with_item
    functions = item.functions if isinstance(item, FunctionContext) else None
    return Scope(item, with_item, scope.run, functions)


RULES: Rules = {Reference: _reference, Chain: _chain}
