"""Texts of a model that may be FEEL: a leading `=` makes an expression, everything else is the text itself.

A value of the wrong kind becomes a `Failure`, with the sentence that Zeebe writes into its incident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from connector_sdk import feel
from connector_sdk.clock import Clock, utc
from devkit.engine.rejection import Failure

EXTRACT_VALUE_ERROR = "EXTRACT_VALUE_ERROR"
IO_MAPPING_ERROR = "IO_MAPPING_ERROR"

_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "BOOLEAN"),
    ((int, float, Decimal), "NUMBER"),
    (str, "STRING"),
    (list, "ARRAY"),
    (Mapping, "OBJECT"),
)
"""Zeebe's names of value kinds; bool stands first because Python's is an int."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an expression gave, as FEEL has it, with the warnings on the way."""

    text: str
    value: Any
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        if self.value is None:
            return "NULL"
        for types, name in _KINDS:
            if isinstance(self.value, types):
                return name
        return type(self.value).__name__.upper()

    def json(self) -> Any:
        """The value as the engine stores it. Raises Failure for one that is too large or too deep."""
        return stored(self.value, self.text, EXTRACT_VALUE_ERROR)

    def failure(self, wanted: str) -> Failure:
        """The incident for a value of another kind than was wanted."""
        message = f"Expected result of the expression '{self.text}' to be {wanted}, but was '{self.kind}'."
        return Failure(EXTRACT_VALUE_ERROR, with_warnings(message, self.warnings))


def stored(value: Any, text: str, error_type: str) -> Any:
    """A FEEL value as the engine stores variables. Raises Failure for one that is too large or too deep."""
    try:
        return feel.engine_json(value)
    except feel.FeelEvaluationError as error:
        raise failed(text, error, error_type) from error


def failed(text: str, error: feel.FeelEvaluationError, error_type: str) -> Failure:
    """The incident for an expression that could not be evaluated at all."""
    assertion, is_assertion, said = str(error).partition("Assertion failure: ")
    if is_assertion and not assertion:
        message = f"Assertion failure on evaluate the expression '{text}': {said}"
        return Failure(error_type, with_warnings(message, (*error.warnings, ("ASSERT_FAILURE", said))))
    return Failure(error_type, f"Failed to evaluate expression '{text}': {error}")


def with_warnings(message: str, warnings: tuple[tuple[str, str], ...]) -> str:
    """A message of Zeebe's with the warnings of an evaluation behind it."""
    if not warnings:
        return message
    lines = "\n".join(f"[{kind}] {text}" for kind, text in warnings)
    return f"{message} The evaluation reported the following warnings:\n{lines}"


def is_feel(written: str) -> bool:
    """Whether a text of a model is FEEL; an equals sign alone is text."""
    return len(written) > 1 and written.startswith("=")


class Expression:
    """A text of a model. `text` is what incidents show: FEEL without its `=`, or the static text."""

    __slots__ = ("_feel", "text")

    def __init__(self, written: str) -> None:
        """Raises feel.FeelSyntaxError."""
        self._feel = None
        self.text = written
        if is_feel(written):
            self.text = written[1:].strip()
            self._feel = feel.parse(self.text)

    @property
    def written(self) -> str:
        """The text as the model has it."""
        return self.text if self._feel is None else f"={self.text}"

    @property
    def is_static(self) -> bool:
        return self._feel is None

    def evaluate(self, variables: Mapping[str, Any], clock: Clock, error_type: str = EXTRACT_VALUE_ERROR) -> Result:
        """Raises Failure where FEEL itself fails (an assertion, for instance)."""
        if self._feel is None:
            return Result(self.text, self.text)

        def now() -> datetime:
            return utc(clock)

        try:
            evaluation = self._feel.evaluate(variables, now=now)
        except feel.FeelEvaluationError as error:
            raise failed(self.text, error, error_type) from error
        return Result(self.text, evaluation.value, _pairs(evaluation))

    def text_value(self, variables: Mapping[str, Any], clock: Clock) -> str:
        """The value where only text will do. Raises Failure."""
        if self._feel is None:
            return self.text
        result = self.evaluate(variables, clock)
        if not isinstance(result.value, str):
            raise result.failure("'STRING'")
        return result.value

    def number_value(self, variables: Mapping[str, Any], clock: Clock) -> int:
        """The value where only a number will do; digits in a static text count. Raises Failure."""
        if self._feel is None:
            try:
                return int(self.text)
            except ValueError:
                raise Result(self.text, self.text).failure("'NUMBER'") from None
        result = self.evaluate(variables, clock)
        value = result.value
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise result.failure("'NUMBER'")
        return int(feel.engine_json(value))

    def boolean_value(self, variables: Mapping[str, Any], clock: Clock) -> bool:
        """The value where only true or false will do. Raises Failure."""
        result = self.evaluate(variables, clock)
        if not isinstance(result.value, bool):
            raise result.failure("'BOOLEAN'")
        return result.value

    def list_value(self, variables: Mapping[str, Any], clock: Clock) -> list[Any]:
        """The items, as the engine stores them, where only a list will do. Raises Failure."""
        result = self.evaluate(variables, clock)
        if not isinstance(result.value, list):
            raise result.failure("'ARRAY'")
        items: list[Any] = result.json()
        return items


def _pairs(evaluation: feel.Evaluation) -> tuple[tuple[str, str], ...]:
    return tuple((warning.type, warning.message) for warning in evaluation.warnings)


def plain_path(expression: Expression) -> str | None:
    """The variable that an expression reads if it is no more than a path: `a` of `a.b`."""
    names = [name.strip() for name in expression.text.split(".")]
    return names[0] if all(name.isidentifier() for name in names) else None
