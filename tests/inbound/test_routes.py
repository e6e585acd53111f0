"""Who owns a path, who shares a connector, and what happens to what cannot be activated."""

from collections.abc import Callable

import pytest

from connector_sdk.inbound.elements import InboundElement
from tests.inbound.host import SECRETS, Webhook, catch_event, element


def other(properties: dict[str, str] | None = None, version: int = 1) -> InboundElement:
    """A start event of another process that wants the same path."""
    return element(properties or {}, process_definition_id="other", version=version)


def owners(webhook: Webhook) -> list[tuple[str, int]]:
    """Process and version of each route for the path, the owner first."""
    queues = [
        [(one.elements[0].process_definition_id, one.elements[0].version) for one in queue] for queue in webhook.routes
    ]
    return queues[0] if queues else []


def test_a_path_belongs_to_the_first_process_that_took_it_and_others_wait(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.deploy(other())

    assert owners(webhook) == [("order", 3), ("other", 1)]
    webhook.post({})
    assert [one["processDefinitionId"] for one in webhook.told] == ["order"]


def test_who_waits_gets_the_path_when_its_owner_goes(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.deploy(other())

    webhook.routes.withdraw(("<default>", "order"))

    assert owners(webhook) == [("other", 1)]


def test_a_new_version_keeps_the_place_of_the_old_one(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.deploy(other())
    webhook.deploy(element({}, version=4))

    assert owners(webhook) == [("order", 4), ("other", 1)]


def test_under_8_8_a_new_version_goes_to_the_end_of_the_queue(webhook_of: Callable[..., Webhook]) -> None:
    host = webhook_of(compatibility="8.8")
    host.deploy(element({}))
    host.deploy(other())
    host.deploy(element({}, version=4))

    assert owners(host) == [("other", 1), ("order", 4)]


def test_a_new_version_on_another_path_leaves_the_old_path(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.deploy(element({"inbound.context": "moved"}, version=4))

    assert webhook.post({}).status == 404
    assert webhook.post({}, path="/inbound/moved").status == 200


def test_elements_without_a_deduplication_mode_stand_in_line_even_in_one_process(webhook: Webhook) -> None:
    webhook.deploy(element({}), element({}, element_id="second"))

    [queue] = webhook.routes
    assert [[one.element_id for one in route.elements] for route in queue] == [["start"], ["second"]]


@pytest.mark.parametrize(
    "mode",
    [{"deduplicationMode": "AUTO"}, {"deduplicationMode": "MANUAL", "deduplicationId": "d"}],
    ids=["auto", "manual"],
)
def test_elements_with_equal_properties_share_one_connector(webhook: Webhook, mode: dict[str, str]) -> None:
    webhook.deploy(
        element(mode | {"activationCondition": "=request.body.n = 1", "synchronousResponse": "false"}),
        element(mode | {"activationCondition": "=request.body.n = 2", "resultVariable": "r"}, element_id="second"),
    )

    [[route]] = webhook.routes
    assert [one.element_id for one in route.elements] == ["start", "second"]


@pytest.mark.parametrize(
    "mode",
    [{}, {"deduplicationMode": "AUTO"}, {"deduplicationMode": "MANUAL", "deduplicationId": "d"}],
    ids=["none", "auto", "manual"],
)
def test_versions_share_a_webhook_while_instances_wait_and_one_message_reaches_them_all(
    webhook: Webhook, mode: dict[str, str]
) -> None:
    webhook.deploy(catch_event(mode, version=4), catch_event(mode))

    [[route]] = webhook.routes
    assert [one.version for one in route.elements] == [4, 3]
    assert webhook.post({"id": "o-1"}).status == 200
    assert len(webhook.told) == 1


@pytest.mark.parametrize("mode", [{}, {"deduplicationMode": "MANUAL", "deduplicationId": "d"}], ids=["none", "manual"])
def test_a_newer_version_with_other_properties_has_the_path_and_the_older_one_waits(
    webhook: Webhook, mode: dict[str, str]
) -> None:
    webhook.deploy(catch_event(mode | {"inbound.method": "post"}, version=4), catch_event(mode))

    [queue] = webhook.routes
    assert [route.elements[0].version for route in queue] == [4, 3]


def test_each_version_answers_with_its_own_response_expression(webhook: Webhook) -> None:
    def version(number: int) -> InboundElement:
        answers = {"inbound.responseExpression": f"={{statusCode: {200 + number}}}"}
        return catch_event(answers | {"activationCondition": f"=request.body.v = {number}"}, version=number)

    webhook.deploy(version(4), version(3))

    assert [webhook.post({"id": "o", "v": number}).status for number in (3, 4)] == [203, 204]


@pytest.mark.parametrize(("compatibility", "routes"), [("8.8", 2), ("8.10", 1)])
def test_response_expressions_keep_elements_apart_only_under_8_8(
    webhook_of: Callable[..., Webhook], compatibility: str, routes: int
) -> None:
    host = webhook_of(compatibility=compatibility)
    shared = {"deduplicationMode": "AUTO"}
    host.deploy(
        element(shared | {"inbound.responseExpression": "={statusCode: 201}", "activationCondition": "=false"}),
        element(shared | {"inbound.responseExpression": "={statusCode: 202}"}, element_id="second"),
    )

    [queue] = host.routes
    assert len(queue) == routes
    assert host.post({}).status == (422 if compatibility == "8.8" else 202)


def test_a_missing_secret_stops_one_element_and_names_the_secret(webhook: Webhook) -> None:
    reasons = webhook.deploy(
        element({}),
        element({"inbound.context": "second", "anything": "{{secrets.ABSENT}}"}, element_id="second"),
    )

    assert reasons == ["Secret with name 'ABSENT' is not available: set the environment variable SECRET_ABSENT"]
    assert webhook.post({}).status == 200
    assert webhook.post({}, path="/inbound/second").status == 404


def test_what_could_not_be_activated_is_tried_again_when_its_path_is_asked_for(webhook: Webhook) -> None:
    webhook.deploy(element({"inbound.context": "late", "anything": "{{secrets.LATE}}"}))
    assert webhook.post({}, path="/inbound/late").status == 404
    SECRETS["SECRET_LATE"] = "here"
    try:
        webhook.clock.advance(4_999)
        assert webhook.post({}, path="/inbound/late").status == 404
        webhook.clock.advance(1)
        assert webhook.post({}, path="/inbound/late").status == 200
    finally:
        del SECRETS["SECRET_LATE"]

    assert webhook.routes.refused == []


def test_an_element_that_becomes_usable_joins_the_connector_of_its_siblings(webhook: Webhook) -> None:
    shared = {"deduplicationMode": "AUTO", "inbound.context": "late"}
    webhook.deploy(
        element({}),
        element(shared | {"activationCondition": "=request.body.n = 1"}, element_id="first"),
        element(
            shared | {"activationCondition": "=request.body.n = 2", "resultVariable": "{{secrets.LATE}}"},
            element_id="second",
        ),
    )
    kept = webhook.routes.find("orders")
    assert webhook.post({"n": 2}, path="/inbound/late").status == 422
    SECRETS["SECRET_LATE"] = "here"
    try:
        webhook.clock.advance(5_000)
        assert webhook.post({}, path="/inbound/nowhere").status == 404
    finally:
        del SECRETS["SECRET_LATE"]

    assert webhook.post({"n": 2}, path="/inbound/late").status == 200
    assert webhook.routes.find("orders") is kept


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        (
            {"inbound.auth.type": "JWT"},
            "inbound.auth.jwt.jwkUrl is not the http:// or https:// address of a key set",
        ),
        (
            {
                "inbound.auth.type": "JWT",
                "inbound.auth.jwt.jwkUrl": "https://login.acme.test/keys",
                "inbound.auth.jwt.requiredPermissions": "orders",
            },
            "inbound.auth.jwt.permissionsExpression is empty: where are the permissions?",
        ),
        ({"inbound.auth.type": "x"}, "property inbound.auth.type is 'x', it should be one of NONE, BASIC, APIKEY, JWT"),
        ({"inbound.method": "brew"}, "property inbound.method is 'brew', it should be one of any, get, head,"),
        ({"synchronousResponse": "maybe"}, "property synchronousResponse is 'maybe', it should be one of true, false"),
        ({"inbound.shouldValidateHmac": "enabled"}, "hmacSecret is empty: without it anybody could sign"),
        ({"inbound.responseBodyExpression": "=1"}, "inbound.responseBodyExpression is gone since 8.10: use"),
        ({"inbound.context": ""}, "inbound.context is missing: it is the webhook's path"),
        ({"inbound.context.x": "y"}, "property 'inbound.context.x' is below another property that has a value itself"),
    ],
)
def test_what_cannot_work_is_refused_when_it_is_deployed(
    webhook: Webhook, properties: dict[str, str], reason: str
) -> None:
    [found] = webhook.deploy(element(properties))

    assert found.startswith(reason)


def test_a_refusal_never_shows_a_secret(webhook: Webhook) -> None:
    [reason] = webhook.deploy(element({"inbound.method": "{{secrets.KEY}}"}))

    assert reason.startswith("property inbound.method is '***', it should be one of")


def test_elements_of_other_kinds_are_left_to_other_functions(webhook: Webhook) -> None:
    assert webhook.deploy(element({"inbound.type": "io.acme:linear-webhook:1"})) == []
    assert owners(webhook) == []
