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

    def put(self, process: RoutedProcess) -> None:
        self.writes += 1
        self.kept[process.id] = process

    def remove(self, process_id: str) -> None:
        self.writes += 1
        del self.kept[process_id]

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
