"""What came of a run over recorded cases."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """How a group of cases went."""

    same: int = 0
    differ: int = 0
    skipped: int = 0
    improved: int = 0
    """Other than recorded, by a documented rule."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One case whose result is not what was recorded."""

    case_id: str
    group: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """Agreement by group, and every difference in the order of the cases."""

    groups: dict[str, Tally] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def total(self) -> Tally:
        """All groups together."""
        tallies = self.groups.values()
        return Tally(
            sum(one.same for one in tallies),
            sum(one.differ for one in tallies),
            sum(one.skipped for one in tallies),
            sum(one.improved for one in tallies),
        )
