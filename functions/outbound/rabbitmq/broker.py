"""A connection to a broker: opened at an address that was checked, closed before the answer, no wait without an end."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pika
from pika.exceptions import (
    AMQPConnectionError,
    AMQPError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from connector_sdk.amqp_uri import Broker, broker_of
from connector_sdk.errors import ConnectorError
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import checked_addresses
from functions.outbound.rabbitmq.model import CredentialsAuthentication, RabbitMqRequest, UriAuthentication

DIAL_SECONDS = 10
"""For each address of the broker."""
HANDSHAKE_SECONDS = 20
"""For an address with TLS and the login."""
BLOCKED_SECONDS = 20
"""How long a broker that has no memory or disk left may hold a connection up."""
PUBLISH_SECONDS = 25
"""From the login until the broker has confirmed a message. Longer than BLOCKED_SECONDS, whose text says more."""
HEARTBEAT_SECONDS = 20
"""Between signs of life; a broker that gives none for two of them counts as gone."""

# It logs each failure of a connection with a stack trace; ours is one sentence in the job.
logging.getLogger("pika").setLevel(logging.CRITICAL)


class TooLong(Exception):
    """The broker is there, and says neither yes nor no."""


def asked_by(request: RabbitMqRequest) -> Broker:
    """The broker that a task names. Raises ConnectorInputError for a URI that cannot be read."""
    match request.authentication:
        case UriAuthentication(uri=uri):
            return broker_of(uri)
        case CredentialsAuthentication(user_name=user, password=password):
            routing = request.routing
            return Broker(routing.host_name or "", routing.port or 0, routing.virtual_host or "", user, password)


@contextmanager
def publishing(broker: Broker, allowed: Iterable[Network]) -> Iterator[Any]:
    """A channel on which the broker confirms what it took, in PUBLISH_SECONDS. Raises ConnectorError, DeniedAddress."""
    try:
        with connected(broker, allowed, "the message", PUBLISH_SECONDS) as channel:
            channel.confirm_delivery()
            yield channel
    except TooLong as error:
        late = f"{broker} confirmed no message within {PUBLISH_SECONDS} s; it may have taken it"
        raise ConnectorError(None, late) from error


@contextmanager
def connected(
    broker: Broker, allowed: Iterable[Network], asked_for: str, seconds: float | None = None
) -> Iterator[Any]:
    """A channel. Raises ConnectorError, DeniedAddress.

    `asked_for` is what a broker refuses that closes it. After `seconds` the connection ends with TooLong.
    """
    connection = _connect(broker, allowed)
    if seconds is not None:
        _limit(connection, seconds)
    try:
        yield connection.channel()
    except AMQPError as error:
        raise ConnectorError(None, f"{broker} refused {asked_for}: {_said(error)}") from error
    finally:
        if connection.is_open:
            with suppress(AMQPError, TooLong):  # all is done, however the broker says goodbye
                connection.close()


def _limit(connection: Any, seconds: float) -> None:
    """End a connection after that time. Only what is below pika's blocking calls has a clock that runs during them."""
    below = connection._impl
    below.ioloop.call_later(seconds, partial(below._terminate_stream, TooLong()))


def _connect(broker: Broker, allowed: Iterable[Network]) -> Any:
    try:
        addresses = checked_addresses(broker.host, broker.port, allowed)
        return pika.BlockingConnection([_parameters(broker, address) for address in addresses])
    except (ProbableAuthenticationError, ProbableAccessDeniedError) as error:
        unknown = isinstance(error, ProbableAuthenticationError)
        what = "the user or its password" if unknown else "the virtual host"
        raise ConnectorError(None, f"{broker} refused {what}: {_said(error)}", credentials_refused=unknown) from error
    except ssl.SSLError as error:
        raise ConnectorError(None, f"no TLS connection to {broker}: {error.reason or error}") from error
    except (AMQPConnectionError, OSError, UnicodeError) as error:
        raise ConnectorError(None, f"no connection to {broker}: {_said(error)}") from error


def _parameters(broker: Broker, address: str) -> pika.ConnectionParameters:
    tls = pika.SSLOptions(ssl.create_default_context(), broker.host) if broker.tls else None
    return pika.ConnectionParameters(
        address,
        broker.port,
        broker.virtual_host,
        pika.PlainCredentials(broker.user, broker.password),
        ssl_options=tls,
        socket_timeout=DIAL_SECONDS,
        stack_timeout=HANDSHAKE_SECONDS,
        blocked_connection_timeout=BLOCKED_SECONDS,
        heartbeat=HEARTBEAT_SECONDS,
    )


def _said(error: BaseException) -> str:
    """The innermost reason: pika wraps the socket's error two or three times."""
    while error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
    inner = getattr(error, "exception", None)
    if isinstance(inner, BaseException):
        return _said(inner)
    text = getattr(error, "reply_text", None) or getattr(error, "strerror", None) or str(error)
    return text or type(error).__name__
