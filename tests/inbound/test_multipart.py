"""Uploads: parts of a multipart body become documents, and none is lost when the engine is away."""

import base64
import hmac
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_sdk.errors import EngineUnreachable, WebhookError
from connector_sdk.inbound.limits import MAX_PARTS
from connector_sdk.inbound.multipart import Part, parts_of
from connector_sdk.inbound.request import WebhookRequest
from functions.runtime.redelivery.redelivery import Redelivery
from tests.inbound.host import WatchedEngine, Webhook, element

MULTIPART = {"content-type": 'multipart/form-data; boundary="B x"'}
RESULT = {"resultExpression": "={files: documents, field: request.params.order, body: request.body}"}
UPLOAD = (
    b"a preamble, which counts for nothing\r\n"
    b'--B x\r\nContent-Disposition: form-data; name="file"; filename="a\xc3\xbc.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nhello\r\n--B xtra\r\n"
    b'\r\n--B x  \r\ncontent-disposition: form-data; name="order"\r\n\r\n5\r\n--B x--\r\nan epilogue'
)
FILE = {
    "camunda.document.type": "camunda",
    "storeId": "in-memory",
    "documentId": "doc-1",
    "contentHash": "hash-1",
    "metadata": {"contentType": "text/plain", "fileName": "aü.txt", "size": 17},
}


def request(body: bytes, content_type: str = MULTIPART["content-type"]) -> WebhookRequest:
    return WebhookRequest("POST", "/inbound/orders", body, {"content-type": content_type})


def encoded(parts: Mapping[str, bytes], boundary: bytes) -> bytes:
    lines = [
        b"--"
        + boundary
        + b'\r\nContent-Disposition: form-data; name="'
        + name.encode()
        + b'"\r\n\r\n'
        + content
        + b"\r\n"
        for name, content in parts.items()
    ]
    return b"".join(lines) + b"--" + boundary + b"--"


def test_parts_are_files_and_fields() -> None:
    assert parts_of(request(UPLOAD)) == (
        Part("file", b"hello\r\n--B xtra\r\n", "aü.txt", "text/plain"),
        Part("order", b"5"),
    )


def test_every_part_becomes_a_document_and_a_field_is_a_parameter_too(webhook: Webhook) -> None:
    webhook.deploy(element(RESULT))

    assert webhook.post(UPLOAD, headers=MULTIPART).status == 200
    first, second, started = webhook.engine.commands
    assert [one["path"] for one in (first, second)] == ["/v2/documents"] * 2
    assert first["metadata"] == {"contentType": "text/plain", "fileName": "aü.txt"}
    variables = started["body"]["variables"]
    assert variables["files"][0] == FILE
    assert variables["files"][1]["documentId"] == "doc-2"
    assert (variables["field"], variables["body"]) == ("5", {})


def test_a_response_sees_the_documents(webhook: Webhook) -> None:
    webhook.deploy(element({"inbound.responseExpression": "={body: documents[1].documentId}"}))

    assert webhook.post(UPLOAD, headers=MULTIPART).body == b"doc-1"


@pytest.mark.parametrize("condition", ["=false", "=count(documents) > 0"])
def test_what_nobody_wants_is_not_uploaded(webhook: Webhook, condition: str) -> None:
    webhook.deploy(element({"activationCondition": condition}))

    assert webhook.post(UPLOAD, headers=MULTIPART).status == 422
    assert webhook.engine.commands == []


def test_the_bytes_that_were_sent_are_what_was_signed(webhook: Webhook) -> None:
    webhook.deploy(element({"inbound.signature.scheme": "shopify", "inbound.signature.secret": "s"}))
    signature = base64.b64encode(hmac.digest(b"s", UPLOAD, "sha256")).decode()

    assert webhook.post(UPLOAD, headers={**MULTIPART, "x-shopify-hmac-sha256": signature}).status == 200
    assert webhook.post(UPLOAD + b"x", headers={**MULTIPART, "x-shopify-hmac-sha256": signature}).status == 401


class Probed(WatchedEngine):
    def topology(self) -> dict[str, object]:
        return {}


@pytest.mark.parametrize("late", [False, True], ids=["the engine is away", "the request comes too late"])
def test_files_are_kept_until_the_engine_is_back(webhook: Webhook, late: bool) -> None:
    def away() -> None:
        raise EngineUnreachable("away")

    webhook.deploy(element(RESULT | {"inbound.responseExpression": "={body: documents}"}))
    webhook.engine.before = away
    received_ms = webhook.clock.time_ms() - (60_000 if late else 0)

    answer = webhook.post(UPLOAD, headers=MULTIPART, received_ms=received_ms)

    assert (answer.status, answer.body) == (200, b"[]")
    engine = Probed()
    webhook.clock.advance(60_000)
    Redelivery(webhook.store, engine, clock=webhook.clock).round()
    assert [one["path"] for one in engine.commands] == ["/v2/documents"] * 2 + ["/v2/process-instances"]
    assert engine.commands[-1]["body"]["variables"]["files"][0] == FILE


@settings(deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.binary(max_size=40), max_size=5))
def test_any_content_comes_out_as_it_was_sent(parts: dict[str, bytes]) -> None:
    # A sender chooses a boundary that is not in any content.
    found = parts_of(request(encoded(parts, b"boundary-4711"), "multipart/form-data; boundary=boundary-4711"))

    assert {one.name: one.content for one in found} == parts
    assert tuple(Part.from_json(one.to_json()) for one in found) == found


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([b"--B", b"--", b"\r\n", b"\r", b":", b'Content-Disposition: form-data; name="', b"x"]))
)
def test_what_cannot_be_read_is_400_and_nothing_else(pieces: list[bytes]) -> None:
    try:
        parts_of(request(b"".join(pieces), "multipart/form-data; boundary=B"))
    except WebhookError as error:
        refusal = error
    else:
        return
    assert refusal.status == 400


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('name="a"', "a"),
        ("name=a", "a"),
        (r'name="a\"b"', 'a"b'),
        ('name="a%22b"', 'a"b'),
        ('NAME="ü; x=1"', "ü; x=1"),
        ("", ""),
    ],
)
def test_a_name_may_be_written_in_several_ways(written: str, name: str) -> None:
    body = f"--B\r\nContent-Disposition: form-data; {written}\r\n\r\n\r\n--B--".encode()

    [part] = parts_of(request(body, "multipart/form-data; boundary=B"))
    assert part.name == name


@pytest.mark.parametrize(("count", "status"), [(MAX_PARTS, 200), (MAX_PARTS + 1, 413)])
def test_a_body_has_so_many_parts_at_most(webhook: Webhook, count: int, status: int) -> None:
    webhook.deploy(element({}))
    body = encoded({str(number): b"" for number in range(count)}, b"B x")

    assert webhook.post(body, headers=MULTIPART).status == status
