"""Which element of a route wants an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_sdk.expressions import evaluate
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement

_SAME_MESSAGE = (
    "correlationKeyExpression",
    "messageIdExpression",
    "messageTtl",
    "resultExpression",
    "resultVariable",
)
"""Elements that agree in these, and in the message's name, publish the same message: one of them is enough."""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """No element wants the event; `consumed`: the model says that this is fine."""

    consumed: bool


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several elements want it, and they would do different things."""

    elements: tuple[InboundElement, ...]


def activated(
    elements: Sequence[InboundElement], payload: Mapping[str, Any], rules: InboundRules
) -> InboundElement | Unwanted | Ambiguous:
    """The one element whose activation condition is exactly true; no condition, or a blank one, is true.

    Every condition is evaluated, in file order. Raises ExpressionError if one fails.
    """
    matching = [element for element in elements if _wants(element, payload)]
    if not matching:
        # Java's parseBoolean: `TRUE` counts, ` true` and `yes` do not.
        consumed = any(element.properties.get("consumeUnmatchedEvents", "").lower() == "true" for element in elements)
        return Unwanted(consumed)
    if len(matching) == 1 or (not rules.one_match_only and _same_message(matching)):
        return matching[0]
    return Ambiguous(tuple(matching))


def _wants(element: InboundElement, payload: Mapping[str, Any]) -> bool:
    properties = element.properties
    condition = properties.get("activationCondition") or properties.get("inbound.activationCondition") or ""
    return not condition.strip() or evaluate(condition, payload) is True


def _same_message(elements: Sequence[InboundElement]) -> bool:
    kinds = {(one.effect, one.message_name, *(one.properties.get(name) for name in _SAME_MESSAGE)) for one in elements}
    return len(kinds) == 1 and elements[0].effect == "publish"
