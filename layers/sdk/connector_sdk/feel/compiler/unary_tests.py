"""Tests of an input value: unary tests, and the right side of `in`."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.compiler.base import Compiler, Rules
from connector_sdk.feel.compiler.logic import check_equal, check_order, not_comparable
from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.nodes import In, InputComparison, InputInRange, InputTest, InputValue
from connector_sdk.feel.scope import Compiled, Scope
from connector_sdk.feel.values import FAILED, Function, Value, from_python
from connector_sdk.feel.values.comparison import comparable, identical, in_range

INPUT = "cellInput"
"""The name under which the value of a unary test is a variable; feel-scala's default."""
SYMBOL = "?"
_MISSING = object()


class InputMissing(FeelEvaluationError):
    """`?` where there is no input to test."""


def _find(scope: Scope, name: str) -> Value:
    current: Scope | None = scope
    while current is not None:
        value = current.names.get(name, _MISSING)
        if value is not _MISSING:
            return from_python(value) if current.parent is None else value
        current = current.parent
    return _MISSING


def _input(scope: Scope) -> Value:
    value = _find(scope, INPUT)
    if value is not _MISSING:
        return value
    scope.run.warn("NO_VARIABLE_FOUND", "No input value found.")
    return None


def _input_value(node: InputValue, compiler: Compiler) -> Compiled:
    def evaluate(scope: Scope) -> Value:
        value = _find(scope, SYMBOL)
        if value is _MISSING:
            raise InputMissing("No input value available. '?' can only be used inside an unary-test expression.")
        return value

    return evaluate


def _input_comparison(node: InputComparison, compiler: Compiler) -> Compiled:
    right_of, operator = compiler.compile(node.right), node.operator
    check: Callable[..., Value] = check_equal if operator == "=" else check_order
    arguments = () if operator == "=" else (operator,)

    def evaluate(scope: Scope) -> Value:
        return check(*arguments, _input(scope), right_of(scope), scope.run)

    return evaluate


def _input_in_range(node: InputInRange, compiler: Compiler) -> Compiled:
    start_of, end_of = compiler.compile(node.range.start), compiler.compile(node.range.end)
    included = (node.range.start_included, node.range.end_included)

    def evaluate(scope: Scope) -> Value:
        start, end, value = start_of(scope), end_of(scope), _input(scope)
        if value is FAILED:
            return FAILED
        if comparable(value, start, end) and not isinstance(value, list):
            return in_range(value, start, end, *included)
        not_comparable(value, [start, end], scope.run)
        return None

    return evaluate


def _input_test(node: InputTest, compiler: Compiler) -> Compiled:
    expression = compiler.compile(node.expression)

    def evaluate(scope: Scope) -> Value:
        value = _input(scope)
        if value is FAILED:
            return FAILED
        try:
            result = expression(scope)
        except InputMissing:
            result = expression(scope.inner({SYMBOL: value}))
            return result if result is True or result is False else None
        return _satisfied(value, result, scope)

    return evaluate


def _satisfied(value: Value, result: Value, scope: Scope) -> Value:
    """True, or equal to the input, or a list that holds it."""
    if result is True or (isinstance(result, list) and any(identical(item, value) for item in result)):
        return True
    is_equal = check_equal(value, result, scope.run)
    if is_equal is True:
        return True
    if result is False or isinstance(result, list):
        return False
    return None if is_equal is None else False


def _in(node: In, compiler: Compiler) -> Compiled:
    operand, test = compiler.compile(node.operand), compiler.compile(node.test)

    def evaluate(scope: Scope) -> Value:
        value = operand(scope)
        if type(value) is Function:  # functions are never variables, not even this one
            return test(scope.inner({}, {INPUT: [value]}))
        return FAILED if value is FAILED else test(scope.inner({INPUT: value}))

    return evaluate


RULES: Rules = {
    InputValue: _input_value,
    InputComparison: _input_comparison,
    InputInRange: _input_in_range,
    InputTest: _input_test,
    In: _in,
}
