"""Built-in functions: what they are called, what they take, and how they are found.

    @builtin("substring before", "string: string", "match: string")
    def substring_before(string: str, match: str) -> str:

A parameter is written `name: type`, with `type|type` for several, `any` for all and `*` in front for one that takes
all further arguments as a list. Arguments of other types make the call null, with a warning, as in feel-scala.
The docstring's examples are run by the tests and make the reference page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connector_sdk.feel.describe import TYPE_NAMES, short
from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.scope import Run
from connector_sdk.feel.values import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Value])


class HostFunction:
    """A function that the host adds to the language.

    `parameters` are its overloads: the names of the parameters of each. `call` takes the arguments by position; it
    may raise FeelEvaluationError, which fails the whole evaluation. With named arguments, missing ones are None.
    """

    __slots__ = ("call", "parameters")

    def __init__(self, parameters: tuple[tuple[str, ...], ...], call: Callable[..., Value]) -> None:
        self.parameters = parameters
        self.call = call


class Builtin:
    """One overload of one built-in function."""

    __slots__ = ("call", "name", "needs_run", "parameters", "types", "variadic")

    def __init__(self, name: str, signature: Sequence[str], call: Callable[..., Value], needs_run: bool) -> None:
        self.name = name
        self.call = call
        self.needs_run = needs_run
        self.variadic = bool(signature) and signature[-1].startswith("*")
        pairs = [parameter.lstrip("*").split(": ") for parameter in signature]
        self.parameters = tuple(pair[0] for pair in pairs)
        self.types = tuple(None if pair[1] == "any" else frozenset(pair[1].split("|")) for pair in pairs)

    def invoke(self, arguments: list[Value], run: Run) -> Value:
        """Check the arguments and call. Raises InvocationFailure where feel-scala would fail the call."""
        for argument, types in zip(arguments, self.types, strict=True):
            if types is not None and kind(argument) not in types:
                raise InvocationFailure(f"Illegal arguments: {', '.join(map(short, arguments))}")
        return self.call(run, *arguments) if self.needs_run else self.call(*arguments)


def kind(value: Value) -> str:
    """The type's name in signatures."""
    found = TYPE_NAMES.get(type(value))
    return found if found is not None else "context" if isinstance(value, dict) else "?"


BUILTINS: dict[str, list[Builtin]] = {}
"""Every built-in function by name, with its overloads in feel-scala's order."""


def builtin(name: str, *signature: str, needs_run: bool = False) -> Callable[[F], F]:
    """Make a Python function a FEEL function."""

    def register(call: F) -> F:
        BUILTINS.setdefault(name, []).append(Builtin(name, signature, call, needs_run))
        return call

    return register


def overloads(name: str, *signatures: tuple[str, ...], needs_run: bool = False) -> Callable[[F], F]:
    """Make a Python function several overloads that differ in the names or types of their parameters."""

    def register(call: F) -> F:
        for signature in signatures:
            builtin(name, *signature, needs_run=needs_run)(call)
        return call

    return register


def host_overloads(name: str, function: HostFunction) -> list[Builtin]:
    """The overloads of a function of the host, in the form of the built-in ones."""
    return [
        Builtin(name, [f"{p}: any" for p in parameters], function.call, False) for parameters in function.parameters
    ]


def fitting(overloads: Sequence[Any], names: tuple[str, ...] | None, count: int) -> Any | None:
    """The first overload that takes these arguments: as many, or by these names (then some may be missing)."""
    for overload in overloads:
        if names is not None:
            if set(names) <= set(overload.parameters):
                return overload
        elif len(overload.parameters) == count or (
            count > len(overload.parameters) and getattr(overload, "variadic", False)
        ):
            return overload
    return None
