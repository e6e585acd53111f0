"""The consumer of each kind of subscription."""

from __future__ import annotations

from collections.abc import Mapping

from devkit.connector_runtime.sources import sqs
from devkit.connector_runtime.sources.reader import Reader
from functions.inbound.sqs_subscription import app as sqs_subscription

READERS: Mapping[str, Reader] = {sqs_subscription.handler.type: sqs.read}
