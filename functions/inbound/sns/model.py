"""The properties of the SNS webhook templates."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.properties import Properties
from connector_sdk.template import Equals, Property
from functions.inbound.sns.certificates import Certificates

ALLOWED_FOR = ("any", "specific")
PROPERTIES = {
    "inbound.securitySubscriptionAllowedFor": Property(
        label="Take messages from",
        group="topics",
        description="Amazon SNS signs for every account: name the topics",
        choices={"specific": "The topics below", "any": "Any topic of any account"},
        default="specific",
    ),
    "inbound.topicsAllowList": Property(
        label="Topic ARNs",
        group="topics",
        description="With commas between them, or an expression that gives a list",
        example="arn:aws:sns:eu-central-1:123456789012:orders",
        feel="optional",
        required=True,
        when=Equals("inbound.securitySubscriptionAllowedFor", "specific"),
    ),
}


@dataclass(frozen=True, slots=True)
class Sns:
    """The topics that may send, None for every topic of every account. No choice is `specific`."""

    topics: frozenset[str] | None
    certificates: Certificates = field(default_factory=Certificates)

    @classmethod
    def read(cls, properties: Properties) -> Sns:
        """Raises ConnectorInputError if topics are to be named, and none is."""
        if properties.choice("securitySubscriptionAllowedFor", ALLOWED_FOR, "specific") == "any":
            return cls(None)
        topics = frozenset(one.strip() for one in properties.texts("topicsAllowList") or () if one.strip())
        if not topics:
            raise ConnectorInputError(
                "inbound.topicsAllowList is empty: name the ARNs of the topics that may send, or allow any"
            )
        return cls(topics)
