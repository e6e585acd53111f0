"""FEEL's own errors; the only ones that leave this package.

FeelError
├── FeelSyntaxError       the text is not FEEL (or exceeds a limit that is checked while reading it)
└── FeelEvaluationError   the evaluation failed as a whole; in Camunda this is an incident
"""

from __future__ import annotations


class FeelError(Exception):
    """The root of the tree; never raised itself."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class FeelSyntaxError(FeelError):
    """The text cannot be read. `position` counts characters from 0; `line` and `column` count from 1."""

    def __init__(self, message: str, position: int, text: str = "") -> None:
        self.position = position
        self.line = text.count("\n", 0, position) + 1
        self.column = position - text.rfind("\n", 0, position)
        super().__init__(f"{message} (line {self.line}, column {self.column})")


class FeelEvaluationError(FeelError):
    """The evaluation failed: an assertion, a limit, or something that feel-scala refuses as a whole.

    `warnings` are those that were reported before, as (kind, text).
    """

    warnings: tuple[tuple[str, str], ...] = ()


class InvocationFailure(Exception):
    """Raised inside a function that cannot work with its arguments: the call is null and leaves a warning."""
