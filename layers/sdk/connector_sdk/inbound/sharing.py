"""Which elements share a connector: `deduplicationMode` and `deduplicationId`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.properties import RUNTIME_PROPERTIES, SYNCHRONOUS

RESPONSE = "inbound.responseExpression"


@dataclass(frozen=True, slots=True, repr=False)
class Bound:
    """An element with its properties nested, secrets in place, and the secrets themselves."""

    element: InboundElement
    tree: Mapping[str, Any]
    secrets: tuple[str, ...]


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
