"""What no model says of a broker, checked before any of it stands in a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connector_sdk.errors import SdkError

_ARN = r"arn:aws(?:-[a-z]+)*:{}:[a-z0-9-]+:[0-9]{{12}}:{}"
_SECRET = re.compile(_ARN.format("secretsmanager", r"secret:[A-Za-z0-9/_+=.@-]+"))


class NoMapping(SdkError):
    """A subscription has no event source mapping, or needs what its model does not say."""


@dataclass(frozen=True, slots=True)
class BrokerKind:
    """A service whose brokers have ARNs."""

    name: str
    arn: re.Pattern[str]
    example: str


AMAZON_MQ = BrokerKind(
    "a broker of Amazon MQ",
    re.compile(_ARN.format("mq", r"broker:[A-Za-z0-9_-]+:b-[0-9a-f-]+")),
    "arn:aws:mq:REGION:ACCOUNT:broker:NAME:b-…",
)
AMAZON_MSK = BrokerKind(
    "a cluster of Amazon MSK",
    re.compile(_ARN.format("kafka", r"cluster/[A-Za-z0-9-]+/[0-9a-z-]+")),
    "arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/…",
)


@dataclass(frozen=True, slots=True)
class Access:
    """A broker's ARN, if it is one of Amazon's, and that of the secret with its login. Raises NoMapping.

    What is refused is not repeated: it may be a password.
    """

    broker: str = ""
    secret: str = ""

    def __post_init__(self) -> None:
        if self.secret and not _SECRET.fullmatch(self.secret):
            raise NoMapping(
                "--broker-secret is not the ARN of a secret of AWS Secrets Manager, such as "
                "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME: put username and password into one, and name it"
            )

    def require(self, kind: BrokerKind) -> None:
        """Raise NoMapping if the broker is of another kind."""
        if not kind.arn.fullmatch(self.broker):
            raise NoMapping(f"--broker is not the ARN of {kind.name}, such as {kind.example}")
