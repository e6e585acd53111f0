"""GitHub's side: an `issues` event as GitHub sends it, signed with the secret that both sides know."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from connector_sdk.wire.connection import Connections

GUESS = "a-guess"
"""What somebody signs with who does not know the secret."""
SECRET = "a-secret-that-github-knows"  # noqa: S105 - known to the demo only


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request, ready to be sent."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def issue_opened(repository: str, number: int, title: str, *, delivery: str, secret: str = SECRET) -> Webhook:
    """The event that GitHub sends when somebody opens an issue; shortened to what the example reads.

    `delivery` is GitHub's id of this delivery, repeated when GitHub sends it again.
    """
    event = {
        "action": "opened",
        "issue": {
            "number": number,
            "title": title,
            "html_url": f"https://github.com/{repository}/issues/{number}",
        },
        "repository": {"full_name": repository},
        "sender": {"login": "octocat"},
    }
    body = json.dumps(event).encode()
    return Webhook(
        {
            "Content-Type": "application/json",
            "X-GitHub-Event": "issues",
            "X-GitHub-Delivery": delivery,
            "X-Hub-Signature-256": signature(body, secret),
        },
        body,
    )


def signature(body: bytes, secret: str) -> str:
    """GitHub's: HMAC-SHA256 of the raw body, as `sha256=<hex>`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(webhook: Webhook, url: str) -> Answer:
    """Post it. Raises OSError if nobody listens."""
    parts = urlsplit(url)
    connections = Connections(f"{parts.scheme}://{parts.netloc}")
    try:
        reply = connections.request("POST", parts.path, body=webhook.body, headers=dict(webhook.headers))
    finally:
        connections.close()
    return Answer(reply.status, reply.body)
