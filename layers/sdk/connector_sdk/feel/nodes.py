"""The tree that the parser builds and the compiler reads. Plain classes with slots: they are made at every parse."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from connector_sdk.feel.values import Value


class Node:
    """Any expression."""

    __slots__ = ()


class Literal(Node):
    """A value that is known when the text is read: numbers, texts, truth values, null, dates in quotes."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class InputValue(Node):
    """`?`, the value that a unary test is about."""

    __slots__ = ()


class Reference(Node):
    """`a` or `a.b.c`: a variable, and a path into it."""

    __slots__ = ("names",)

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names


class ListLiteral(Node):
    """`[1, 2]`"""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items


class ContextLiteral(Node):
    """`{a: 1, b: a + 1}`"""

    __slots__ = ("entries",)

    def __init__(self, entries: tuple[tuple[str, Node], ...]) -> None:
        self.entries = entries


class RangeLiteral(Node):
    """`[1..5)`; only where a range may stand: arguments of functions, and tests."""

    __slots__ = ("end", "end_included", "start", "start_included")

    def __init__(self, start: Node, end: Node, start_included: bool, end_included: bool) -> None:
        self.start = start
        self.end = end
        self.start_included = start_included
        self.end_included = end_included


class Chain(Node):
    """A value, then any number of `.name` and `[filter]`."""

    __slots__ = ("base", "steps")

    def __init__(self, base: Node, steps: tuple[str | Node, ...]) -> None:
        self.base = base
        self.steps = steps


class Negation(Node):
    """`-x`"""

    __slots__ = ("operand",)

    def __init__(self, operand: Node) -> None:
        self.operand = operand


class Arithmetic(Node):
    """Operators of one rank, from left to right: `a + b - c`."""

    __slots__ = ("first", "rest")

    def __init__(self, first: Node, rest: tuple[tuple[str, Node], ...]) -> None:
        self.first = first
        self.rest = rest


class Comparison(Node):
    """`a < b` and its kin; `=` and `!=` too."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, operator: str, left: Node, right: Node) -> None:
        self.operator = operator
        self.left = left
        self.right = right


class Conjunction(Node):
    """`a and b and c`"""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items


class Disjunction(Node):
    """`a or b or c`; also several tests of which one must hold."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items


class If(Node):
    """`if c then a else if d then b else e`"""

    __slots__ = ("branches", "otherwise")

    def __init__(self, branches: tuple[tuple[Node, Node], ...], otherwise: Node) -> None:
        self.branches = branches
        self.otherwise = otherwise


class Iteration(Node):
    """`1..3` after `in`: every whole step, up or down."""

    __slots__ = ("end", "start")

    def __init__(self, start: Node, end: Node) -> None:
        self.start = start
        self.end = end


class For(Node):
    """`for x in a, y in b return r`"""

    __slots__ = ("iterators", "result")

    def __init__(self, iterators: tuple[tuple[str, Node], ...], result: Node) -> None:
        self.iterators = iterators
        self.result = result


class Quantified(Node):
    """`some x in a satisfies c`, `every x in a satisfies c`"""

    __slots__ = ("condition", "every", "iterators")

    def __init__(self, every: bool, iterators: tuple[tuple[str, Node], ...], condition: Node) -> None:
        self.every = every
        self.iterators = iterators
        self.condition = condition


class InstanceOf(Node):
    """`x instance of number`"""

    __slots__ = ("operand", "type_name")

    def __init__(self, operand: Node, type_name: str) -> None:
        self.operand = operand
        self.type_name = type_name


class In(Node):
    """`x in test`"""

    __slots__ = ("operand", "test")

    def __init__(self, operand: Node, test: Node) -> None:
        self.operand = operand
        self.test = test


class InputComparison(Node):
    """`< 5` as a test of the input; `=` for a bare truth value."""

    __slots__ = ("operator", "right")

    def __init__(self, operator: str, right: Node) -> None:
        self.operator = operator
        self.right = right


class InputInRange(Node):
    """`[1..5]` as a test of the input."""

    __slots__ = ("range",)

    def __init__(self, range_literal: RangeLiteral) -> None:
        self.range = range_literal


class InputTest(Node):
    """Any expression as a test of the input: true, or equal to the input, or a list that holds it."""

    __slots__ = ("expression",)

    def __init__(self, expression: Node) -> None:
        self.expression = expression


class Not(Node):
    """`not(tests)` of unary tests."""

    __slots__ = ("operand",)

    def __init__(self, operand: Node) -> None:
        self.operand = operand


class Call(Node):
    """`f(1)`, `a.f(x: 1)`: `path` are the names before the function's own."""

    __slots__ = ("arguments", "name", "names", "path")

    def __init__(
        self, path: tuple[str, ...], name: str, arguments: Sequence[Node], names: tuple[str, ...] | None
    ) -> None:
        self.path = path
        self.name = name
        self.arguments = tuple(arguments)
        self.names = names  # None: by position


class FunctionDefinition(Node):
    """`function(a, b) a + b`"""

    __slots__ = ("body", "parameters")

    def __init__(self, parameters: tuple[str, ...], body: Node) -> None:
        self.parameters = parameters
        self.body = body


class ExternalFunction(Node):
    """`external {java: …}`: read, and refused as Camunda refuses it."""

    __slots__ = ()


def number_of(node: Node) -> Decimal | None:
    """The number if the node is nothing but a number, with or without a sign in front."""
    if isinstance(node, Negation):
        inner = number_of(node.operand) if isinstance(node.operand, Literal) else None
        return None if inner is None else inner.copy_negate()
    if isinstance(node, Literal) and type(node.value) is Decimal:
        return node.value
    return None
