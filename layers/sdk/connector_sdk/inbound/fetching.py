"""Fetching what a webhook is verified with: from public addresses, and those that the operator opened."""

from __future__ import annotations

import logging

from connector_sdk.errors import DeniedAddress, WebhookError
from connector_sdk.settings import Settings
from connector_sdk.wire.fetch import fetch

RETRY_AFTER = {"retry-after": "30"}
_LOG = logging.getLogger(__name__)


def fetched(url: str) -> bytes:
    """The content at `url`. Raises WebhookError (503): it is no fault of the sender, who should try again."""
    try:
        return fetch(url, Settings.read().allow_addresses)
    except (OSError, ValueError, DeniedAddress) as error:
        _LOG.error("%s, which webhooks are verified with, cannot be had: %s", url, error)
        raise WebhookError(503, "What this webhook is verified with cannot be had now", RETRY_AFTER) from error
