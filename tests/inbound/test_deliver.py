"""One request through the door: verified, recorded, published, answered."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.github import GitHubSignature
from connector_sdk.stores import State
from tests.inbound.host import NOW, SECRETS, Webhook, catch_event, element

HMAC = {
    "inbound.shouldValidateHmac": "enabled",
    "inbound.hmacSecret": "{{secrets.HOOK}}",
    "inbound.hmacHeader": "X-Hub-Signature-256",
    "inbound.hmacAlgorithm": "sha_256",
}


def signed(body: bytes) -> dict[str, str]:
    header = GitHubSignature(SECRETS["SECRET_HOOK"]).sign(WebhookRequest("POST", "/", body))
    return {name.lower(): value for name, value in header.items()}


def reason(answer: Answer) -> Any:
    return json.loads(answer.body)["reason"]


def test_a_signed_request_starts_an_instance_of_the_version_it_belongs_to(webhook: Webhook) -> None:
    webhook.deploy(element(HMAC | {"resultExpression": "={title: request.body.issue.title}"}))
    body = b'{"issue": {"title": "It broke"}}'

    answer = webhook.post(body, headers=signed(body))

    assert answer == Answer(200)
    assert webhook.told == [
        {
            "processDefinitionId": "order",
            "processDefinitionVersion": 3,
            "variables": {"title": "It broke"},
            "tenantId": "<default>",
        }
    ]


@pytest.mark.parametrize("headers", [{}, {"x-hub-signature-256": "sha256=" + "0" * 64}])
def test_an_unsigned_request_is_401_and_leaves_nothing_behind(webhook: Webhook, headers: dict[str, str]) -> None:
    webhook.deploy(element(HMAC))

    answer = webhook.post({"n": 1}, headers=headers)

    assert answer.status == 401
    assert reason(answer) == "Reason: INVALID_SIGNATURE. Details: HMAC signature check didn't pass"
    assert (webhook.told, webhook.store.newest()) == ([], [])


def test_an_event_is_on_disk_before_the_engine_hears_of_it(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    seen: list[State] = []
    webhook.engine.before = lambda: seen.extend(one.state for one in webhook.store.newest())

    webhook.post({"id": "o-1"})

    assert seen == [State.PENDING]
    assert [one.state for one in webhook.store.newest()] == [State.PUBLISHED]


def test_the_senders_id_becomes_the_message_id_so_that_a_crash_doubles_nothing(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))

    webhook.post({"id": "o-1"}, headers={"x-github-delivery": "d-1"})

    assert [(one["messageId"], one["correlationKey"]) for one in webhook.told] == [("orders:d-1", "o-1")]


def test_the_models_message_id_comes_first(webhook: Webhook) -> None:
    webhook.deploy(catch_event({"messageIdExpression": "=request.body.id"}))

    webhook.post({"id": "o-1"}, headers={"x-github-delivery": "d-1"})

    assert [one["messageId"] for one in webhook.told] == ["o-1"]


@pytest.mark.parametrize("trouble", [{"close": True}, *({"status": status} for status in (401, 429, 500, 503))])
def test_engine_trouble_is_202_and_left_for_redelivery(webhook: Webhook, trouble: dict[str, Any]) -> None:
    webhook.deploy(catch_event({}))
    webhook.engine.answers = [trouble]

    assert webhook.post({"id": "o-1"}) == Answer(202)

    [left] = webhook.store.newest()
    assert (left.state, left.due_ms, left.attempts) == (State.PENDING, NOW + 5_000, 1)


@pytest.mark.parametrize("status", [200, 301, 302, 400, 401, 403, 404, 405, 408, 409, 412, 421, 422, 425, 500])
@pytest.mark.parametrize("made", [element, catch_event])
def test_a_refusal_that_is_not_the_engines_own_word_is_left_for_redelivery(
    webhook: Webhook, made: Callable[..., InboundElement], status: int
) -> None:
    webhook.deploy(made({}))
    webhook.engine.answers = [{"status": status, "rawBody": "<html>"}]

    assert webhook.post({"id": "o-1"}) == Answer(202)

    assert [one.state for one in webhook.store.newest()] == [State.PENDING]


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_what_the_engine_will_never_take_is_kept_as_dead(webhook: Webhook, status: int) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [{"status": status}]

    assert webhook.post({}) == Answer(202)

    [left] = webhook.store.newest()
    assert (left.state, left.due_ms) == (State.DEAD, None)
    assert left.error is not None
    assert str(status) in left.error


def test_a_message_that_the_engine_knows_already_counts_as_published(webhook: Webhook) -> None:
    webhook.deploy(catch_event({"inbound.responseExpression": "={body: {known: correlation = null}}"}))
    webhook.engine.answers = [{"status": 409}]

    assert webhook.post({"id": "o-1"}).body == b'{"known": true}'
    assert [one.state for one in webhook.store.newest()] == [State.PUBLISHED]


@pytest.mark.parametrize(
    ("expression", "status", "body"),
    [
        ("={statusCode: 202, body: {later: correlation = null}}", 202, b'{"later": true}'),
        ("={body: {later: correlation = null}}", 200, b'{"later": true}'),
        ("=if correlation = null then {statusCode: 409} else {}", 202, b""),
        ("=1 +", 202, b""),
    ],
)
def test_a_stored_event_is_always_answered_2xx(webhook: Webhook, expression: str, status: int, body: bytes) -> None:
    webhook.deploy(element({"inbound.responseExpression": expression}))
    webhook.engine.answers = [{"close": True}]

    answer = webhook.post({})

    assert (answer.status, answer.body) == (status, body)


def test_a_request_that_waited_longer_than_its_budget_is_not_held_up_by_the_engine(webhook: Webhook) -> None:
    webhook.deploy(element({}))

    assert webhook.post({}, received_ms=NOW - 8_000) == Answer(202)
    assert webhook.told == []

    assert webhook.post({}, received_ms=NOW - 7_999) == Answer(200)
    assert len(webhook.told) == 1


def test_a_repeat_while_the_first_one_is_under_way_is_accepted_and_waits(webhook: Webhook) -> None:
    webhook.deploy(catch_event({}))
    headers = {"x-github-delivery": "d-1"}
    inner: list[Answer] = []
    webhook.engine.before = lambda: inner.append(webhook.post({"id": "o-1"}, headers=headers))

    assert webhook.post({"id": "o-1"}, headers=headers) == Answer(200)
    assert inner == [Answer(202)]
    assert len(webhook.told) == 1


def test_what_nobody_wants_is_not_recorded(webhook: Webhook) -> None:
    webhook.deploy(element({"activationCondition": "=request.body.kind = 1", "consumeUnmatchedEvents": "true"}))

    assert webhook.post({"kind": 2}) == Answer(200)
    assert webhook.store.newest() == []


def test_a_handshake_is_answered_before_any_signature_is_asked_for(webhook: Webhook) -> None:
    expression = "=if request.body.challenge != null then {body: {challenge: request.body.challenge}} else null"
    webhook.deploy(element(HMAC | {"inbound.verificationExpression": expression}))

    assert webhook.post({"challenge": "c-1"}).body == b'{"challenge": "c-1"}'
    assert webhook.post({"n": 1}).status == 401


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"path": "/inbound/unknown"}, 404),
        ({"path": "/inbound/orders/x"}, 404),
        ({"path": "/inbound/"}, 404),
        ({"path": "/"}, 404),
        ({"method": "PATCH"}, 405),
        ({"method": "OPTIONS"}, 200),
        ({"method": "GET"}, 405),
        ({"body": b"x" * 4_400_001}, 413),
        ({"body": b'{"a":'}, 400),
        ({"body": b"[" * 100_000}, 400),
        ({"body": b'{"a": NaN}'}, 400),
        ({"headers": {"content-type": "multipart/form-data; boundary=B"}, "body": b"--B"}, 400),
        ({"headers": {"content-type": "multipart/form-data"}, "body": b"--B--"}, 400),
    ],
)
def test_what_cannot_be_taken_has_an_answer_each(webhook: Webhook, changes: dict[str, Any], status: int) -> None:
    webhook.deploy(element({"inbound.method": "post"}))

    assert webhook.post(**changes).status == status
    assert webhook.store.newest() == []


def test_head_gets_the_headers_of_an_answer_without_its_body(webhook: Webhook) -> None:
    webhook.deploy(element({"inbound.responseExpression": "={body: {a: 1}}"}))

    assert webhook.post(method="HEAD") == Answer(200, {"content-type": "application/json"}, b"")
    assert len(webhook.told) == 1  # an event like any other, as in Camunda's runtime


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


def test_an_error_that_nobody_foresaw_is_500_and_says_nothing(
    webhook: Webhook, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook.deploy(element({}))
    monkeypatch.setattr(webhook.store, "put", failing(RuntimeError("inner secret")))

    assert webhook.post({}) == Answer(500)
    assert "inner secret" in caplog.text
    assert webhook.told == []


def test_an_error_that_nobody_foresaw_after_the_event_is_recorded_is_left_for_redelivery(webhook: Webhook) -> None:
    webhook.deploy(element({}))
    webhook.engine.before = failing(RuntimeError("odd"))

    assert webhook.post({}) == Answer(202)
    assert [(one.state, one.due_ms) for one in webhook.store.newest()] == [(State.PENDING, NOW + 5_000)]


@pytest.mark.parametrize(
    ("method", "answers", "expected"),
    [
        ("finish", [{}], 200),
        ("finish", [{"status": 400}], 202),
        ("postpone", [{"close": True}], 202),
    ],
)
def test_a_store_that_fails_after_the_event_is_recorded_never_makes_the_sender_repeat_it(
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    answers: list[dict[str, Any]],
    expected: int,
) -> None:
    webhook.deploy(element({}))
    webhook.engine.answers = [*answers]
    monkeypatch.setattr(webhook.store, method, failing(OSError("disk full")))

    assert webhook.post({}) == Answer(expected)
    assert "disk full" in caplog.text
    assert [one.state for one in webhook.store.newest()] == [State.PENDING]


def test_a_response_expression_that_breaks_after_the_engine_has_the_event_changes_nothing(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    webhook.deploy(element({"inbound.responseExpression": "={statusCode: 201}"}))
    monkeypatch.setattr("connector_sdk.inbound.response.evaluate", failing(RecursionError("too deep")))

    assert webhook.post({}) == Answer(200)
    assert "too deep" in caplog.text
    assert [one.state for one in webhook.store.newest()] == [State.PUBLISHED]


@pytest.mark.parametrize(
    ("properties", "expression"),
    [
        ({"activationCondition": "=1 +"}, "=1 +"),
        ({"resultExpression": "={a: "}, "={a: "),
    ],
)
def test_a_failing_expression_is_422_with_the_expression(
    webhook: Webhook, properties: dict[str, str], expression: str
) -> None:
    webhook.deploy(element(properties))

    answer = webhook.post({})

    assert answer.status == 422
    assert json.loads(answer.body)["expression"] == expression
    assert webhook.told == []


def test_of_several_elements_that_publish_the_same_message_one_is_enough(webhook: Webhook) -> None:
    shared = {"deduplicationMode": "AUTO"}
    webhook.deploy(catch_event(shared), catch_event(shared, element_id="again"))

    assert webhook.post({"id": "o-1"}) == Answer(200)
    assert len(webhook.told) == 1


def test_several_elements_that_do_different_things_are_refused_by_name(webhook: Webhook) -> None:
    shared = {"deduplicationMode": "AUTO"}
    webhook.deploy(element(shared), element(shared, element_id="other"))

    answer = webhook.post({})

    assert answer.status == 422
    assert json.loads(answer.body)["message"].endswith(": start, other")


def test_under_8_8_several_elements_are_refused_even_if_they_publish_the_same(
    webhook_of: Callable[..., Webhook],
) -> None:
    host = webhook_of(compatibility="8.8")
    shared = {"deduplicationMode": "AUTO"}
    host.deploy(catch_event(shared), catch_event(shared, element_id="again"))

    assert host.post({"id": "o-1"}).status == 422


def test_an_event_of_which_the_model_keeps_too_much_is_told_what_is_too_much(webhook: Webhook) -> None:
    webhook.deploy(element({"resultVariable": "event"}))

    answer = webhook.post({"text": "x" * 1_600_000})

    assert (answer.status, json.loads(answer.body)) == (
        422,
        {
            "message": "The variables that the model makes of this event have 1600134 bytes, and 1572864 are allowed: "
            "its result expression has to keep less",
            "error": None,
        },
    )
    assert webhook.told == []
