"""Literals, and the lists, contexts and ranges that are written out."""

from __future__ import annotations

from connector_sdk.feel.compiler.base import Compiler, Rules
from connector_sdk.feel.describe import short
from connector_sdk.feel.nodes import ContextLiteral, ListLiteral, Literal, RangeLiteral
from connector_sdk.feel.scope import Compiled, Scope
from connector_sdk.feel.values import FAILED, Function, FunctionContext, Range, Value
from connector_sdk.feel.values.comparison import ORDERED


def _literal(node: Literal, compiler: Compiler) -> Compiled:
    value = node.value
    return lambda scope: value


def _list(node: ListLiteral, compiler: Compiler) -> Compiled:
    items = compiler.all(node.items)

    def evaluate(scope: Scope) -> Value:
        values = [item(scope) for item in items]
        return FAILED if FAILED in values else values

    return evaluate


def _context(node: ContextLiteral, compiler: Compiler) -> Compiled:
    entries = tuple((key, compiler.compile(value)) for key, value in node.entries)

    def evaluate(scope: Scope) -> Value:
        values: dict[str, Value] = {}
        functions: dict[str, list[Function]] = {}
        inner = Scope(values, scope, scope.run, functions)
        for key, entry in entries:
            value = entry(inner)
            if value is FAILED:
                return FAILED
            if type(value) is Function:
                functions.setdefault(key, []).append(value)
            else:
                values[key] = value
        return FunctionContext(values, functions) if functions else values

    return evaluate


def _range(node: RangeLiteral, compiler: Compiler) -> Compiled:
    start_of, end_of = compiler.compile(node.start), compiler.compile(node.end)
    included = (node.start_included, node.end_included)

    def evaluate(scope: Scope) -> Value:
        start, end = start_of(scope), end_of(scope)
        if start is FAILED or end is FAILED:
            return FAILED
        if type(start) is type(end) and type(start) in ORDERED and type(start) is not str:
            return Range(start, end, *included)
        scope.run.warn("INVALID_TYPE", f"Invalid range definition '{short(start)}..{short(end)}'")
        return FAILED

    return evaluate


RULES: Rules = {Literal: _literal, ListLiteral: _list, ContextLiteral: _context, RangeLiteral: _range}
