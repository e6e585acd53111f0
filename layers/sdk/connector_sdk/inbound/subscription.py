"""What an author of a subscription kind writes, and a subscription: its connector and the elements that share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib import import_module
from typing import Any, Generic, TypeVar

from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.message import InboundMessage, Items, Settled
from connector_sdk.inbound.properties import RUNTIME_PROPERTIES, Properties
from connector_sdk.inbound.sharing import Bound
from connector_sdk.template import ElementTemplate

P = TypeVar("P")
ID_CHARACTERS = 12


@dataclass(frozen=True)
class SubscriptionConnector(Generic[P]):
    """A kind of subscription: how its properties are read, which records are whose, what expressions see of one.

    Called as a Lambda handler with the event of an event source mapping it takes the records of its stack's processes.
    """

    type: str
    name: str
    properties: Callable[[Properties], P]
    source: Callable[[P], str]
    items: Items
    function: Callable[[Mapping[str, Any], P], InboundMessage]
    group: Callable[[P, str], str] | None = None
    """Who reads with others and gets every record; None: a record is taken by one subscription of its source."""
    left: frozenset[Settled] = frozenset({Settled.AGAIN})
    """Outcomes after which a record stays with its broker."""
    partial: bool = True
    """AWS reads `batchItemFailures`; without, a batch of which one record has to come again fails as a whole."""
    feel: frozenset[str] = frozenset()
    template: ElementTemplate | None = None

    def __post_init__(self) -> None:
        # Every event needs it: at its start Lambda gives a function more of a processor than at its first event.
        import_module("connector_sdk.inbound.batch")

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return self._deployed(event, context)

    @cached_property
    def _deployed(self) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
        from connector_sdk.inbound.batch import deployed_subscriptions

        return deployed_subscriptions(self)


def subscription_connector(
    *,
    type: str,
    name: str,
    properties: Callable[[Properties], P],
    source: Callable[[P], str],
    items: Items,
    group: Callable[[P, str], str] | None = None,
    left: frozenset[Settled] = frozenset({Settled.AGAIN}),
    partial: bool = True,
    feel: frozenset[str] = frozenset(),
    template: ElementTemplate | None = None,
) -> Callable[[Callable[[Mapping[str, Any], P], InboundMessage]], SubscriptionConnector[P]]:
    """Make a subscription kind of a function `(record, properties) -> InboundMessage`.

    `properties` reads the model's properties once, when the subscription becomes active; `feel` names those that may
    hold FEEL; `source` says where its records come from, as `items` does for each record of an event.
    """

    def decorate(function: Callable[[Mapping[str, Any], P], InboundMessage]) -> SubscriptionConnector[P]:
        return SubscriptionConnector(
            type, name, properties, source, items, function, group, left, partial, feel, template
        )

    return decorate


@dataclass(frozen=True, slots=True, repr=False)
class Subscription:
    """Made of elements that share a connector. `configuration` has its bound properties, secrets in place."""

    path: str
    """The source, and the group where there is one: part of each delivery's id."""
    source: str
    connector: SubscriptionConnector[Any]
    configuration: Any
    elements: tuple[InboundElement, ...]
    bound: tuple[Bound, ...]
    """What it was made of."""
    rules: InboundRules
    group: str | None

    @property
    def owner(self) -> tuple[str, str]:
        """Tenant and process id."""
        return self.elements[0].tenant_id, self.elements[0].process_definition_id


class Subscriptions(Activations[Subscription]):
    """The subscriptions of one host."""

    def made(self, connector: SubscriptionConnector[Any], usable: tuple[Bound, ...]) -> Subscription:
        configuration = connector.properties(Properties(usable[0].tree, connector.feel, prefix=""))
        source = connector.source(configuration)
        group = connector.group(configuration, _own_id(usable[0].element)) if connector.group else None
        return Subscription(
            path=f"{source}#{group}" if group else source,
            source=source,
            connector=connector,
            configuration=configuration,
            elements=tuple(one.element for one in usable),
            bound=usable,
            rules=self.rules,
            group=group,
        )

    def at(self, source: str) -> Sequence[Subscription]:
        """Those that read from a source, the first one first."""
        return [one for queue in self for one in queue if one.source == source]

    def find(self, path: str) -> Subscription | None:
        """The first one that reads from a source."""
        return next(iter(self.at(path)), None) or super().find(path)


def _own_id(element: InboundElement) -> str:
    """What stays the same in every version that is configured alike (Camunda's deduplication id is made like that)."""
    chosen = element.properties.get("deduplicationId")
    if chosen is None:
        own = sorted((name, value) for name, value in element.properties.items() if name not in RUNTIME_PROPERTIES)
        chosen = sha256(repr(own).encode()).hexdigest()[:ID_CHARACTERS]
    return f"{element.tenant_id}-{element.process_definition_id}-{chosen}".replace("<default>-", "")
