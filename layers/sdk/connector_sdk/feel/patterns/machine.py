"""Runs a pattern: backtracking as Java does, but on a budget, because a pattern may fit in exponentially many ways.

The machine follows the instructions of a program and keeps the other ways on a stack; a failed instruction takes the
last of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connector_sdk.feel.match_budget import MatchBudget
from connector_sdk.feel.patterns.positions import at_start
from connector_sdk.feel.patterns.program import Instruction, Part, Program

Saves = tuple[int, ...]
COPIED = 4
"""Copying 2 ** COPIED remembered positions costs a step."""


class Match:
    """Where a pattern was found, and its groups."""

    __slots__ = ("program", "saves", "text")

    def __init__(self, program: Program, text: str, saves: Saves) -> None:
        self.program = program
        self.text = text
        self.saves = saves

    @property
    def start(self) -> int:
        """The first position."""
        return self.saves[0]

    @property
    def end(self) -> int:
        """The position behind the last."""
        return self.saves[1]

    def group(self, number: int) -> str:
        """What a group matched; empty if it took no part."""
        start, end = self.saves[2 * number], self.saves[2 * number + 1]
        return self.text[start:end] if end >= 0 else ""


def find_all(program: Program, text: str, budget: MatchBudget) -> Iterator[Match]:
    """Every match, one behind the other. Raises FeelEvaluationError when the budget is used up."""
    position = 0
    while position <= len(text):
        saves = _search(program, text, position, budget)
        if saves is None:
            return
        yield Match(program, text, saves)
        position = saves[1] if saves[1] > saves[0] else saves[1] + 1


def _search(program: Program, text: str, position: int, budget: MatchBudget) -> Saves | None:
    first = program.code[1]  # behind the beginning of the whole match
    nothing = (-1,) * program.slots
    budget.spend(program.slots >> COPIED)
    while position <= len(text):
        if first.what == "text":
            position = text.find(first.text, position)
            if position < 0:
                return None
        saves = Machine(program.code, text, position, nothing, budget).run()
        if saves is not None or (first.what == "assert" and first.holds is at_start):
            return saves
        position += 1
    return None


class Machine:
    """One run of one program from one position."""

    __slots__ = ("arrival", "budget", "code", "place", "position", "saves", "stack", "text")

    def __init__(self, code: list[Instruction], text: str, position: int, saves: Saves, budget: MatchBudget) -> None:
        self.code = code
        self.text = text
        self.place = 0
        self.position = position
        self.arrival = -1
        self.saves = saves
        self.budget = budget
        # Other ways: the place and position to go on from, the saves there, and the lowest position for a run.
        self.stack: list[tuple[int, int, Saves, int]] = []

    def run(self) -> Saves | None:
        """The saves at the end, or None if no way leads there."""
        code, stack, budget = self.code, self.stack, self.budget
        while True:
            budget.spend(1)
            instruction = code[self.place]
            if instruction.what == "match":
                return self.saves
            self.place += 1
            if _STEPS[instruction.what](self, instruction):
                continue
            if not stack:
                return None
            self.place, self.position, self.saves, lowest = stack.pop()
            if self.position > lowest:
                stack.append((self.place, self.position - 1, self.saves, lowest))

    def keep(self, place: int) -> None:
        """Another way from here, if this one fails."""
        self.stack.append((place, self.position, self.saves, self.position))

    def step_text(self, instruction: Instruction) -> bool:
        if not self.text.startswith(instruction.text, self.position):
            return False
        self.position += len(instruction.text)
        return True

    def step_character(self, instruction: Instruction) -> bool:
        if self.position >= len(self.text) or not instruction.belongs(self.text[self.position]):
            return False
        self.position += 1
        return True

    def step_run(self, instruction: Instruction) -> bool:
        text, belongs, start = self.text, instruction.belongs, self.position
        most = len(text) if instruction.other < 0 else min(len(text), start + instruction.other)
        end = start
        while end < most and belongs(text[end]):
            end += 1
        self.budget.spend((end - start) // 4)
        lowest = start + instruction.number
        if end < lowest:
            return False
        if end > lowest:
            self.stack.append((self.place, end - 1, self.saves, lowest))
        self.position = end
        return True

    def step_split(self, instruction: Instruction) -> bool:
        self.keep(instruction.other)
        self.place = instruction.target
        return True

    def step_jump(self, instruction: Instruction) -> bool:
        self.place = instruction.target
        return True

    def step_save(self, instruction: Instruction) -> bool:
        number = instruction.number
        self.budget.spend(len(self.saves) >> COPIED)
        self.saves = (*self.saves[:number], self.position, *self.saves[number + 1 :])
        return True

    def step_progress(self, instruction: Instruction) -> bool:
        if self.position == self.saves[instruction.number]:
            self.place = instruction.target
        return True

    def step_back(self, instruction: Instruction) -> bool:
        number = 2 * instruction.number
        if number + 1 >= len(self.saves) or self.saves[number + 1] < 0:
            return False
        wanted = self.text[self.saves[number] : self.saves[number + 1]]
        there = self.text[self.position : self.position + len(wanted)]
        self.budget.spend(len(wanted) // 4)
        if there != wanted and not (instruction.greedy and there.lower() == wanted.lower()):
            return False
        self.position += len(wanted)
        return True

    def step_assert(self, instruction: Instruction) -> bool:
        return instruction.holds(self.text, self.position)

    def step_arrive(self, instruction: Instruction) -> bool:
        return self.position == self.arrival

    def step_once(self, instruction: Instruction) -> bool:
        inner = self._inner(instruction.part, self.position)
        found = inner.run()
        if found is None:
            return False
        self.position, self.saves = inner.position, found
        return True

    def step_look(self, instruction: Instruction) -> bool:
        part = instruction.part
        if part is None:
            return False
        found = self._ahead(part) if part.ahead else self._behind(part)
        if part.negative:
            return found is None
        if found is not None:
            self.saves = found
        return found is not None

    def _inner(self, part: Part | None, position: int) -> Machine:
        return Machine(part.code if part else [], self.text, position, self.saves, self.budget)

    def _ahead(self, part: Part) -> Saves | None:
        return self._inner(part, self.position).run()

    def _behind(self, part: Part) -> Saves | None:
        for length in range(part.shortest, min(part.longest, self.position) + 1):
            inner = self._inner(part, self.position - length)
            inner.arrival = self.position
            found = inner.run()
            if found is not None:
                return found
        return None


_STEPS: dict[str, Callable[[Machine, Instruction], bool]] = {
    "text": Machine.step_text,
    "character": Machine.step_character,
    "run": Machine.step_run,
    "split": Machine.step_split,
    "jump": Machine.step_jump,
    "save": Machine.step_save,
    "progress": Machine.step_progress,
    "back": Machine.step_back,
    "assert": Machine.step_assert,
    "arrive": Machine.step_arrive,
    "once": Machine.step_once,
    "look": Machine.step_look,
}
