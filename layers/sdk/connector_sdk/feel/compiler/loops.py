"""for, some, every, and the numbers that they run over."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from connector_sdk.feel.compiler.base import Compiler, Rules
from connector_sdk.feel.compiler.logic import decided
from connector_sdk.feel.describe import short
from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_LIST_SIZE
from connector_sdk.feel.nodes import For, Iteration, Node, Quantified
from connector_sdk.feel.scope import Compiled, Scope
from connector_sdk.feel.values import DECIMAL128, FAILED, Value

PARTIAL = "partial"
"""Inside `for`, the results so far."""


def _iteration(node: Iteration, compiler: Compiler) -> Compiled:
    start_of, end_of = compiler.compile(node.start), compiler.compile(node.end)

    def evaluate(scope: Scope) -> Value:
        start, end = start_of(scope), end_of(scope)
        for bound in (start, end):
            if type(bound) is not Decimal:
                if bound is not FAILED:
                    scope.run.warn("INVALID_TYPE", f"Expected number but found '{short(bound)}'")
                return FAILED
        distance = abs(DECIMAL128.subtract(end, start))
        if distance >= MAX_LIST_SIZE:
            raise FeelEvaluationError(f"{start}..{end} has more than {MAX_LIST_SIZE} numbers")
        step = Decimal(1) if start < end else Decimal(-1)
        return [DECIMAL128.add(start, step * index) for index in range(int(distance) + 1)]

    return evaluate


class _Iterators:
    """The variables of a loop, with every combination of their values; the last runs fastest."""

    __slots__ = ("lists", "names")

    def __init__(self, iterators: tuple[tuple[str, Node], ...], compiler: Compiler) -> None:
        self.names = tuple(name for name, _ in iterators)
        self.lists = tuple(compiler.compile(node) for _, node in iterators)

    def scopes(self, scope: Scope) -> Iterator[Scope] | None:
        """One scope for each combination; None (with a warning) if one is not a list."""
        values = [list_of(scope) for list_of in self.lists]
        bad = [value for value in values if not isinstance(value, list)]
        for value in bad:
            if value is not FAILED:
                scope.run.warn("INVALID_TYPE", f"Expected list but found '{short(value)}'")
        return None if bad else self._combinations(values, scope)

    def _combinations(self, values: list[list[Value]], scope: Scope) -> Iterator[Scope]:
        run = scope.run
        for combination in product(*values):
            run.step()
            yield Scope(dict(zip(self.names, combination, strict=True)), scope, run)


def _for(node: For, compiler: Compiler) -> Compiled:
    iterators, result_of = _Iterators(node.iterators, compiler), compiler.compile(node.result)
    with_partial = PARTIAL in compiler.referenced

    def evaluate(scope: Scope) -> Value:
        scopes = iterators.scopes(scope)
        if scopes is None:
            return None
        results: list[Value] = []
        for inner in scopes:
            if with_partial:
                scope.run.step(len(results) // 100)
                inner = inner.inner({PARTIAL: results.copy()})
            results.append(result_of(inner))
        return results

    return evaluate


def _quantified(node: Quantified, compiler: Compiler) -> Compiled:
    iterators, condition = _Iterators(node.iterators, compiler), compiler.compile(node.condition)
    by = not node.every

    def evaluate(scope: Scope) -> Value:
        scopes = iterators.scopes(scope)
        if scopes is None:
            return None
        return decided(by, map(condition, scopes), scope.run)

    return evaluate


RULES: Rules = {Iteration: _iteration, For: _for, Quantified: _quantified}
