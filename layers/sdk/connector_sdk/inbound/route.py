"""One webhook: a path, its connector with the properties bound, and the elements that share it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.properties import RUNTIME_PROPERTIES, SYNCHRONOUS, Properties
from connector_sdk.inbound.response import answer_of
from connector_sdk.inbound.webhook import WebhookConnector

RESPONSE = "inbound.responseExpression"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Bound:
    """An element with its properties nested, secrets in place, and the secrets themselves."""

    element: InboundElement
    tree: Mapping[str, Any]
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Route:
    """Made of elements that share a connector. `configuration` has its bound properties, secrets in place."""

    path: str
    connector: WebhookConnector[Any]
    configuration: Any
    elements: tuple[InboundElement, ...]
    responses: Mapping[tuple[str, int], str]
    """Response expressions by element id and version."""
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
        """Whether the sender waits for what the process does (`synchronousResponse`)."""
        wanted = element.properties.get(SYNCHRONOUS, "").lower() == "true"
        return wanted and not self.rules.ignores_synchronous_response


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
        verification=verification,
        broken=next((one for one in (*responses.values(), verification or "=") if not one.startswith("=")), None),
        bound=usable,
        rules=rules,
    )


def groups(elements: Sequence[InboundElement], rules: InboundRules) -> Iterator[Sequence[InboundElement]]:
    """Elements that share a connector: `deduplicationMode` AUTO by equal properties, MANUAL by id, none not at all.

    MANUAL with one id and different properties makes all of them invalid; an unknown mode, or MANUAL without an id,
    drops just that element (Camunda's runtime 8.8.7). Elements of several versions share a connector if they are equal
    in what it binds; those of a version never make those of another one invalid.
    """
    of_versions: dict[Any, list[InboundElement]] = {}
    for element in elements:
        key = _deduplication(element, rules)
        if key is not None:
            of_versions.setdefault((key, element.version), []).append(element)
    found: dict[Any, list[InboundElement]] = {}
    for (key, _), group in of_versions.items():
        shared = {_shared(element, rules) for element in group}
        if len(shared) == 1:
            found.setdefault((key, shared.pop()), []).extend(group)
    yield from found.values()


def _deduplication(element: InboundElement, rules: InboundRules) -> tuple[Any, ...] | None:
    """What elements that share a connector have in common; None: the element is dropped."""
    mode, name = (element.properties.get(key) for key in ("deduplicationMode", "deduplicationId"))
    if mode is None:
        return ("", element.element_id)
    if mode == "AUTO":
        return ("AUTO", _shared(element, rules))
    return ("MANUAL", element.type, name) if mode == "MANUAL" and name else None


def _shared(element: InboundElement, rules: InboundRules) -> frozenset[tuple[str, str]]:
    """The properties in which elements have to be equal to share a connector."""
    apart = RUNTIME_PROPERTIES
    if not rules.response_shares:
        apart |= {RESPONSE}
    if not rules.ignores_synchronous_response:
        apart |= {SYNCHRONOUS}
    return frozenset((name, value) for name, value in element.properties.items() if name not in apart)
