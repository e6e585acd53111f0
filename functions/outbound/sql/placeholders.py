"""A query with the placeholders of Jdbi, in the form that a driver takes, and the values in the order it wants them.

`?` takes the next of a list, `:name` a member of a context, `<names>` all members of a list in a context. Nothing in
quotes, comments and dollar quotes is a placeholder, nor is `::`; `??` is a question mark, for PostgreSQL's operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector_sdk.errors import ConnectorInputError

_TOKENS = r"""
    (?P<kept> {quoted} | "(?:[^"]|"")*" | `[^`]*` | --[^\n]* | /\*.*?\*/ | (?P<dollars>\$\w*\$).*?(?P=dollars) | :: )
  | (?P<question>\?\?)
  | (?P<position>\?)
  | :(?P<name>[A-Za-z_][\w.]*)
  | <(?P<names>[A-Za-z_]\w*)>
"""
_STANDARD = re.compile(_TOKENS.format(quoted=r"'(?:[^']|'')*'"), re.VERBOSE | re.DOTALL)
_BACKSLASHES = re.compile(_TOKENS.format(quoted=r"'(?:[^'\\]|\\.|'')*'"), re.VERBOSE | re.DOTALL)
"""As MySQL and MariaDB have it: a backslash takes a quote's meaning away."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a driver wants a query."""

    placeholder: Callable[[int], str]
    """For the value of this number, from 1."""
    text: Callable[[str], str] = str
    """For what is no placeholder."""
    backslashes: bool = False


@dataclass
class _Rendering:
    form: Form
    variables: Mapping[str, Any] | Sequence[Any]
    values: list[Any] = field(default_factory=list)
    taken: int = 0

    def render(self, found: re.Match[str]) -> str:
        if found["position"]:
            return self._value(self._next())
        if found["name"]:
            return self._value(self._member(found["name"]))
        if found["names"]:
            return self._all(found["names"], found[0])
        return self.form.text("?" if found["question"] else found[0])

    def _value(self, value: Any) -> str:
        self.values.append(value)
        return self.form.placeholder(len(self.values))

    def _next(self) -> Any:
        if not isinstance(self.variables, Sequence) or self.taken >= len(self.variables):
            raise ConnectorInputError(f"data.variables: there is no value for the {self.taken + 1}. ? of the query")
        self.taken += 1
        return self.variables[self.taken - 1]

    def _member(self, name: str) -> Any:
        if not isinstance(self.variables, Mapping) or name not in self.variables:
            raise ConnectorInputError(f"data.variables: there is no value for :{name} of the query")
        return self.variables[name]

    def _all(self, name: str, written: str) -> str:
        values = self.variables.get(name) if isinstance(self.variables, Mapping) else None
        if not isinstance(values, list):
            return self.form.text(written)
        if not values:
            raise ConnectorInputError(f"data.variables: the list for <{name}> of the query is empty")
        return ", ".join(self._value(value) for value in values)


def rendered(query: str, variables: Any, form: Form) -> tuple[str, list[Any]]:
    """The query for a driver, and its values. Raises ConnectorInputError if the variables do not fit the query."""
    given = {} if variables is None else variables
    if not isinstance(given, Mapping | list):
        raise ConnectorInputError("data.variables must be a context (for :name) or a list (for ?)")
    rendering = _Rendering(form, given)
    parts: list[str] = []
    end = 0
    for found in (_BACKSLASHES if form.backslashes else _STANDARD).finditer(query):
        parts += (form.text(query[end : found.start()]), rendering.render(found))
        end = found.end()
    parts.append(form.text(query[end:]))
    if isinstance(given, list) and rendering.taken < len(given):
        raise ConnectorInputError(
            f"data.variables: there are {len(given)} values for {rendering.taken} question marks in the query"
        )
    return "".join(parts), rendering.values
