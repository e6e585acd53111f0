"""What an evaluation knows: the names in sight, and what the whole run has used up."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_STEPS, MAX_WARNINGS
from connector_sdk.feel.match_budget import MatchBudget
from connector_sdk.feel.values import Function, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, NamedTuple

    Compiled = Callable[["Scope"], Value]
    """A compiled expression."""

    class Warning_(NamedTuple):
        """Something that was null instead of failing; `type` is feel-scala's name for it (`NO_VARIABLE_FOUND` …)."""

        type: str
        message: str

else:
    Compiled = Callable
    Warning_ = namedtuple("Warning_", "type message")  # importing typing would take longer than all of FEEL


class Run:
    """One evaluation: its warnings, its steps, those of its patterns, its idea of now, the input converted so far."""

    __slots__ = ("converted", "matching", "now", "steps", "warnings")

    def __init__(self, now: Callable[[], datetime] | None) -> None:
        self.now = now
        self.steps = 0
        self.matching = MatchBudget()
        self.warnings: list[Warning_] = []
        self.converted: dict[int, Value] = {}

    def step(self, count: int = 1) -> None:
        """Count work. Raises FeelEvaluationError when the budget is used up."""
        self.steps += count
        if self.steps > MAX_STEPS:
            raise FeelEvaluationError(f"the evaluation took more than {MAX_STEPS} steps; loop over less")

    def built(self, value: Value) -> Value:
        """Count the memory of a text, list or context that was just built, or is about to be read, and pass it on."""
        if isinstance(value, str):
            self.step(len(value) >> 6)
        elif isinstance(value, (list, dict)):
            self.step(len(value) >> 3)
        return value

    def warn(self, kind: str, message: str) -> None:
        """Note what went wrong; the expression goes on with null."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(Warning_(kind, message))


class Scope:
    """Names, in front of those of the scope around. The outermost holds the input, not yet converted."""

    __slots__ = ("functions", "names", "parent", "run")

    def __init__(
        self,
        names: Mapping[str, Any],
        parent: Scope | None,
        run: Run,
        functions: dict[str, list[Function]] | None = None,
    ) -> None:
        self.names = names
        self.parent = parent
        self.run = run
        self.functions = functions

    def inner(self, names: Mapping[str, Value], functions: dict[str, list[Function]] | None = None) -> Scope:
        """A scope with more names, in front of these."""
        return Scope(names, self, self.run, functions)

    def all_functions(self, name: str) -> list[Function]:
        """Functions of this name that expressions defined; the outermost first, as feel-scala looks for them."""
        outer = self.parent.all_functions(name) if self.parent is not None else []
        return outer + self.functions.get(name, []) if self.functions else outer
