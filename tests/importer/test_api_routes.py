"""Which routes an API gets for the webhooks of the routed processes."""

from typing import Any

import pytest

from connector_sdk.stores.routes import RoutedProcess
from functions.runtime.importer.api_routes import MOST_ROUTES, route_keys

TARGETS = {"io.camunda:webhook:1": "generic", "io.camunda:slack-webhook:1": "slack"}


def routed(name: str, *webhooks: dict[str, str]) -> RoutedProcess:
    elements: list[dict[str, Any]] = [
        {"properties": {"inbound.type": "io.camunda:webhook:1"} | properties} for properties in webhooks
    ]
    return RoutedProcess(name, 1, "1", "<default>", 0, tuple(elements))


def test_each_webhook_has_a_route_with_its_method_to_the_function_of_its_kind() -> None:
    process = routed(
        "p",
        {"inbound.context": "orders", "inbound.method": "post"},
        {"inbound.context": "any", "inbound.method": "any"},
        {"inbound.context": "chat", "inbound.type": "io.camunda:slack-webhook:1"},
        {"inbound.context": "odd", "inbound.method": "{{secrets.METHOD}}"},
    )

    assert route_keys([process], TARGETS) == {
        "ANY /inbound/chat": "integrations/slack",
        "POST /inbound/orders": "integrations/generic",
        "ANY /inbound/any": "integrations/generic",
        "ANY /inbound/odd": "integrations/generic",
    }


def test_a_path_leads_to_the_process_that_came_first() -> None:
    first = routed("a", {"inbound.context": "orders", "inbound.method": "get"})
    second = routed("b", {"inbound.context": "orders", "inbound.method": "post"})

    assert list(route_keys([first, second], TARGETS)) == ["GET /inbound/orders"]


def test_what_no_route_can_spell_and_what_nobody_serves_is_left_to_the_generic_function() -> None:
    process = routed(
        "p",
        {"inbound.context": "{{secrets.PATH}}"},
        {"inbound.context": "a b"},
        {"inbound.context": "x", "inbound.type": "io.acme:chat-webhook:1"},
        {},
    )

    assert route_keys([process], TARGETS) == {}


def test_an_element_that_nobody_can_read_takes_no_route_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    odd: tuple[Any, ...] = (
        {},
        {"properties": None},
        {"properties": {"inbound.type": ["io.camunda:webhook:1"]}},
        {"properties": {"inbound.type": "io.camunda:webhook:1", "inbound.context": None}},
        {"properties": {"inbound.type": "io.camunda:webhook:1", "inbound.context": "x", "inbound.method": 5}},
        None,
    )
    orders = routed("p", {"inbound.context": "orders"})

    found = route_keys([RoutedProcess("odd", 1, "1", "<default>", 0, odd), orders], TARGETS)

    assert list(found) == ["ANY /inbound/orders"]
    assert caplog.text.count("an element of <default>/odd gets no route") == len(odd)


def test_kinds_with_a_function_of_their_own_come_first_when_there_are_too_many(
    caplog: pytest.LogCaptureFixture,
) -> None:
    many = routed("p", *({"inbound.context": f"w{number}"} for number in range(MOST_ROUTES)))
    slack = routed("q", {"inbound.context": "chat", "inbound.type": "io.camunda:slack-webhook:1"})

    found = route_keys([many, slack], TARGETS)

    assert len(found) == MOST_ROUTES
    assert found["ANY /inbound/chat"] == "integrations/slack"
    assert f"ANY /inbound/w{MOST_ROUTES - 1}" not in found
    assert f"1 have none of their own, and are left to the generic function: w{MOST_ROUTES - 1}" in caplog.text
