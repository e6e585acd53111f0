"""Fetching what a webhook is verified with: from public addresses, and those that the operator opened."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from connector_sdk.errors import DeniedAddress, WebhookError
from connector_sdk.inbound.answers import RETRY_AFTER
from connector_sdk.settings import Settings
from connector_sdk.wire.fetch import fetch

_LOG = logging.getLogger(__name__)


def fetched(url: str) -> bytes:
    """The content at `url`. Raises WebhookError (503): it is no fault of the sender, who should try again."""
    try:
        return fetch(url, Settings.read().allow_addresses)
    except (OSError, DeniedAddress) as error:
        reason = str(error)
    except ValueError:
        reason = "the address is none"
    # Its path, its query and what the address may be instead can hold a secret.
    _LOG.error("what webhooks are verified with cannot be had from %s: %s", _host(url), reason)
    raise WebhookError(503, "What this webhook is verified with cannot be had now", RETRY_AFTER)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"
