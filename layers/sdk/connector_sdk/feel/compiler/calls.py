"""Calls of functions, and the functions that expressions define."""

from __future__ import annotations

from collections.abc import Sequence

from connector_sdk.feel.builtins import BUILTINS
from connector_sdk.feel.compiler.base import Compiler, Rules
from connector_sdk.feel.describe import short
from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.nodes import Call, ExternalFunction, FunctionDefinition, Reference
from connector_sdk.feel.registry import Builtin, HostFunction, fitting, host_overloads
from connector_sdk.feel.scope import Compiled, Scope
from connector_sdk.feel.values import FAILED, Function, FunctionContext, Value

Arguments = tuple[Compiled, ...]


def _call(node: Call, compiler: Compiler) -> Compiled:
    arguments = compiler.all(node.arguments)
    if node.path:
        return _qualified(node, arguments, compiler)
    known = fitting(_known_overloads(node.name, compiler), node.names, len(arguments))
    if known is not None:
        return _builtin_call(known, arguments, node.names)
    return _defined_call(node, arguments)


def _known_overloads(name: str, compiler: Compiler) -> list[Builtin]:
    """The host's functions and the built-in ones; both come before those that an expression defines."""
    host = compiler.functions.get(name, ())
    functions = (host,) if isinstance(host, HostFunction) else host
    return [overload for f in functions for overload in host_overloads(name, f)] + BUILTINS.get(name, [])


def _builtin_call(function: Builtin, arguments: Arguments, names: tuple[str, ...] | None) -> Compiled:
    def evaluate(scope: Scope) -> Value:
        values = [argument(scope) for argument in arguments]
        run = scope.run
        if FAILED in values:
            run.warn("FUNCTION_INVOCATION_FAILURE", f"Failed to invoke function '{function.name}'")
            return None
        for value in values:
            run.built(value)  # a function that reads much and gives little is not free
        if names is not None:
            given = dict(zip(names, values, strict=True))
            values = [given.get(parameter) for parameter in function.parameters]
        elif function.variadic:
            values = _gathered(values, len(function.parameters) - 1)
        try:
            return run.built(function.invoke(values, run))
        except InvocationFailure as failure:
            run.warn("FUNCTION_INVOCATION_FAILURE", f"Failed to invoke function '{function.name}': {failure}")
            return None

    return evaluate


def _gathered(values: list[Value], fixed: int) -> list[Value]:
    """The arguments of a variadic function: the last parameter takes the rest, or the one list that was given."""
    rest = values[fixed:]
    if fixed == 0 and len(rest) == 1 and isinstance(rest[0], list):
        return rest
    return [*values[:fixed], rest]


def _defined_call(node: Call, arguments: Arguments) -> Compiled:
    name, names = node.name, node.names

    def evaluate(scope: Scope) -> Value:
        function = fitting(scope.all_functions(name), names, len(arguments))
        if function is None:
            _not_found(node, scope)
            return None
        result = _invoke(function, arguments, names, scope)
        if result is FAILED:
            scope.run.warn("FUNCTION_INVOCATION_FAILURE", f"Failed to invoke function '{name}'")
            return None
        return result

    return evaluate


def _not_found(node: Call, scope: Scope) -> None:
    given = f"{len(node.arguments)} parameters" if node.names is None else f"parameters: {','.join(node.names)}"
    scope.run.warn("NO_FUNCTION_FOUND", f"No function found with name '{node.name}' and {given}")


def _invoke(function: Function, arguments: Arguments, names: tuple[str, ...] | None, scope: Scope) -> Value:
    if names is None:
        values: Sequence[Value] = [argument(scope) for argument in arguments]
    else:
        given = dict(zip(names, arguments, strict=True))
        values = [given[p](scope) if p in given else None for p in function.parameters]
    if FAILED in values:
        return FAILED
    return function.call(values)


def _qualified(node: Call, arguments: Arguments, compiler: Compiler) -> Compiled:
    """`a.f(x)`: only functions that the context itself has."""
    path = compiler.compile(Reference(node.path))

    def evaluate(scope: Scope) -> Value:
        context = path(scope)
        if not isinstance(context, dict):
            if context is not FAILED:
                scope.run.warn("INVALID_TYPE", f"Expected context but found '{short(context)}'")
            return FAILED
        overloads = context.functions.get(node.name, []) if isinstance(context, FunctionContext) else []
        function = fitting(overloads, node.names, len(arguments))
        if function is None:
            _not_found(node, scope)
            return FAILED
        return _invoke(function, arguments, node.names, scope)

    return evaluate


def _function_definition(node: FunctionDefinition, compiler: Compiler) -> Compiled:
    body, parameters = compiler.compile(node.body), node.parameters

    def evaluate(scope: Scope) -> Value:
        around = _as_it_is(scope)

        def call(values: Sequence[Value]) -> Value:
            scope.run.step()
            return body(Scope(dict(zip(parameters, values, strict=False)), around, scope.run))

        return Function(parameters, call)

    return evaluate


def _as_it_is(scope: Scope) -> Scope:
    """The scope without what later entries of contexts around will add: a function sees only what was before it."""
    if scope.parent is None:
        return scope
    parent = _as_it_is(scope.parent)
    scope.run.step(len(scope.names) >> 3)
    if scope.functions is None:
        return scope if parent is scope.parent else Scope(scope.names, parent, scope.run)
    functions = {name: list(overloads) for name, overloads in scope.functions.items()}
    return Scope(dict(scope.names), parent, scope.run, functions)


def _external(node: ExternalFunction, compiler: Compiler) -> Compiled:
    compiler.refused = "external functions are not supported; write the function in FEEL"
    return lambda scope: None


RULES: Rules = {Call: _call, FunctionDefinition: _function_definition, ExternalFunction: _external}
