"""Webhooks as people need them: the address to paste, where to paste it, how senders are recognised, who waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector_sdk.compatibility import NEWEST
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.sharing import groups
from connector_sdk.inbound.signatures.schemes import SCHEMES_BY_HEADER
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

NOT_SHARED = (
    "; not served: its deduplicationMode is neither AUTO nor MANUAL, MANUAL has no deduplicationId, or another element "
    "with this id has other properties"
)


def lines(processes: Sequence[RoutedProcess], address: str, compatibility: str = NEWEST) -> Iterator[str]:
    """A line for each element, `address` before its path. Of several webhooks with one path the first one has it."""
    owners: dict[str, tuple[RoutedProcess, InboundElement]] = {}
    for process in processes:
        if process.retired:
            yield f"{process.process_definition_id} is retired; `connectors webhooks sync` takes its webhooks again"
        elements = [one for one in map(InboundElement.from_json, process.elements) if _path(one)]
        shared = list(groups(elements, InboundRules.of(compatibility)))
        for group in shared:
            owner = owners.setdefault(_path(group[0]), (process, group[0]))
            for element in group:
                yield _line(process, element, address) + _waits(owner, process, group)
        for element in elements:
            if not any(element in group for group in shared):
                yield _line(process, element, address) + NOT_SHARED


def _line(process: RoutedProcess, element: InboundElement, address: str) -> str:
    version = f"v{element.version}" + ("" if element.version == process.version else " (its instances still wait)")
    what = f"{process.process_definition_id} {version}, {element.element_id}"
    return f"{address}{_path(element)}  {what}; {recognised(element.properties)}"


def _waits(owner: tuple[RoutedProcess, InboundElement], process: RoutedProcess, group: Sequence[InboundElement]) -> str:
    """What is said of a webhook whose path another one has."""
    of_process, first = owner
    if of_process.id != process.id:
        return f"; waits: {of_process.process_definition_id} has this path"
    return "" if first == group[0] else f"; waits: {first.element_id} v{first.version} has this path"


def _path(element: InboundElement) -> str:
    return element.properties.get("inbound.context", "")


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
