"""`createDocument` in a webhook's result expression: a part of an event becomes a document."""

from __future__ import annotations

import pytest

from connector_sdk.errors import EngineUnreachable
from connector_sdk.inbound.uploads import Uploads
from functions.runtime.redelivery.redelivery import Redelivery
from tests.inbound.host import Webhook, element
from tests.inbound.test_multipart import Probed

RESULT = {"resultExpression": "={invoice: createDocument(request.body.file)}"}
DELIVERY = {"webhook-id": "d-1"}
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


@pytest.mark.parametrize("name", ['"name": "a.txt"', '"contentType": "text/plain"'], ids=["named", "unnamed"])
def test_a_document_is_created_once_however_often_the_event_is_tried(webhook: Webhook, name: str) -> None:
    webhook.deploy(
        element({"resultExpression": "={two: [createDocument(request.body), createDocument(request.body)]}"})
    )
    webhook.engine.answers = [{}, {"close": True}]

    assert webhook.post(f'{{"data": "aGVsbG8=", {name}}}'.encode(), headers=DELIVERY).status == 202
    engine = Probed()
    engine.answers, engine.documents = [{}, {"status": 503}], 1
    webhook.clock.advance(60_000)
    Redelivery(webhook.store, engine, clock=webhook.clock).round()
    engine.answers = [{}]
    webhook.clock.advance(60_000)
    Redelivery(webhook.store, engine, clock=webhook.clock).round()

    assert [one["path"] for one in webhook.engine.commands] == ["/v2/documents"] * 2
    assert [one["path"] for one in engine.commands] == ["/v2/documents", *["/v2/process-instances"] * 2]
    variables = engine.commands[-1]["body"]["variables"]
    assert [one["documentId"] for one in variables["two"]] == ["doc-1", "doc-2"]


def test_the_senders_own_repeat_creates_no_document_again(webhook: Webhook) -> None:
    webhook.deploy(element(RESULT))
    webhook.engine.answers = [{}, {"status": 503}, {}]

    assert webhook.post(EVENT, headers=DELIVERY).status == 202
    webhook.clock.advance(60_000)
    assert webhook.post(EVENT, headers=DELIVERY).status == 200
    assert [one["path"] for one in webhook.engine.commands] == ["/v2/documents", *["/v2/process-instances"] * 2]


@pytest.mark.parametrize(("characters", "kept"), [(65_448, 1), (65_449, 0)])
def test_references_are_kept_up_to_64_kb_of_json(characters: int, kept: int) -> None:
    uploads = Uploads(lambda content, content_type, file_name: {"fileName": file_name}, {})

    uploads.create(b"hello", None, "n" * characters)
    assert len(uploads.documents) == kept
    uploads.create(b"one more", None, "n" * 65_536)
    assert len(uploads.documents) == kept


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
