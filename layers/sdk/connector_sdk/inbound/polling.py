"""What an author of a polling kind writes, and a poll: its connector and the element at which instances wait.

Camunda's runtime looks each `processPollingInterval` which instances wait at the element, and polls for each of them on
its own, every `httpRequestInterval`, with properties that may be FEEL over that instance's variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.expressions import evaluate
from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.properties import RUNTIME_PROPERTIES, Properties, interval_ms
from connector_sdk.inbound.sharing import Bound
from connector_sdk.settings import Settings
from connector_sdk.template import ElementTemplate

PollFunction = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Properties, evaluated, to what expressions see. Raises what it likes: the poll is tried again."""
SHORTEST_MS = 1_000
"""Between two polls for one instance, whatever the model says."""
INTERVAL, DEFAULT_INTERVAL = "httpRequestInterval", "PT50S"
LOOK, DEFAULT_LOOK = "processPollingInterval", "PT5S"


@dataclass(frozen=True)
class PollingConnector:
    """A kind of poll. `open` gives the function that polls, with its own connections.

    Called as a Lambda handler by a schedule it polls for the minute that the schedule's event names.
    """

    type: str
    name: str
    open: Callable[[Settings], PollFunction]
    function: Callable[..., Any]
    """Whose docstring is the description."""
    check: Callable[[Properties], None] = lambda _: None
    """Raises ConnectorInputError for properties with which no poll can work: such an element is not activated."""
    template: ElementTemplate | None = None

    def __post_init__(self) -> None:
        # Every event needs it: at its start Lambda gives a function more of a processor than at its first event.
        import_module("connector_sdk.inbound.minute")

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return self._deployed(event, context)

    @cached_property
    def _deployed(self) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
        from connector_sdk.inbound.minute import deployed_polls

        return deployed_polls(self)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Poll:
    """One element that polls, with its properties nested and secrets in place."""

    path: str
    connector: PollingConnector
    elements: tuple[InboundElement, ...]
    bound: tuple[Bound, ...]
    rules: InboundRules
    look_ms: int

    @property
    def element(self) -> InboundElement:
        return self.elements[0]

    @property
    def owner(self) -> tuple[str, str]:
        """Tenant and process id."""
        return self.element.tenant_id, self.element.process_definition_id

    @property
    def waits_at(self) -> str:
        """The element whose instances are polled for: a boundary event waits where it is attached."""
        return self.element.attached_to or self.element.element_id

    @property
    def needs_variables(self) -> bool:
        """Whether any of its properties is FEEL."""
        return any(text.startswith("=") for text in _own(self.element).values())

    def properties(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The connector's properties for an instance. Raises ExpressionError."""
        tree = {name: value for name, value in self.bound[0].tree.items() if name not in RUNTIME_PROPERTIES}
        evaluated: dict[str, Any] = _evaluated(tree, variables)
        return evaluated

    def interval_ms(self, properties: Mapping[str, Any]) -> int:
        """How long to wait between two polls for an instance. Raises ConnectorInputError."""
        return max(SHORTEST_MS, interval_ms(INTERVAL, properties.get(INTERVAL) or DEFAULT_INTERVAL))


class Polls(Activations[Poll]):
    """The polls of one host."""

    def made(self, connector: PollingConnector, usable: tuple[Bound, ...]) -> Poll:
        element = usable[0].element
        if len(usable) > 1:
            raise ConnectorInputError("polls are not shared: take deduplicationMode off these elements")
        if not element.waits:
            raise ConnectorInputError("a start event cannot poll: nothing waits there")
        connector.check(Properties(usable[0].tree, prefix=""))
        interval = element.properties.get(INTERVAL, DEFAULT_INTERVAL)
        if not interval.startswith("="):
            interval_ms(INTERVAL, interval)
        owner = (element.tenant_id, element.process_definition_id)
        return Poll(
            path=":".join(("poll", *owner, element.element_id, str(element.version))),
            connector=connector,
            elements=(element,),
            bound=usable,
            rules=self.rules,
            look_ms=max(SHORTEST_MS, interval_ms(LOOK, element.properties.get(LOOK, DEFAULT_LOOK))),
        )


def _own(element: InboundElement) -> dict[str, str]:
    return {name: text for name, text in element.properties.items() if name not in RUNTIME_PROPERTIES}


def _evaluated(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _evaluated(one, variables) for name, one in value.items()}
    return evaluate(value, variables) if isinstance(value, str) and value.startswith("=") else value
