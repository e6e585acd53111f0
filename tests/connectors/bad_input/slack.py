"""Slack, which has one address: the peers stand in for it."""

from typing import Any

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Row

HOST = "slack.com"


def task(method: str = "pins.add", **data: Any) -> dict[str, Any]:
    """A task that pins a message, or does something else."""
    return {"token": SECRET_REFERENCE, "method": method, "data": {"channel": "C1", "timestamp": "1.2", **data}}


ROWS = (
    Row("missing", {**task(), "token": ""}, "token: Validation failed. Original message: must not be", retries=0),
    Row("missing", task("reactions.add"), "data: Validation failed. Original message: emoji must not be", retries=0),
    Row("missing", task("chat.postMessage", text=" "), "Text or block content required to post a message", retries=0),
    Row("missing", task("conversations.invite", users="U1"), "channelId or channelName must not be blank", retries=0),
    Row("wrong type", task("chat.deleteMessage"), "method: Validation failed", retries=0),
    Row("wrong type", task("chat.postMessage", blockContent={"a": 1}), "Block section must be an array", retries=0),
    Row("wrong type", task("conversations.invite", users=7, channelId="C1"), "users must be a text or", retries=0),
    Row("unreachable host", task(), "no answer from POST", "408", place=lambda peers: f"http://{peers.closed}"),
    Row(
        "refused credentials",
        task(),
        "Failed to pin message: invalid_auth",
        "invalid_auth",
        place=lambda peers: f"http://{peers.http}",
    ),
    Row(
        "refused certificate",
        task(),
        "no TLS connection to POST slack.com",
        "SSL_HANDSHAKE_FAILED",
        place=lambda peers: f"https://{peers.untrusted}",
    ),
    Row(
        "too large",
        task("chat.postMessage", text="x" * 50_000, messageType="plainText"),
        "msg_too_long",
        "msg_too_long",
        place=lambda peers: f"http://{peers.http}",
    ),
)
