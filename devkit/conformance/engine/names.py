"""Names in scenarios: `~` is the run's suffix, `${name}` what an earlier step captured."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from devkit.conformance.engine.bpmn import bpmn
from devkit.conformance.engine.target import Failed, Target

_WHOLE = re.compile(r"\$\{([\w.]+)\}")
_DURATION = re.compile(r"\+?([\d.]+)(ms|s|m|h|d)")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(written: str | float) -> int:
    """`+5m`, `300ms`, or a number of milliseconds. Raises ValueError."""
    if isinstance(written, int | float):
        return int(written)
    found = _DURATION.fullmatch(written)
    if found is None:
        raise ValueError(f"{written!r} is no duration such as +5m or 300ms")
    return int(float(found[1]) * _UNITS[found[2]])


@dataclass(slots=True)
class Names:
    """The suffix and the captures of one scenario."""

    target: Target
    unique: str
    captured: dict[str, Any] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """A value with names in place. Raises Failed for a name that nothing captured."""
        if isinstance(value, dict):
            return {self.fill(name): self.fill(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.fill(inner) for inner in value]
        if not isinstance(value, str):
            return value
        whole = _WHOLE.fullmatch(value)
        if whole is not None:
            return self._look_up(whole[1])
        return _WHOLE.sub(lambda found: str(self._look_up(found[1])), value).replace("~", self.unique)

    def _look_up(self, name: str) -> Any:
        if name.startswith("now"):  # ${now_plus_60}: ISO time 60 s from the engine's now
            if self.target.clock is None:
                raise Failed(f"{name} needs a clock")
            moment = self.target.clock.now_ms() + (int(name[9:]) * 1000 if len(name) > 3 else 0)
            return datetime.fromtimestamp(moment // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if name.startswith("big"):  # ${big4200000}: that many characters
            return "x" * int(name[3:])
        if name not in self.captured:
            raise Failed(f"nothing captured as {name}")
        return self.captured[name]

    def xml(self, processes: dict[str, Any], wanted: str | list[str]) -> str:
        """The BPMN of one or several of a scenario's processes."""
        return bpmn(
            *(
                {"id": name + self.unique, **self.fill(processes[name])}
                for name in (wanted if isinstance(wanted, list) else [wanted])
            )
        )
