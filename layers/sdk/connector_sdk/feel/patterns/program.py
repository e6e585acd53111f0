"""A pattern as a list of instructions, for a machine that goes back by itself."""

from __future__ import annotations

from collections.abc import Callable

from connector_sdk.feel.errors import FeelEvaluationError
from connector_sdk.feel.limits import MAX_INSTRUCTIONS
from connector_sdk.feel.patterns.classes import CharacterSet
from connector_sdk.feel.patterns.nodes import (
    Alternatives,
    Assertion,
    BackReference,
    Characters,
    Group,
    Look,
    Node,
    Repeat,
    Sequence,
    length_of,
)


class Instruction:
    """What to do, with what; `target` and `other` are places in the program."""

    __slots__ = ("belongs", "greedy", "holds", "number", "other", "part", "target", "text", "what")

    def __init__(self, what: str) -> None:
        self.what = what
        self.text = ""
        self.belongs: CharacterSet = str.isspace
        self.holds: Callable[[str, int], bool] = lambda text, position: True
        self.number = 0
        self.target = 0
        self.other = 0
        self.greedy = True
        self.part: Part | None = None


class Part:
    """A program of its own inside another: looking around, and what is not gone back into."""

    __slots__ = ("ahead", "code", "longest", "negative", "shortest")

    def __init__(self, code: list[Instruction], look: Look | None) -> None:
        self.code = code
        self.ahead = look is None or look.ahead
        self.negative = look is not None and look.negative
        self.shortest = 0 if look is None else look.shortest
        self.longest = 0 if look is None else look.longest


class Program:
    """The instructions of a pattern, and how many places they remember positions in."""

    __slots__ = ("_may_be_empty", "code", "groups", "names", "size", "slots")

    def __init__(self, tree: Node, groups: int, names: dict[str, int]) -> None:
        """Raises FeelEvaluationError beyond MAX_INSTRUCTIONS."""
        self.groups = groups
        self.names = names
        self.slots = 2 * (groups + 1)
        self.size = 0
        self._may_be_empty: dict[Node, bool] = {}
        self.code = self.finished(Group(tree, 0))

    def finished(self, node: Node, look: Look | None = None) -> list[Instruction]:
        """The instructions of a node, with an end."""
        code: list[Instruction] = []
        self.add(node, code)
        if look is not None and not look.ahead:
            self.emit(code, "arrive")
        self.emit(code, "match")
        return code

    def grow(self, count: int) -> None:
        """Count what is visited and emitted, in all parts together: a part that is repeated may emit nothing."""
        self.size += count
        if self.size > MAX_INSTRUCTIONS:
            raise FeelEvaluationError(
                f"a pattern has more than {MAX_INSTRUCTIONS} instructions (MAX_INSTRUCTIONS); repeat less"
            )

    def emit(self, code: list[Instruction], what: str) -> Instruction:
        """One more instruction."""
        self.grow(1)
        instruction = Instruction(what)
        code.append(instruction)
        return instruction

    def add(self, node: Node, code: list[Instruction]) -> None:
        """The instructions of a node, behind the others."""
        self.grow(1)
        _RULES[type(node)](self, node, code)

    def sequence(self, node: Sequence, code: list[Instruction]) -> None:
        """One after the other; characters that match only themselves become one text."""
        text = ""
        self.grow(len(node.items))
        for item in node.items:
            if isinstance(item, Characters) and item.only is not None:
                text += item.only
                continue
            self.plain(text, code)
            text = ""
            self.add(item, code)
        self.plain(text, code)

    def plain(self, text: str, code: list[Instruction]) -> None:
        """A text that must stand there."""
        if text:
            self.emit(code, "text").text = text

    def characters(self, node: Characters, code: list[Instruction]) -> None:
        """One character."""
        if node.only is not None:
            self.plain(node.only, code)
        else:
            self.emit(code, "character").belongs = node.belongs

    def alternatives(self, node: Alternatives, code: list[Instruction]) -> None:
        """Each branch, and behind it a jump to the end."""
        jumps = []
        for branch in node.branches[:-1]:
            split = self.emit(code, "split")
            split.target = len(code)
            self.add(branch, code)
            jumps.append(self.emit(code, "jump"))
            split.other = len(code)
        self.add(node.branches[-1], code)
        for jump in jumps:
            jump.target = len(code)

    def group(self, node: Group, code: list[Instruction]) -> None:
        """Positions before and behind."""
        self.emit(code, "save").number = 2 * node.number
        self.add(node.node, code)
        self.emit(code, "save").number = 2 * node.number + 1

    def repeat(self, node: Repeat, code: list[Instruction]) -> None:
        """As often as it must, then as often as it may."""
        if node.mode == "possessive":
            greedy = Repeat(node.node, node.least, node.most, "greedy")
            self.emit(code, "once").part = Part(self.finished(greedy), None)
            return
        if isinstance(node.node, Characters) and node.mode == "greedy":
            run = self.emit(code, "run")
            run.belongs, run.number, run.other = node.node.belongs, node.least, -1 if node.most is None else node.most
            return
        for _ in range(node.least):
            self.add(node.node, code)
        if node.most is None:
            self.loop(node, code)
        else:
            self.options(node, node.most - node.least, code)

    def options(self, node: Repeat, count: int, code: list[Instruction]) -> None:
        """So many times or less."""
        splits = []
        for _ in range(count):
            splits.append(self.split(node, code))
            self.add(node.node, code)
        for split in splits:
            self.leave(split, len(code))

    def split(self, node: Repeat, code: list[Instruction]) -> Instruction:
        """Into the node first, or past it first if lazy."""
        split = self.emit(code, "split")
        split.greedy = node.mode == "greedy"
        split.target = split.other = len(code)
        return split

    def leave(self, split: Instruction, place: int) -> None:
        """Where the way past the node leads."""
        if split.greedy:
            split.other = place
        else:
            split.target = place

    def loop(self, node: Repeat, code: list[Instruction]) -> None:
        """Any number of times; a time that matches nothing is the last."""
        start = len(code)
        split = self.split(node, code)
        may_be_empty = self._may_be_empty.get(node.node)
        if may_be_empty is None:
            may_be_empty = self._may_be_empty[node.node] = length_of(node.node)[0] == 0
        slot = self.slots
        if may_be_empty:
            self.slots += 1
            self.emit(code, "save").number = slot
        self.add(node.node, code)
        if may_be_empty:
            progress = self.emit(code, "progress")
            progress.number = slot
            progress.target = len(code) + 1
        self.emit(code, "jump").target = start
        self.leave(split, len(code))

    def back_reference(self, node: BackReference, code: list[Instruction]) -> None:
        """What a group matched."""
        back = self.emit(code, "back")
        back.number, back.greedy = node.number, node.ignore_case

    def assertion(self, node: Assertion, code: list[Instruction]) -> None:
        """A condition on the position."""
        self.emit(code, "assert").holds = node.holds

    def look(self, node: Look, code: list[Instruction]) -> None:
        """A part of its own."""
        self.emit(code, "look").part = Part(self.finished(node.node, node), node)


_RULES: dict[type[Node], Callable[..., None]] = {
    Sequence: Program.sequence,
    Characters: Program.characters,
    Alternatives: Program.alternatives,
    Group: Program.group,
    Repeat: Program.repeat,
    BackReference: Program.back_reference,
    Assertion: Program.assertion,
    Look: Program.look,
}
