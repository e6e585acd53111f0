"""What a row of the table is, and the peers that go wrong in it.

    ROWS = (
        Row("missing", {"url": "https://x.test"}, "method: Validation failed", retries=0),
        Row("unreachable host", lambda peers: {"url": f"http://{peers.closed}"}, "no answer from", code="408"),
        Impossible("too large", "the service takes messages of any size"),
    )

Every connector has a row for every kind in KINDS, or says why it cannot happen to it; a kind may have several rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

KINDS = ("missing", "wrong type", "unreachable host", "refused credentials", "refused certificate", "too large")
GIVEN_RETRIES = 3
"""Of each job: 2 are left after a failure that may be tried again, 0 after one that nothing but a change can cure."""
SECRET = "s3cret-t0ken"
SECRET_REFERENCE = "{{secrets.TOKEN}}"
"""Stands for SECRET, which no error may show."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Addresses on this machine, as host:port."""

    closed: str
    """Nobody listens there."""
    untrusted: str
    """Speaks TLS with a certificate that nobody vouches for, whatever protocol is inside."""
    http: str
    """Answers /refused with 401, /large with more than a process may hold, and / and /api/ as AWS and Slack refuse."""
    server: Callable[[str], Any]
    """A real broker or database by its fixture, such as `rabbit`; it is started when a row first asks for it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One job that goes wrong."""

    kind: str
    variables: Mapping[str, Any] | Callable[[Peers], Mapping[str, Any]]
    says: str
    """Is in the incident's text."""
    code: str | None = None
    """`error.code` as error expressions see it."""
    retries: int = GIVEN_RETRIES - 1
    place: Callable[[Peers], str] | None = None
    """Where the service is, if no input says so: the module has its HOST, or makes the connector `at` an address."""


class Place(Enum):
    """Where a person is told of what is wrong with a subscription or a poll."""

    ACTIVATION = "the element is not activated: `connectors run` and `connectors subscriptions sync` say why"
    SOURCE = "its consumer is told to be without its source, which it tries again"
    POLL = "the poll fails, and is tried again"
    DELIVERY = "the delivery is refused"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """One element that subscribes or polls, and goes wrong."""

    kind: str
    properties: Mapping[str, str] | Callable[[Peers], Mapping[str, str]]
    says: str
    at: Place = Place.ACTIVATION
    event: Mapping[str, Any] | None = None
    """Of the event source mapping, for what goes wrong with a message."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """A kind that cannot happen to this connector, and why."""

    kind: str
    because: str
