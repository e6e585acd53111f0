"""Webhook events as their vendors send them: shortened samples, signed with a secret that both sides know."""

from devkit.events.sample import Sample, UnknownEvent
from devkit.events.sending import Reply, send
from devkit.events.vendors import VENDORS, sample

__all__ = ["VENDORS", "Reply", "Sample", "UnknownEvent", "sample", "send"]
