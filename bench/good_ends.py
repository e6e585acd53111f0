"""For each outbound connector an event that ends well, for `bench/cold_start.py`: one of events/, and a service here.

A real broker, database or mail store where this machine has one. Where only the answer counts (AWS, Slack, GraphQL,
SOAP), a server that says what the service would say. `good_inbound_ends` has the other functions'.
"""

from __future__ import annotations

import imaplib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer

from devkit.checkout import ROOT
from devkit.testing.certificate import self_signed
from devkit.testing.dovecot import RunningDovecot, dovecot
from devkit.testing.kafka import kafka
from devkit.testing.postgres import postgres
from devkit.testing.rabbitmq import PASSWORD, USER, rabbitmq

ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><placed/></e:Body></e:Envelope>'
PUBLISHED = "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
ANY = re.compile(".*")
AWS_KEYS = {"SECRET_AWS_ACCESS_KEY": "test", "SECRET_AWS_SECRET_KEY": "test"}


@dataclass(frozen=True, slots=True)
class GoodEnd:
    """An event that works, and what its function needs beside it."""

    event: Mapping[str, Any]
    """The invocation."""
    variables: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    """`module:NAME` → value, for a service whose address is no input; of a regular expression, its pattern."""


GoodEnds = Mapping[str, Callable[[], AbstractContextManager[GoodEnd]]]
"""By the function's name."""


def sample(name: str) -> dict[str, Any]:
    """An event of events/: `rabbitmq/publish`."""
    event: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text(encoding="utf-8"))
    return event


def of_job(name: str, changes: Mapping[str, Any], variables: Mapping[str, str] | None = None) -> GoodEnd:
    """A sample with other inputs (`authentication.uri`)."""
    event = sample(name)
    for path, value in changes.items():
        *outer, last = path.split(".")
        place = event["jobs"][0]["variables"]
        for one in outer:
            place = place.setdefault(one, {})
        place[last] = value
    return GoodEnd(event, variables or {})


@contextmanager
def _rabbitmq() -> Iterator[GoodEnd]:
    with rabbitmq() as running:
        uri = f"amqp://{USER}:{{{{secrets.RABBITMQ_PASSWORD}}}}@{running.host}:{running.port}/%2F"
        changes = {"authentication.uri": uri, "routing.exchange": "amq.topic"}
        yield of_job("rabbitmq/publish", changes, {"SECRET_RABBITMQ_PASSWORD": PASSWORD})


@contextmanager
def _kafka() -> Iterator[GoodEnd]:
    with kafka() as running:
        changes = {
            "topic.bootstrapServers": running.sasl_bootstrap,
            "authentication.username": running.user,
            "additionalProperties": {"security.protocol": "SASL_PLAINTEXT"},
        }
        yield of_job("kafka/send", changes, {"SECRET_KAFKA_PASSWORD": running.password})


@contextmanager
def _sql() -> Iterator[GoodEnd]:
    with postgres() as running:
        changes = {
            "connection.uri": f"jdbc:postgresql://{running.host}:{running.port}/{running.database}",
            "connection.uriProperties.user": running.user,
            "data.query": "SELECT :id AS id",
        }
        yield of_job("sql/select", changes, {"SECRET_DATABASE_PASSWORD": running.password})


@contextmanager
def mailbox(user: str) -> Iterator[tuple[RunningDovecot, imaplib.IMAP4]]:
    """A server with one mail in it, and a session on it: a function that finds none has not shown what it is for."""
    with dovecot(self_signed()) as running, imaplib.IMAP4("127.0.0.1", running.imap) as box:
        box.login(user, running.password)
        box.append("INBOX", "", "", b"Subject: order\r\nMessage-ID: <order-7@example.com>\r\n\r\nSeven\r\n")
        yield running, box


@contextmanager
def _email() -> Iterator[GoodEnd]:
    with mailbox("alice@example.com") as (running, _):
        server = {"imapHost": "127.0.0.1", "imapPort": running.imap, "imapCryptographicProtocol": "NONE"}
        yield of_job("email/nobody-there", {"authentication.password": running.password, "data.imapConfig": server})


def answered(content: str, end: Callable[[str], GoodEnd]) -> Callable[[], AbstractContextManager[GoodEnd]]:
    """A server that gives the same answer to everything; `end` gets its address."""

    @contextmanager
    def answering() -> Iterator[GoodEnd]:
        with HTTPServer() as server:
            server.expect_request(ANY).respond_with_data(content)
            yield end(server.url_for("").rstrip("/"))

    return answering


def _aws(name: str, answer: str) -> Callable[[], AbstractContextManager[GoodEnd]]:
    return answered(answer, lambda address: of_job(name, {"configuration.endpoint": address}, AWS_KEYS))


OUTBOUND: GoodEnds = {
    "email": _email,
    "eventbridge": _aws("eventbridge/put", '{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}'),
    "graphql": answered(
        '{"data": {"order": null}}', lambda address: of_job("graphql/nobody-there", {"graphql.url": address})
    ),
    "kafka": _kafka,
    "rabbitmq": _rabbitmq,
    "slack": answered(
        '{"ok": true, "ts": "1.5", "channel": "C1", "message": {"text": "x"}}',
        lambda address: GoodEnd(
            sample("slack/post-message"),
            {"SECRET_SLACK_TOKEN": "xoxb"},
            {"functions.outbound.slack.api:ADDRESS": f"{address}/api/"},
        ),
    ),
    "sns": _aws("sns/publish", PUBLISHED),
    "soap": answered(ENVELOPE, lambda address: of_job("soap/nobody-there", {"serviceUrl": address})),
    "sql": _sql,
    "sqs": _aws("sqs/send", '{"MessageId": "1"}'),
}
