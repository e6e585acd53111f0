"""A pattern that is read once and used often."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_MATCHED_LENGTH, MAX_PATTERN_LENGTH, MAX_STRING_LENGTH
from connector_sdk.feel.match_budget import MatchBudget
from connector_sdk.feel.patterns.machine import Match, find_all
from connector_sdk.feel.patterns.program import Program
from connector_sdk.feel.patterns.syntax import PatternParser


class Pattern:
    """A regular expression of Java's."""

    __slots__ = ("program",)

    def __init__(self, program: Program) -> None:
        self.program = program

    def find_all(self, text: str, budget: MatchBudget) -> Iterator[Match]:
        """Every match. Raises FeelEvaluationError for a text that is too long, and beyond the budget."""
        if len(text) > MAX_MATCHED_LENGTH:
            raise FeelEvaluationError(
                f"a text of {len(text)} characters is too long for a pattern, {MAX_MATCHED_LENGTH} are allowed"
            )
        budget.spend(self.program.size >> 2)  # it may have been compiled for this call alone
        return find_all(self.program, text, budget)

    def is_found(self, text: str, budget: MatchBudget) -> bool:
        """Whether there is a match. Raises as `find_all`."""
        return next(self.find_all(text, budget), None) is not None

    def replaced(self, text: str, replacement: str, budget: MatchBudget) -> str:
        """Every match replaced; `$1` and `${name}` are groups, a backslash makes the next character plain.

        Raises as `find_all`, and FeelEvaluationError before the result is longer than MAX_STRING_LENGTH.
        """
        parts: list[str] = []
        size = position = 0
        pieces: list[str | int] | None = None
        for match in self.find_all(text, budget):
            if pieces is None:  # what is wrong with a replacement does not matter before there is a match
                pieces = _pieces(replacement, self.program)
            budget.spend(len(pieces))
            added = [text[position : match.start]]
            added += [piece if isinstance(piece, str) else match.group(piece) for piece in pieces]
            size += sum(map(len, added))
            _check_length(size)
            parts.append("".join(added))
            position = match.end
        _check_length(size + len(text) - position)
        return "".join([*parts, text[position:]])


@lru_cache(maxsize=64)
def compile_pattern(text: str, flags: str = "") -> Pattern:
    """Read a pattern; of the flags, `i`, `m`, `s` and `x` count.

    Raises InvocationFailure if Java would not compile it, FeelEvaluationError if it is too long.
    """
    if len(text) > MAX_PATTERN_LENGTH:
        raise FeelEvaluationError(f"a pattern of {len(text)} characters is too long, {MAX_PATTERN_LENGTH} are allowed")
    parser = PatternParser(text, frozenset(flags) & frozenset("imsx"))
    tree = parser.whole()
    return Pattern(Program(tree, parser.groups, parser.names))


def _check_length(size: int) -> None:
    if size > MAX_STRING_LENGTH:
        raise FeelEvaluationError(f"a text would be longer than {MAX_STRING_LENGTH} characters")


def _pieces(replacement: str, program: Program) -> list[str | int]:
    """The plain texts of a replacement, and the numbers of the groups between them."""
    pieces: list[str | int] = []
    plain: list[str] = []
    position = 0
    while position < len(replacement):
        character = replacement[position]
        position += 1
        if character == "$":
            number, position = _group(replacement, position, program)
            pieces += ["".join(plain), number] if plain else [number]
            plain = []
            continue
        if character == "\\":
            if position == len(replacement):
                raise FeelEvaluationError("a replacement ends with a backslash")
            character = replacement[position]
            position += 1
        plain.append(character)
    return [*pieces, "".join(plain)] if plain else pieces


def _group(replacement: str, position: int, program: Program) -> tuple[int, int]:
    if replacement.startswith("{", position):
        name, closed, _ = replacement[position + 1 :].partition("}")
        if not closed or name not in program.names:
            raise FeelEvaluationError(f"the pattern has no group {name}")
        return program.names[name], position + len(name) + 2
    digits = replacement[position : position + 1]
    if not (digits.isascii() and digits.isdecimal()):
        raise FeelEvaluationError("a $ in a replacement needs the number or the {name} of a group behind it")
    number = int(digits)
    if number > program.groups:
        raise FeelEvaluationError(f"the pattern has no group {number}")
    position += 1
    while (digit := replacement[position : position + 1]).isdecimal() and number * 10 + int(digit) <= program.groups:
        number, position = number * 10 + int(digit), position + 1
    return number, position
