"""From tree to closures: each node becomes a function of a scope, once; evaluating is calling it.

A failure that feel-scala suppresses travels as the value FAILED to the next place that makes it null; what fails as a
whole is raised.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector_sdk.feel.compiler import calls, literals, logic, loops, operators, paths, unary_tests
from connector_sdk.feel.compiler.base import Compiler
from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.nodes import Node
from connector_sdk.feel.registry import HostFunction
from connector_sdk.feel.scope import Compiled, Scope
from connector_sdk.feel.values import Value

_FAMILIES = (literals, operators, logic, loops, paths, calls, unary_tests)
_RULES = {node: rule for family in _FAMILIES for node, rule in family.RULES.items()}


def compile_node(
    node: Node, functions: Mapping[str, HostFunction | tuple[HostFunction, ...]] | None = None
) -> Compiled:
    """Compile a tree; `functions` are the host's own, beside the built-in ones."""
    compiler = Compiler(_RULES, functions or {})
    compiled = compiler.compile(node)
    return compiled if compiler.refused is None else _refusal(compiler.refused)


def _refusal(reason: str) -> Compiled:
    def evaluate(scope: Scope) -> Value:
        raise FeelEvaluationError(reason)

    return evaluate
