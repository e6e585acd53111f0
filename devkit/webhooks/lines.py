"""Webhooks as people need them: the address to paste, where to paste it, how senders are recognised, who waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector_sdk.inbound.signatures import SCHEMES_BY_HEADER
from connector_sdk.stores.routes import RoutedProcess

PAGES: Mapping[str, str] = {
    "github": "https://github.com/OWNER/REPOSITORY/settings/hooks",
    "gitlab": "https://gitlab.com/GROUP/PROJECT/-/hooks",
    "stripe": "https://dashboard.stripe.com/webhooks",
    "shopify": "https://admin.shopify.com/store/STORE/settings/notifications/webhooks",
    "slack": "https://api.slack.com/apps",
    "sns": "https://console.aws.amazon.com/sns/v3/home#/subscriptions",
    "twilio": "https://console.twilio.com",
}
"""Where a vendor is told the address."""
KINDS: Mapping[str, str] = {"io.camunda:slack-webhook:1": "slack", "io.camunda:aws-sns-webhook:1": "sns"}
HEADERS: Mapping[str, str] = {
    **SCHEMES_BY_HEADER,
    "x-hub-signature-256": "github",
    "x-shopify-hmac-sha256": "shopify",
    "x-twilio-signature": "twilio",
}


def lines(processes: Sequence[RoutedProcess], address: str) -> Iterator[str]:
    """A line for each element, `address` before its path. Where several processes want a path, the first one has it."""
    owners: dict[str, RoutedProcess] = {}
    for process in processes:
        if process.retired:
            yield f"{process.process_definition_id} is retired; `connectors webhooks sync` takes its webhooks again"
        for element in process.elements:
            properties = element["properties"]
            path = properties.get("inbound.context", "")
            owner = owners.setdefault(path, process)
            what = f"{process.process_definition_id} v{_version(process, element)}, {element['element_id']}"
            waits = f"; waits: {owner.process_definition_id} has this path" if owner.id != process.id else ""
            yield f"{address}{path}  {what}; {recognised(properties)}{waits}"


def _version(process: RoutedProcess, element: Mapping[str, Any]) -> str:
    version = element.get("version", process.version)
    return f"{version}" if version == process.version else f"{version} (its instances still wait)"


def recognised(properties: Mapping[str, str]) -> str:
    """How a webhook recognises its senders, and where they are told its address."""
    header = properties.get("inbound.hmacHeader", "")
    signed = properties.get("inbound.shouldValidateHmac", "").lower() == "enabled"
    vendor = (
        KINDS.get(properties.get("inbound.type", ""))
        or properties.get("inbound.signature.scheme")
        or (HEADERS.get(header.strip().lower()) if signed else None)
    )
    authorization = properties.get("inbound.auth.type", "NONE").upper()
    by = vendor or (f"HMAC in {header}" if signed else "")
    means = [one for one in (by, "" if authorization == "NONE" else authorization) if one]
    page = PAGES.get(vendor or "")
    told = f", set up at {page}" if page else ""
    return (f"verified by {' and '.join(means)}" if means else "anybody may call it") + told
