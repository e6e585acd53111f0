"""Where webhooks behave as Camunda's connector runtime 8.8.7 was recorded, or as we and its successor do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from connector_sdk.compatibility import Compatibility, Rule, column

RULES: dict[str, Rule] = {
    "escapes_xml": Rule("a text body of a response expression is HTML-escaped even if it is XML", True, False),
    "one_match_only": Rule("several matching elements are refused even if they publish the same message", True, False),
    "response_shares": Rule("elements share a connector only if their response expressions are equal", True, False),
    "version_loses_place": Rule("a new version goes to the end of the queue for a path that others want", True, False),
    "container_forms": Rule("form fields of PUT and DELETE are in params only, with an empty body", True, False),
    "container_addresses": Rule(
        "an address with an encoded slash, or with characters that RFC 3986 has not, is refused with 400", True, False
    ),
    "negotiates": Rule(
        "an Accept header that excludes the answer's content type turns the answer into 500", True, False
    ),
    "ignores_synchronous_response": Rule("`synchronousResponse` is a property like any other", True, False),
    "latest_only": Rule("catch events of an older version lose their webhooks although instances wait", True, False),
}


@dataclass(frozen=True, slots=True)
class InboundRules:
    """One column of the table, and the rules that jobs have as well."""

    general: Compatibility
    escapes_xml: bool
    one_match_only: bool
    response_shares: bool
    version_loses_place: bool
    container_forms: bool
    container_addresses: bool
    negotiates: bool
    ignores_synchronous_response: bool
    latest_only: bool

    @classmethod
    @cache
    def of(cls, version: str) -> InboundRules:
        """The column for a value of `CONNECTORS_COMPATIBILITY`. Raises SettingsError for another version."""
        return cls(Compatibility.of(version), **column(RULES, version))
