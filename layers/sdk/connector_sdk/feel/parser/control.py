"""The top of the grammar: if, for, some and every, or, and."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.nodes import Conjunction, Disjunction, For, If, Iteration, Node, Quantified
from connector_sdk.feel.parser.unary_tests import TestParser


class ControlParser(TestParser):
    """Reads whole expressions."""

    def expression(self) -> Node | None:
        """Any expression."""
        memory = self.recall("expression")
        if memory is not None:
            return memory.node
        start = self.position
        self.deeper()
        rule = _RULES.get(self.text[start])
        node = rule(self) if rule is not None else None
        if node is None:
            self.position = start
            node = self.disjunction()
        self.depth -= 1
        return self.remember("expression", start, node)

    def disjunction(self) -> Node | None:
        """`a and b or c and d`"""
        branches: list[Node] = []
        items: list[Node] = []
        while True:
            start = self.position
            word = self.take_one(("and", "or")) if items else ""
            item = self.comparison() if word is not None else None
            if word is None or item is None:
                self.position = start
                break
            if word == "or":
                branches.append(items[0] if len(items) == 1 else Conjunction(tuple(items)))
                items = []
            items.append(item)
        if not items:
            return None
        branches.append(items[0] if len(items) == 1 else Conjunction(tuple(items)))
        return branches[0] if len(branches) == 1 else Disjunction(tuple(branches))

    def if_then_else(self) -> Node | None:
        """`if a then b else c`; `else if` goes on in the same loop, however many there are."""
        branches: list[tuple[Node, Node]] = []
        starts: list[int] = []
        otherwise: Node | None = None
        while otherwise is None:
            starts.append(self.lexer.skip(self.position))
            branch = self.if_then()
            if branch is None:
                break
            branches.append(branch)
            if not self.text.startswith("if", self.lexer.skip(self.position)):
                otherwise = self.expression()
                break
        while otherwise is None and branches and len(starts) > 1:  # what looks like `else if` may be a name
            self.position = starts.pop()
            del branches[len(starts) :]
            otherwise = self.disjunction()
        return None if otherwise is None else If(tuple(branches), otherwise)

    def if_then(self) -> tuple[Node, Node] | None:
        """`if a then b else`"""
        condition = self.expression() if self.take("if") else None
        then = self.expression() if condition is not None and self.take("then") else None
        return (condition, then) if condition is not None and then is not None and self.take("else") else None

    def for_return(self) -> Node | None:
        """`for x in a return b`"""
        if not self.take("for"):
            return None
        iterators = self.list_of(self.iterator)
        result = self.expression() if iterators and self.take("return") else None
        return None if result is None else For(tuple(iterators), result)

    def quantified(self) -> Node | None:
        """`some x in a satisfies b`, `every x in a satisfies b`"""
        word = self.take_one(("some", "every"))
        if word is None:
            return None
        iterators = self.list_of(self.iterator)
        condition = self.expression() if iterators and self.take("satisfies") else None
        return None if condition is None else Quantified(word == "every", tuple(iterators), condition)

    def iterator(self) -> tuple[str, Node] | None:
        """`x in list`, `x in 1..3`"""
        name = self.optional_name()
        if name is None or not self.take("in"):
            return None
        start = self.position
        iteration = self.iteration()
        if iteration is None:
            self.position = start
            iteration = self.value()
        return None if iteration is None else (name, iteration)

    def iteration(self) -> Node | None:
        """`1..3`"""
        start = self.arithmetic()
        if start is None or not self.take(".."):
            return None
        end = self.arithmetic()
        return None if end is None else Iteration(start, end)


_RULES: dict[str, Callable[[ControlParser], Node | None]] = {
    "i": ControlParser.if_then_else,
    "f": ControlParser.for_return,
    "s": ControlParser.quantified,
    "e": ControlParser.quantified,
}
