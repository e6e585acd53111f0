"""An engine that takes connections and never answers: the sender has its answer all the same."""

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineUnreachable
from connector_sdk.inbound.delivering import deliver
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.signatures.slack import SlackSignature
from connector_sdk.stores import State
from tests.inbound.host import SECRETS, Webhook, catch_event, element

LATE_SECONDS = 15
"""Slack is answered after 2.3 s; an engine's client alone would wait for 20 s."""


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        server.setblocking(False)
        yield server


@pytest.fixture
def silent(listening: socket.socket) -> Iterator[EngineClient]:
    with closing(EngineClient(f"http://127.0.0.1:{listening.getsockname()[1]}")) as client:
        yield client


def test_requests_that_share_their_time_have_none_left_when_it_is_over(
    silent: EngineClient, listening: socket.socket
) -> None:
    client = silent.within(0.05, together=True)

    for _ in range(3):
        with pytest.raises(EngineUnreachable):
            client.create_document(b"x", None, None)

    only, _ = listening.accept()
    only.close()
    with pytest.raises(BlockingIOError):
        listening.accept()


@pytest.mark.parametrize("waiting", [element, catch_event])
def test_slack_is_answered_while_the_engine_is_silent_and_the_event_waits_for_redelivery(
    webhook: Webhook, silent: EngineClient, waiting: Callable[[dict[str, str]], InboundElement]
) -> None:
    properties = {"inbound.type": "io.camunda:slack-webhook:1", "inbound.slackSigningSecret": "{{secrets.HOOK}}"}
    webhook.deploy(waiting(properties))
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "id": "o-1"}).encode()
    request = WebhookRequest("POST", "/inbound/orders", body, received_ms=SystemClock().time_ms())
    signed = {name.lower(): value for name, value in SlackSignature(SECRETS["SECRET_HOOK"]).sign(request).items()}
    sent = WebhookRequest(
        "POST", request.path, body, {"content-type": "application/json", **signed}, received_ms=request.received_ms
    )
    services = WebhookServices(webhook.routes, silent, webhook.store)

    with ThreadPoolExecutor(1) as sender:
        answer = sender.submit(deliver, sent, services).result(LATE_SECONDS)

    assert answer.status == 200
    [kept] = webhook.store.newest()
    assert (kept.state, kept.attempts) == (State.PENDING, 1)
    assert "no answer from the engine" in str(kept.error)
