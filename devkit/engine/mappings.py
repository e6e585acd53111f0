"""Input and output mappings: one FEEL context for all of an element's inputs, another for its outputs.

As Zeebe builds them: entries see the entries before them, dotted targets nest, a source without `=` is text, and
inputs build new objects where outputs add to the object that is in scope already.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from connector_sdk import feel
from connector_sdk.bpmn import VariableMapping
from connector_sdk.clock import Clock, utc
from devkit.engine.expressions import IO_MAPPING_ERROR, failed, is_feel, stored, with_warnings
from devkit.engine.records import Variables
from devkit.engine.rejection import Failure


class Mappings:
    """The compiled mappings of one direction."""

    __slots__ = ("_context", "_targets", "_text")

    def __init__(self, mappings: Sequence[VariableMapping]) -> None:
        """Raises feel.FeelSyntaxError."""
        self._targets: dict[str, Any] = {}
        shown: dict[str, Any] = {}
        for mapping in mappings:
            expression = _expression(mapping.source or "")
            _put(self._targets, mapping.target.split("."), f"({expression})")
            _put(shown, mapping.target.split("."), expression)
        self._context = feel.parse(_context(self._targets, quoted=True))
        self._text = _context(shown, quoted=False)

    def evaluate(self, variables: Mapping[str, Any], clock: Clock) -> Variables:
        """What the mappings give. Raises Failure."""
        try:
            evaluation = self._context.evaluate(variables, now=lambda: utc(clock))
        except feel.FeelEvaluationError as error:
            raise failed(self._text, error, IO_MAPPING_ERROR) from error
        if not isinstance(evaluation.value, Mapping):
            warnings = tuple((warning.type, warning.message) for warning in evaluation.warnings)
            message = f"Failed to evaluate expression '{self._text}'"
            raise Failure(IO_MAPPING_ERROR, with_warnings(message, warnings))
        result: Variables = stored(evaluation.value, self._text, IO_MAPPING_ERROR)
        return result

    def evaluate_into(self, variables: Mapping[str, Any], clock: Clock) -> Variables:
        """What the mappings give, nested targets merged into the objects that `variables` hold. Raises Failure."""
        mapped = self.evaluate(variables, clock)
        return {name: _merged(self._targets[name], variables.get(name), value) for name, value in mapped.items()}


def _expression(source: str) -> str:
    """A source as FEEL: behind `=`, or as a text literal, in which a backslash keeps its meaning as in Zeebe."""
    if is_feel(source):
        return source[1:].strip()
    return '"' + source.replace('"', '\\"') + '"'


def _put(tree: dict[str, Any], path: Sequence[str], expression: str) -> None:
    for name in path[:-1]:
        inner = tree.get(name)
        if not isinstance(inner, dict):
            inner = tree[name] = {}
        tree = inner
    tree[path[-1]] = expression


def _context(tree: Mapping[str, Any], quoted: bool) -> str:
    entries = (
        f"{json.dumps(name, ensure_ascii=False) if quoted else name}:"
        f"{_context(value, quoted) if isinstance(value, dict) else value}"
        for name, value in tree.items()
    )
    return "{" + ",".join(entries) + "}"


def _merged(target: Any, before: Any, value: Any) -> Any:
    """A nested target adds to an object; what is there and is no object cannot be added to, and becomes null."""
    if not isinstance(target, dict) or before is None:
        return value
    if not isinstance(before, dict):
        return None
    return {**before, **{name: _merged(target[name], before.get(name), inner) for name, inner in value.items()}}
