"""What a benchmark has found, with what it must reach, as lines for people or as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; `by_cpu` is the same one by CPU seconds instead of the clock's."""

    name: str
    value: float
    unit: str
    by_cpu: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        return self._reaches(self.value)

    @property
    def is_met_by_cpu(self) -> bool | None:
        """Whether it would be reached if the process had a processor to itself."""
        return None if self.by_cpu is None else self._reaches(self.by_cpu)

    def _reaches(self, value: float) -> bool | None:
        if self.at_least is not None:
            return value >= self.at_least
        return None if self.at_most is None else value <= self.at_most

    def as_json(self) -> dict[str, Any]:
        """All of it, with `is_met`."""
        return {**asdict(self), "is_met": self.is_met}

    def as_line(self) -> str:
        """One row of the table."""
        by_cpu = "" if self.by_cpu is None else _number(self.by_cpu)
        line = f"{self.name:36}{_number(self.value):>10}{by_cpu:>10} {self.unit:10}"
        if self.at_least is not None:
            line += f"≥ {_number(self.at_least)}"
        elif self.at_most is not None:
            line += f"≤ {_number(self.at_most)}"
        return line.rstrip() if self.is_met is None else f"{line:79}{'met' if self.is_met else 'MISSED'}"


HEAD = f"{'':36}{'by clock':>10}{'by CPU':>10}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
