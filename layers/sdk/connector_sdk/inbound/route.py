"""One webhook: a path, its connector with the properties bound, and the elements that share it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.activations import Activations
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.properties import SYNCHRONOUS, Properties
from connector_sdk.inbound.response import answer_of
from connector_sdk.inbound.sharing import Bound
from connector_sdk.inbound.webhook import WebhookConnector

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Route:
    """Made of elements that share a connector. `configuration` has its bound properties, secrets in place."""

    path: str
    connector: WebhookConnector[Any]
    configuration: Any
    elements: tuple[InboundElement, ...]
    responses: Mapping[tuple[str, int], str]
    """Response expressions by element id and version."""
    synchronous: frozenset[tuple[str, int]]
    """The elements whose senders wait for what the process does (`synchronousResponse`), by the same."""
    verification: str | None
    """The expression that answers a vendor's handshake."""
    broken: str | None
    """One of these expressions that is no FEEL: every request is answered 500, and nothing is sent."""
    bound: tuple[Bound, ...]
    """What it was made of."""
    rules: InboundRules

    @property
    def owner(self) -> tuple[str, str]:
        """Tenant and process id: who owns the path, or waits for it."""
        return self.elements[0].tenant_id, self.elements[0].process_definition_id

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the secrets that the model's properties name."""
        return tuple(secret for one in self.bound for secret in one.secrets)

    def response(
        self,
        element: InboundElement,
        payload: Mapping[str, Any],
        correlation: Mapping[str, Any] | None,
        default: Answer,
    ) -> Answer:
        """What the model's response expression says; `default` if there is none. Never raises."""
        expression = self.responses.get((element.element_id, element.version))
        if expression is None:
            return default
        try:
            context = {**payload, "correlation": correlation}
            return answer_of(expression, context, self.rules, self.secrets) or default
        except Exception:
            _LOG.exception("the response expression of %s failed in a way that nobody foresaw", element.element_id)
            return default

    def answers_with_result(self, element: InboundElement) -> bool:
        """Whether the sender waits for what the process does."""
        return (element.element_id, element.version) in self.synchronous


def route_of(connector: WebhookConnector[Any], usable: tuple[Bound, ...], rules: InboundRules) -> Route:
    """Bind the properties of elements that share a connector. Raises SdkError, or what the connector raises."""
    inbound = usable[0].tree.get("inbound")
    if not isinstance(inbound, dict) or not inbound.get("context"):
        raise ConnectorInputError("inbound.context is missing: it is the webhook's path")
    properties = Properties(inbound, connector.feel)
    responses = {
        (one.element.element_id, one.element.version): expression
        for one in usable
        if (expression := Properties(one.tree["inbound"]).text("responseExpression"))
    }
    verification = properties.text("verificationExpression") or None
    return Route(
        path=properties.text("context"),
        connector=connector,
        configuration=connector.properties(properties),
        elements=tuple(one.element for one in usable),
        responses=responses,
        synchronous=frozenset() if rules.ignores_synchronous_response else frozenset(_synchronous(usable)),
        verification=verification,
        broken=next((one for one in (*responses.values(), verification or "=") if not one.startswith("=")), None),
        bound=usable,
        rules=rules,
    )


def _synchronous(usable: tuple[Bound, ...]) -> Iterator[tuple[str, int]]:
    for one in usable:
        if Properties(one.tree, prefix="").choice(SYNCHRONOUS, ("true", "false"), "false") == "true":
            yield one.element.element_id, one.element.version


class Routes(Activations[Route]):
    """The webhooks of one host."""

    def made(self, connector: WebhookConnector[Any], usable: tuple[Bound, ...]) -> Route:
        return route_of(connector, usable, self.rules)
