"""Parse once, evaluate many."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import lru_cache

from connector_sdk.feel.compiler import compile_node
from connector_sdk.feel.compiler.unary_tests import INPUT
from connector_sdk.feel.errors import FeelEvaluationError, FeelSyntaxError, InvocationFailure
from connector_sdk.feel.limits import MAX_NESTING
from connector_sdk.feel.nodes import Node
from connector_sdk.feel.parser import parse_expression
from connector_sdk.feel.parser import parse_unary_tests as read_unary_tests
from connector_sdk.feel.registry import HostFunction
from connector_sdk.feel.scope import Compiled, Run, Scope, Warning_
from connector_sdk.feel.values import FAILED, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, NamedTuple

    Functions = Mapping[str, HostFunction | tuple[HostFunction, ...]]
    """Functions of the host by name, beside the built-in ones."""

    class Evaluation(NamedTuple):
        """What an evaluation came to; warnings tell why something is null."""

        value: Value
        warnings: tuple[Warning_, ...]

else:
    Functions = Mapping
    Evaluation = namedtuple("Evaluation", "value warnings")

CACHED_EXPRESSIONS = 1_024
"""How many expressions `evaluate` keeps compiled."""


class Expression:
    """A compiled expression; it keeps no state between evaluations."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str, compiled: Compiled) -> None:
        self.text = text
        self._compiled = compiled

    def evaluate(
        self, variables: Mapping[str, Any] | None = None, *, now: Callable[[], datetime] | None = None
    ) -> Evaluation:
        """Evaluate with variables (JSON-like Python values, or FEEL values) and a clock for `now()` and `today()`.

        Raises FeelEvaluationError if the evaluation fails as a whole.
        """
        run = Run(now)
        try:
            value = self._compiled(Scope(variables or {}, None, run))
        except FeelEvaluationError as error:
            error.warnings = tuple((warning.type, warning.message) for warning in run.warnings)
            raise
        except RecursionError:
            raise FeelEvaluationError("the evaluation went too deep; nest functions and values less") from None
        except InvocationFailure as failure:  # an operator's: dates that java.time does not have
            raise FeelEvaluationError(str(failure)) from None
        except (ArithmeticError, ValueError):  # a ValueError is an int that is too long for a text
            raise FeelEvaluationError("a number is too large") from None
        if value is FAILED:
            raise FeelEvaluationError(run.warnings[-1].message if run.warnings else "the evaluation failed")
        return Evaluation(value, tuple(run.warnings))

    def test(
        self,
        value: Any,
        variables: Mapping[str, Any] | None = None,
        *,
        now: Callable[[], datetime] | None = None,
    ) -> Evaluation:
        """Evaluate unary tests about a value."""
        return self.evaluate({**(variables or {}), INPUT: value}, now=now)


def _compiled(text: str, read: Callable[[str], Node], functions: Functions | None) -> Expression:
    try:
        return Expression(text, compile_node(read(text), functions))
    except RecursionError:
        raise FeelSyntaxError(f"this expression is nested too deeply (at most {MAX_NESTING} levels)", 0, text) from None
    except (ArithmeticError, ValueError):
        raise FeelSyntaxError("a number or duration in this expression is too large", 0, text) from None


def parse(text: str, *, functions: Functions | None = None) -> Expression:
    """Read and compile an expression. Raises FeelSyntaxError with the position."""
    return _compiled(text, parse_expression, functions)


def parse_unary_tests(text: str, *, functions: Functions | None = None) -> Expression:
    """Read and compile unary tests (`< 5`, `"a","b"`, `not(…)`); evaluate with `test`. Raises FeelSyntaxError."""
    return _compiled(text, read_unary_tests, functions)


class _Shared:
    """Functions as a key of the cache: by identity."""

    __slots__ = ("functions",)

    def __init__(self, functions: Functions | None) -> None:
        self.functions = functions

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shared) and self.functions is other.functions

    def __hash__(self) -> int:
        return id(self.functions)


@lru_cache(maxsize=CACHED_EXPRESSIONS)
def _cached(text: str, shared: _Shared) -> Expression:
    return parse(text, functions=shared.functions)


def evaluate(
    text: str,
    variables: Mapping[str, Any] | None = None,
    *,
    now: Callable[[], datetime] | None = None,
    functions: Functions | None = None,
) -> Evaluation:
    """Parse (once for the same text and functions) and evaluate. Raises FeelError."""
    return _cached(text, _Shared(functions)).evaluate(variables, now=now)
