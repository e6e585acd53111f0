"""What an author of a webhook kind writes: a decorated function, and what it says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.identity import DeliveryId, known_header
from connector_sdk.inbound.properties import Properties
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.template import ElementTemplate

if TYPE_CHECKING:  # many a kind has none, or one of its own
    from connector_sdk.inbound.authorization.scheme import Authorization
    from connector_sdk.inbound.services import WebhookServices
    from connector_sdk.inbound.signatures.scheme import SignatureScheme

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class WebhookResult:
    """What expressions see of a request: `request.body`, and `connectorData`."""

    body: Any = None
    connector_data: Mapping[str, Any] = field(default_factory=dict)
    acknowledgement: Answer | None = None
    """What the sender gets if the model says nothing, whether the engine has the event already or not (200, 202)."""
    may_be_unwanted: bool = False
    """The vendor's own business: 200 if no element wants it."""
    handshake: Answer | None = None
    """The answer to a vendor's handshake: it is all that happens."""


@dataclass(frozen=True, slots=True)
class Verification:
    """When a model's verification expression answers a vendor's handshake, and what it sees."""

    signed: bool
    """The vendor signs its handshakes: the expression's turn comes after the signature."""
    context: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    """From the payload."""


AT_FIRST = Verification(signed=False, context=lambda payload: payload)
"""Before any secret is agreed; over `request`, as in Camunda's generic webhook."""


@dataclass(frozen=True)
class WebhookConnector(Generic[P]):
    """A kind of webhook: how its properties are read, who may call it, what it makes of a request.

    Called as a Lambda handler it serves the routes of its stack; on one machine, `serving(services)` gives the handler.
    """

    type: str
    name: str
    properties: Callable[[Properties], P]
    function: Callable[[WebhookRequest, P], WebhookResult]
    methods: Callable[[P], str] = lambda _: "any"
    signature: Callable[[P], SignatureScheme | None] = lambda _: None
    authorization: Callable[[P], Authorization | None] = lambda _: None
    delivery_id: DeliveryId | None = None
    feel: frozenset[str] = frozenset()
    verification: Verification = AT_FIRST
    template: ElementTemplate | None = None

    def identity(self, configuration: P) -> DeliveryId:
        """What names a delivery: the kind's own way, else its signature scheme's, else the headers that are known."""
        scheme = self.signature(configuration)
        return self.delivery_id or (scheme.delivery_id if scheme else known_header)

    def __post_init__(self) -> None:
        # Every event needs it: at its start Lambda gives a function more of a processor than at its first event.
        import_module("connector_sdk.inbound.deployed")

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return self._deployed(event, context)

    @cached_property
    def _deployed(self) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
        from connector_sdk.inbound.deployed import deployed_handler

        return deployed_handler(self)

    def serving(self, services: WebhookServices) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
        """A handler for API Gateway events (payload 2.0) that serves the routes of `services`."""
        from connector_sdk.inbound.handler import handler_for

        return handler_for(services)


def webhook_connector(
    *,
    type: str,
    name: str,
    properties: Callable[[Properties], P],
    methods: Callable[[P], str] = lambda _: "any",
    signature: Callable[[P], SignatureScheme | None] = lambda _: None,
    authorization: Callable[[P], Authorization | None] = lambda _: None,
    delivery_id: DeliveryId | None = None,
    feel: frozenset[str] = frozenset(),
    verification: Verification = AT_FIRST,
    template: ElementTemplate | None = None,
) -> Callable[[Callable[[WebhookRequest, P], WebhookResult]], WebhookConnector[P]]:
    """Make a webhook kind of a function `(request, properties) -> WebhookResult`.

    `properties` reads the model's `inbound.…` properties once, when the webhook becomes active; `feel` names those that
    may hold FEEL. The function runs after method, signature and authorization have been checked.
    """

    def decorate(function: Callable[[WebhookRequest, P], WebhookResult]) -> WebhookConnector[P]:
        return WebhookConnector(
            type,
            name,
            properties,
            function,
            methods,
            signature,
            authorization,
            delivery_id,
            feel,
            verification,
            template,
        )

    return decorate
