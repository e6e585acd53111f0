"""What a connector says about its element template: plain data, no logic, cheap to import in a function."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ElementTemplate:
    """Identity of the template that belongs to a connector. `version` goes up with every change of content."""

    id: str
    version: int


@dataclass(frozen=True, slots=True)
class Property:
    """How the Modeler shows one field of a connector's model."""

    label: str | None = None
    group: str | None = None
    description: str | None = None
    example: str | None = None
