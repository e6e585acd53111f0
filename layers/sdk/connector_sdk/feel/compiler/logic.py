"""Truth: and, or, not, if, comparisons, instance of. Three-valued, as in DMN: null is "unknown"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from connector_sdk.feel.compiler.base import Compiler, Rules
from connector_sdk.feel.describe import short, type_name
from connector_sdk.feel.nodes import Comparison, Conjunction, Disjunction, If, InstanceOf, Not
from connector_sdk.feel.scope import Compiled, Run, Scope
from connector_sdk.feel.values import FAILED, Value
from connector_sdk.feel.values.comparison import equal, ordered

_TYPE_ALIASES = {
    "date time": "date and time",
    "year-month-duration": "years and months duration",
    "day-time-duration": "days and time duration",
}


def boolean_or_none(value: Value, run: Run) -> bool | None:
    """The truth value; anything else is unknown, with a warning."""
    if isinstance(value, bool):
        return bool(value)
    if value is not FAILED:
        run.warn("INVALID_TYPE", f"Expected boolean but found '{short(value)}'")
    return None


def decided(by: bool, values: Iterable[Value], run: Run) -> bool | None:
    """`by` as soon as one value is that; otherwise null if one was unknown; otherwise the opposite.

    feel-scala warns of what is no truth value only until the first unknown.
    """
    unknown = False
    for value in values:
        if value is by:
            return bool(by)
        if not unknown and value is not (not by):
            boolean_or_none(value, run)
            unknown = True
    return None if unknown else not by


def _joined(by: bool) -> Callable[[Conjunction | Disjunction, Compiler], Compiled]:
    def rule(node: Conjunction | Disjunction, compiler: Compiler) -> Compiled:
        items = compiler.all(node.items)

        def evaluate(scope: Scope) -> Value:
            return decided(by, (item(scope) for item in items), scope.run)

        return evaluate

    return rule


def _not(node: Not, compiler: Compiler) -> Compiled:
    operand = compiler.compile(node.operand)

    def evaluate(scope: Scope) -> Value:
        value = boolean_or_none(operand(scope), scope.run)
        return None if value is None else not value

    return evaluate


def _if(node: If, compiler: Compiler) -> Compiled:
    branches = tuple((compiler.compile(condition), compiler.compile(then)) for condition, then in node.branches)
    otherwise = compiler.compile(node.otherwise)

    def evaluate(scope: Scope) -> Value:
        for condition, then in branches:
            met = condition(scope)
            if met is True:
                return then(scope)
            if met is not False:
                boolean_or_none(met, scope.run)
        return otherwise(scope)

    return evaluate


def not_comparable(left: Value, right: Value, run: Run) -> None:
    """Warn that two values have no common type."""
    run.warn("NOT_COMPARABLE", f"Can't compare '{short(left)}' with '{short(right)}'")


def check_equal(left: Value, right: Value, run: Run) -> Value:
    """Equality with feel-scala's suppression: null and a warning where types differ."""
    if left is FAILED or right is FAILED:
        return FAILED
    result = equal(left, right)
    if result is None:
        not_comparable(left, right, run)
    return result


def check_order(operator: str, left: Value, right: Value, run: Run) -> Value:
    """`<` and its kin with feel-scala's suppression."""
    result = ordered(operator, left, right)
    if result is None:
        not_comparable(left, right, run)
    return result


_FAST: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": Decimal.__lt__,
    "<=": Decimal.__le__,
    ">": Decimal.__gt__,
    ">=": Decimal.__ge__,
}


def _comparison(node: Comparison, compiler: Compiler) -> Compiled:
    left_of, right_of, operator = compiler.compile(node.left), compiler.compile(node.right), node.operator
    fast = _FAST.get(operator)

    def order(scope: Scope) -> Value:
        left, right = left_of(scope), right_of(scope)
        if fast is not None and type(left) is Decimal and type(right) is Decimal:
            return fast(left, right)
        return check_order(operator, left, right, scope.run)

    def equality(scope: Scope) -> Value:
        return check_equal(left_of(scope), right_of(scope), scope.run)

    def inequality(scope: Scope) -> Value:
        result = boolean_or_none(check_equal(left_of(scope), right_of(scope), scope.run), scope.run)
        return None if result is None else not result

    return {"=": equality, "!=": inequality}.get(operator, order)


def _instance_of(node: InstanceOf, compiler: Compiler) -> Compiled:
    operand = compiler.compile(node.operand)
    wanted = _TYPE_ALIASES.get(node.type_name, node.type_name)

    def evaluate(scope: Scope) -> Value:
        value = operand(scope)
        if value is FAILED:
            return FAILED
        return value is not None if wanted == "Any" else type_name(value) == wanted

    return evaluate


RULES: Rules = {
    Conjunction: _joined(False),
    Disjunction: _joined(True),
    Not: _not,
    If: _if,
    Comparison: _comparison,
    InstanceOf: _instance_of,
}
