"""What the families of compile rules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector_sdk.feel.nodes import Node
from connector_sdk.feel.registry import HostFunction
from connector_sdk.feel.scope import Compiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Rules = dict[type[Node], Callable[[Any, "Compiler"], Compiled]]
    """For each type of node the rule that compiles it."""
else:
    Rules = dict


class Compiler:
    """Compiles nodes by a table of rules.

    Rules leave notes: `referenced` are the variables that occur, `refused` is why the expression must not be evaluated.
    """

    __slots__ = ("functions", "referenced", "refused", "rules")

    def __init__(self, rules: Rules, functions: Mapping[str, HostFunction | tuple[HostFunction, ...]]) -> None:
        self.rules = rules
        self.functions = functions
        self.referenced: set[str] = set()
        self.refused: str | None = None

    def compile(self, node: Node) -> Compiled:
        """The closure of one node."""
        return self.rules[type(node)](node, self)

    def all(self, nodes: tuple[Node, ...]) -> tuple[Compiled, ...]:
        """The closures of several."""
        return tuple(map(self.compile, nodes))
