"""`createDocument` in a webhook's result expression: a part of an event becomes a document."""

from __future__ import annotations

import pytest

from connector_sdk.errors import EngineUnreachable
from functions.runtime.redelivery.redelivery import Redelivery
from tests.inbound.host import Webhook, element
from tests.inbound.test_multipart import Probed

RESULT = {"resultExpression": "={invoice: createDocument(request.body.file)}"}
EVENT = b'{"file": {"data": "aGVsbG8=", "name": "a.txt"}}'


def test_a_part_of_an_event_becomes_a_document(webhook: Webhook) -> None:
    webhook.deploy(element(RESULT))

    assert webhook.post(EVENT).status == 200
    stored, started = webhook.engine.commands
    assert (stored["path"], stored["metadata"]) == ("/v2/documents", {"contentType": "text/plain", "fileName": "a.txt"})
    assert started["body"]["variables"]["invoice"]["documentId"] == "doc-1"


def test_an_event_without_base64_is_the_senders_fault(webhook: Webhook) -> None:
    webhook.deploy(element(RESULT))

    assert webhook.post(b'{"file": "no base64!"}').status == 422
    assert webhook.engine.commands == []


@pytest.mark.parametrize("late", [False, True], ids=["the engine is away", "the request comes too late"])
def test_a_document_is_created_when_the_engine_is_back(webhook: Webhook, late: bool) -> None:
    def away() -> None:
        raise EngineUnreachable("away")

    webhook.deploy(element(RESULT))
    webhook.engine.before = away
    received_ms = webhook.clock.time_ms() - (60_000 if late else 0)

    assert webhook.post(EVENT, received_ms=received_ms).status == 202
    engine = Probed()
    webhook.clock.advance(60_000)
    Redelivery(webhook.store, engine, clock=webhook.clock).round()
    assert [one["path"] for one in engine.commands] == ["/v2/documents", "/v2/process-instances"]
