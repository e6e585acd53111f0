"""The properties of the SQS subscription templates."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from connector_sdk.aws_endpoint import is_region
from connector_sdk.errors import ConnectorInputError
from connector_sdk.inbound.properties import Properties
from connector_sdk.template import Equals, Property

GROUPS = {"authentication": "Authentication", "queueProperties": "Queue"}
STATIC, OWN_ROLE = "credentials", "defaultCredentialsChain"
ALL = frozenset({"All", ".*"})
LONGEST_WAIT_SECONDS = 20
"""Of one look into a queue (SQS's own limit)."""
_KEYS = Equals("authentication.type", STATIC)

PROPERTIES = {
    "authentication.type": Property(
        label="Authentication",
        group="authentication",
        choices={OWN_ROLE: "The role of the connector's function", STATIC: "Credentials"},
        default=OWN_ROLE,
    ),
    "authentication.accessKey": Property(
        label="Access key", group="authentication", required=True, secret=True, when=_KEYS
    ),
    "authentication.secretKey": Property(
        label="Secret key", group="authentication", required=True, secret=True, when=_KEYS
    ),
    "configuration.region": Property(group="queueProperties", example="eu-central-1", required=True),
    "queue.url": Property(
        label="Queue URL",
        group="queueProperties",
        example="https://sqs.eu-central-1.amazonaws.com/123456789012/orders",
        required=True,
    ),
    "queue.attributeNames": Property(
        group="queueProperties",
        description="A list of names; empty: all",
        feel="optional",
        example='=["SentTimestamp"]',
    ),
    "queue.messageAttributeNames": Property(
        group="queueProperties", description="A list of names; empty: all", feel="optional", example='=["trace"]'
    ),
}


@dataclass(frozen=True, slots=True, repr=False)
class Queue:
    """A queue and who reads it."""

    url: str
    region: str
    endpoint: str
    keys: tuple[str, str] | None
    """Access key and secret key; None: the role of whoever runs this."""
    wait_seconds: int
    attributes: frozenset[str] | None
    """None: all."""
    message_attributes: frozenset[str] | None

    @classmethod
    def read(cls, properties: Properties) -> Queue:
        """Raises ConnectorInputError for what cannot work."""
        properties.refuse_configuration("awsCredential", "the authentication")
        url = properties.text("queue.url")
        if not urlsplit(url).netloc or len(_path(url)) < 2:
            raise ConnectorInputError(f"property queue.url is {url!r}, it should be the URL of a queue")
        region = region_of(url) or properties.text("configuration.region") or properties.text("queue.region")
        if not region:
            raise ConnectorInputError("property configuration.region is missing: it is the region of the queue")
        if not is_region(region):
            raise ConnectorInputError(f"{region!r} cannot be the queue's region: it should be such as eu-central-1")
        wait = properties.number("queue.pollingWaitTime")
        return cls(
            url=url,
            region=region,
            endpoint=properties.text("configuration.endpoint"),
            keys=_keys(properties),
            wait_seconds=max(0, min(LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS if wait is None else wait)),
            attributes=_names(properties, "queue.attributeNames"),
            message_attributes=_names(properties, "queue.messageAttributeNames"),
        )

    @property
    def source(self) -> str:
        """Region, account and name: what an ARN and a URL have in common."""
        account, name = _path(self.url)[-2:]
        return f"sqs:{self.region}:{account}:{name}"

    @property
    def arn(self) -> str:
        """As a mapping names it."""
        return "arn:" + ("aws-cn:" if self.region.startswith("cn-") else "aws:") + self.source


def source_of_arn(arn: str) -> str:
    """`arn:aws:sqs:eu-central-1:123456789012:orders` as `Queue.source` spells it."""
    return arn.split(":", 2)[2]


def region_of(url: str) -> str | None:
    """The region in a queue's URL, `sqs.REGION.amazonaws.com` or `REGION.queue.amazonaws.com`."""
    match (urlsplit(url).hostname or "").split("."):
        case ["sqs", region, "amazonaws", *_] | [region, "queue", "amazonaws", *_]:
            return region
    return None


def _path(url: str) -> list[str]:
    return [part for part in urlsplit(url).path.split("/") if part]


def _keys(properties: Properties) -> tuple[str, str] | None:
    """Without a type it is credentials, as in the oldest templates."""
    if properties.choice("authentication.type", (STATIC, OWN_ROLE), STATIC) == OWN_ROLE:
        return None
    return properties.required("authentication.accessKey"), properties.required("authentication.secretKey")


def _names(properties: Properties, name: str) -> frozenset[str] | None:
    names = frozenset(one for one in properties.texts(name) or () if one)
    return names if names and not names & ALL else None
