"""Each limit at its edge: what just fits is taken, and there is an answer for one more."""

import pytest

from connector_sdk.inbound.limits import MAX_HEADERS, MAX_JSON_DEPTH
from tests.inbound.host import Webhook, element

EVERYTHING = {
    "resultVariable": "all",
    "resultExpression": "={body: request.body}",
    "inbound.responseExpression": "={body: request.body}",
}


@pytest.mark.parametrize(("size", "status"), [(4_400_000, 200), (4_400_001, 413)])
def test_a_body_has_so_many_bytes_at_most(webhook: Webhook, size: int, status: int) -> None:
    webhook.deploy(element({}))

    assert webhook.post(b'"' + b"x" * (size - 2) + b'"').status == status


@pytest.mark.parametrize(("count", "status"), [(MAX_HEADERS, 200), (MAX_HEADERS + 1, 431)])
def test_a_request_has_so_many_headers_at_most(webhook: Webhook, count: int, status: int) -> None:
    webhook.deploy(element({}))
    others = {f"x-{number}": "" for number in range(count - 1)}  # beside the content type

    assert webhook.post({}, headers=others).status == status


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
@pytest.mark.parametrize(("depth", "status"), [(MAX_JSON_DEPTH, 200), (MAX_JSON_DEPTH + 2, 400)])
def test_json_is_nested_so_deep_at_most_and_what_is_taken_gets_through(
    webhook: Webhook, opening: bytes, closing: bytes, depth: int, status: int
) -> None:
    webhook.deploy(element(EVERYTHING))
    times = depth // (opening.count(b"[") + opening.count(b"{"))

    answer = webhook.post(opening * times + b"1" + closing * times)

    assert answer.status == status
    assert len(webhook.told) == (1 if status == 200 else 0)


def test_width_is_not_depth(webhook: Webhook) -> None:
    webhook.deploy(element({}))

    assert webhook.post([[[]] for _ in range(MAX_JSON_DEPTH)]).status == 200
