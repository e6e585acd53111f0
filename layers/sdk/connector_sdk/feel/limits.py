"""What an expression may cost. feel-scala has no such limits; a shared function must."""

from __future__ import annotations

MAX_EXPRESSION_LENGTH = 65_536
"""Characters of one expression."""

MAX_NESTING = 64
"""Expressions inside expressions: brackets, conditions, bodies of functions; an `else if` is not inside another."""

MAX_DEPTH = 1_000
"""Lists and contexts in each other, in a value that comes in or a result that goes out; the same as Jackson's limit."""

MAX_STEPS = 2_000_000
"""Iterations of loops and filters, and calls of functions that the expression defines, in one evaluation."""

MAX_LIST_SIZE = 2_000_000
"""Items of a list that an expression builds; the lists of its input may be longer."""

MAX_STRING_LENGTH = 10_000_000
"""Characters of a text that an expression builds."""

MAX_EXPONENT = 100_000
"""Absolute value of the right side of `**`, and of the exponent of a number that is read from text."""

MAX_SCALE = 6_176
"""Absolute value of a scale for rounding; decimal128's own largest."""

MAX_PATTERN_LENGTH = 1_000
"""Characters of a regular expression."""

MAX_REPEAT = 1_000
"""Largest number in the `{n,m}` of a regular expression."""

MAX_INSTRUCTIONS = 20_000
"""Parts and characters of a regular expression once they are repeated: `{n}` counts what it stands behind n times."""

MAX_MATCHED_LENGTH = 100_000
"""Characters of a text that a regular expression is applied to."""

MAX_MATCH_STEPS = 250_000
"""Steps of all the regular expressions of one evaluation together, so that none runs away."""

MAX_WARNINGS = 100
"""Warnings that one evaluation keeps; later ones are dropped."""

MAX_WRITTEN_VALUES = 1_000_000
"""Values in one JSON document that a result is written to."""
