"""A table of routed processes in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from connector_sdk.stores.routes import RoutedProcess


@dataclass
class Entries:
    """What an importer writes, and how often."""

    kept: dict[str, RoutedProcess] = field(default_factory=dict)
    writes: int = 0

    def all(self) -> Sequence[RoutedProcess]:
        return sorted(self.kept.values(), key=lambda one: (one.since_ms, one.id))

    def swap(self, process_id: str, before: RoutedProcess | None, after: RoutedProcess | None) -> bool:
        if self.kept.get(process_id) != before:
            return False
        self.writes += 1
        if after is None:
            del self.kept[process_id]
        else:
            self.kept[process_id] = after
        return True

    def enter(self, process: RoutedProcess) -> None:
        """What a person enters, or retires."""
        self.kept[process.id] = process

    @property
    def webhooks(self) -> list[tuple[str, int, str, str]]:
        """Process, version, element and path of each, in the order in which paths are given away."""
        return [
            (
                one.process_definition_id,
                element["version"],
                element["element_id"],
                element["properties"]["inbound.context"],
            )
            for one in self.all()
            for element in one.elements
        ]
