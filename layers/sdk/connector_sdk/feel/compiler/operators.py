"""Arithmetic: fast for numbers, by table for everything else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from connector_sdk.feel.compiler.base import Compiler, Rules
from connector_sdk.feel.describe import short
from connector_sdk.feel.nodes import Arithmetic, Literal, Negation
from connector_sdk.feel.scope import Compiled, Run, Scope
from connector_sdk.feel.values import DECIMAL128, FAILED, Value
from connector_sdk.feel.values import arithmetic as values

_NUMBERS: dict[str, Callable[[Decimal, Decimal], Value]] = {
    "+": DECIMAL128.add,
    "-": DECIMAL128.subtract,
    "*": DECIMAL128.multiply,
    "/": values.divide,
    "**": values.power,
}
_VERBS = {
    "+": "Can't add '{1}' to '{0}'",
    "-": "Can't subtract '{1}' from '{0}'",
    "*": "Can't multiply '{0}' by '{1}'",
    "/": "Can't divide '{0}' by '{1}'",
    "**": "Expected number but found '{0}' ** '{1}'",
}


def _calculate(operator: str, left: Value, right: Value, run: Run) -> Value:
    """What is not two numbers: texts, dates, durations; null with a warning where there is no such operation."""
    if left is FAILED or right is FAILED:
        return None
    operation = values.OPERATIONS.get((operator, type(left), type(right)))
    result = None if operation is None else operation(left, right)
    if result is None:
        run.warn("INVALID_TYPE", _VERBS[operator].format(short(left), short(right)))
    return run.built(result)


def _arithmetic(node: Arithmetic, compiler: Compiler) -> Compiled:
    first = compiler.compile(node.first)
    rest = tuple((operator, _NUMBERS[operator], compiler.compile(operand)) for operator, operand in node.rest)

    def evaluate(scope: Scope) -> Value:
        result = first(scope)
        for operator, of_numbers, operand in rest:
            right = operand(scope)
            if type(result) is Decimal and type(right) is Decimal:
                result = of_numbers(result, right)
                if result is None:
                    scope.run.warn("INVALID_TYPE", f"Can't calculate {operator} with '{right}'")
            else:
                result = _calculate(operator, result, right, scope.run)
        return result

    return evaluate


def _negation(node: Negation, compiler: Compiler) -> Compiled:
    if isinstance(node.operand, Literal) and type(node.operand.value) is Decimal:
        negative = values.negate(node.operand.value)
        return lambda scope: negative
    operand = compiler.compile(node.operand)

    def evaluate(scope: Scope) -> Value:
        value = operand(scope)
        if type(value) is Decimal:
            return values.negate(value)
        if value is not FAILED:
            scope.run.warn("INVALID_TYPE", f"Expected number but found '{short(value)}'")
        return None

    return evaluate


RULES: Rules = {Arithmetic: _arithmetic, Negation: _negation}
