"""The heart of the engine: state, clock, and the queue of internal commands that one external command sets off.

Parts talk to each other through the queue, by the command's name; `devkit.engine.engine` has the table of names.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from connector_sdk.clock import Clock
from devkit.engine.definitions import Definition, Node
from devkit.engine.records import ElementInstance, Variables
from devkit.engine.state import State

MAX_STEPS = 20_000
"""Internal commands that are run in one go; a process that loops without waiting goes on with the next tick."""


class Behaviour(Protocol):
    """What a kind of element does when it is entered and when it is done."""

    def activate(self, core: Core, instance: ElementInstance, node: Node) -> None:
        """Enter. Raises Failure; then the instance stays ACTIVATING, with an incident, and is entered again later."""
        ...

    def complete(self, core: Core, instance: ElementInstance, node: Node) -> None:
        """Leave. Raises Failure; then the instance stays COMPLETING, with an incident."""
        ...


class _Nodes(dict[int, Mapping[str, Node]]):
    """The elements of each process, by its definition's key and their id."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state

    def __missing__(self, definition_key: int) -> Mapping[str, Node]:
        nodes = self[definition_key] = self._state.definition(definition_key).nodes
        return nodes


class Core:
    """What every part of the engine works on."""

    def __init__(
        self,
        clock: Clock,
        state: State,
        behaviours: Mapping[str, Behaviour],
        commands: Mapping[str, Callable[..., None]],
    ) -> None:
        self.clock = clock
        self.now_ms = clock.time_ms()
        """When the external command came: all that follows from it happens at this moment."""
        self.state = state
        self.nodes = _Nodes(state)
        self.behaviours = behaviours
        self._commands = commands
        self.queue: deque[tuple[str, tuple[Any, ...]]] = deque()
        """Internal commands that are still to run, by name, with their arguments: keys, texts and JSON values."""
        self.new_jobs: set[str] = set()
        """Job types that something became available of since the last look."""
        self.results: dict[int, Callable[[Variables | None], None]] = {}
        """Who waits for a process instance's result: called with its variables, with None if it was cancelled."""
        self.answers: list[Callable[[], object]] = []
        """Results to be handed out once the command is stored."""

    def enqueue(self, command: str, *arguments: Any) -> None:
        self.queue.append((command, arguments))

    @property
    def is_idle(self) -> bool:
        """Whether no internal command is left to run."""
        return not self.queue

    def run_queue(self) -> None:
        """Run internal commands until none is left, or until `MAX_STEPS` were run."""
        queue, commands = self.queue, self._commands
        for _ in range(MAX_STEPS):
            if not queue:
                return
            command, arguments = queue.popleft()
            commands[command](self, *arguments)

    def definition(self, instance: ElementInstance) -> Definition:
        return self.state.definition(instance.definition_key)

    def node(self, instance: ElementInstance) -> Node:
        return self.nodes[instance.definition_key][instance.element_id]
