"""What a connector says about its element template: plain data, no logic, cheap to import in a function.

`connectors generate` makes the template of it; docs/add-a-connector.md shows how it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["String", "Text", "Number", "Boolean", "Dropdown", "Hidden"]
"""How the Modeler's properties panel shows a value; the words are those of the element template schema."""
Feel = Literal["optional", "required", "static", "none"]
"""Whether a value may or must be an expression; `static` writes a number or a boolean as one; `none`: a plain text."""
Element = Literal[
    "task",
    "send task",
    "message throw event",
    "message end event",
    "start event",
    "message start event",
    "intermediate event",
    "boundary event",
    "receive task",
]
"""What a template turns a BPMN element into."""
EVENTS: tuple[Element, ...] = (
    "start event",
    "message start event",
    "intermediate event",
    "boundary event",
    "receive task",
)
"""The elements of a webhook or a subscription."""


@dataclass(frozen=True, slots=True)
class Equals:
    """Shown while another property has one of these values. The property is named as in the process: `queue.type`.

    `.type` is the one beside it, whatever they are both in.
    """

    property: str
    values: tuple[str | bool, ...]

    def __init__(self, property: str, *values: str | bool) -> None:
        object.__setattr__(self, "property", property)
        object.__setattr__(self, "values", values)

    def beside(self, path: str) -> Equals:
        """The same, without a reference to what is beside the property at that path."""
        if not self.property.startswith("."):
            return self
        return Equals(f"{path.rpartition('.')[0]}{self.property}".removeprefix("."), *self.values)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression (as JavaScript reads it) for the value, and what the panel says to another one."""

    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Property:
    """How the Modeler shows one field of a connector's model. What is left out follows from the field's type."""

    label: str | None = None
    """None: the field's name in words."""
    group: str | None = None
    """None: that of the field around it."""
    description: str | None = None
    example: str | None = None
    """Shown in grey while nothing is typed."""
    kind: Kind | None = None
    feel: Feel | None = None
    default: str | int | bool | None = None
    """What stands there at first; None: the field's own default."""
    choices: Mapping[str, str] | None = None
    """Labels by value; for a property without a type they say which values there are."""
    when: Equals | None = None
    required: bool | None = None
    secret: bool = False
    pattern: Pattern | None = None
    offered: bool = True
    """False for an input that is read for the sake of other templates and is not in ours."""


@dataclass(frozen=True, slots=True)
class ElementTemplate:
    """What cannot be read from the model. `version` goes up with every change of what was released."""

    id: str
    """Ends in `.v1`; where there are several `elements`, each has its name before that."""
    version: int
    elements: tuple[Element, ...] = ("task",)
    groups: Mapping[str, str] = field(default_factory=dict)
    """Labels of groups in the order of the panel; a group that is not here follows under its id in words."""
    properties: Mapping[str, Property] = field(default_factory=dict)
    """Of an inbound kind, by name, such as `inbound.queue.url`; an outbound connector's are its model's fields."""
    keywords: tuple[str, ...] = ()
    documentation: str | None = None
    """An address."""
    result_expression: str | None = None
    """What the result expression is at first, without `=`."""
    result_example: Any = None
    """An answer that the panel shows beside the result expression."""
