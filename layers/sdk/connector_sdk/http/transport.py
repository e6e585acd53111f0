"""Requests over kept-alive connections, whose dial judges every address before it connects."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from threading import Lock
from typing import Protocol

from connector_sdk.http.deadline import Deadline
from connector_sdk.http.dialling import Dialler
from connector_sdk.http.incoming import Incoming
from connector_sdk.http.pool import Pool
from connector_sdk.http.request import Request, outgoing
from connector_sdk.http.tls import ClientTls, ssl_context
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import Resolver, resolve

MAX_CERTIFICATES = 16
"""Client certificates whose connections are kept."""
MAX_CONTENT_BYTES = 50 * 1024 * 1024
"""The same as in Camunda's runtime."""


class Transport(Protocol):
    """What requests are sent over."""

    def send(self, request: Request, deadline: Deadline) -> Incoming:
        """One request, one answer. Raises Fault, DeniedAddress."""
        ...

    def close(self) -> None:
        """Close the kept connections."""
        ...


class GuardedTransport:
    """Sends requests over a pool of kept-alive connections; safe to use from several threads."""

    def __init__(
        self,
        allowed: Iterable[Network] = (),
        resolver: Resolver = resolve,
        max_content_bytes: int = MAX_CONTENT_BYTES,
    ) -> None:
        self._limit = max_content_bytes
        self._dialler = Dialler(allowed, resolver)
        self._pool = self._new_pool(None)
        self._lock = Lock()
        self._by_certificate: dict[ClientTls, Pool] = {}

    def send(self, request: Request, deadline: Deadline) -> Incoming:
        """See Transport; ConnectorInputError for certificates that cannot be used."""
        sent = outgoing(request)
        pool = self._pool_of(request.tls)
        connection = pool.connection(sent.origin, request.connect_seconds, deadline, repeatable=request.is_repeatable)
        answer = connection.send(sent, request.read_seconds, deadline)
        url = f"{sent.origin.scheme}://{sent.origin.authority}{sent.target.decode()}"
        return Incoming(url, answer, self._limit, partial(pool.give_back, sent.origin, connection))

    def _pool_of(self, tls: ClientTls | None) -> Pool:
        """Connections are shared among requests with the same certificates only. Raises ConnectorInputError."""
        if tls is None:
            return self._pool
        with self._lock:
            if tls not in self._by_certificate:
                if len(self._by_certificate) >= MAX_CERTIFICATES:
                    self._by_certificate.clear()  # requests under way keep theirs
                self._by_certificate[tls] = self._new_pool(tls)
            return self._by_certificate[tls]

    def _new_pool(self, tls: ClientTls | None) -> Pool:
        return Pool(self._dialler, ssl_context(tls))

    def close(self) -> None:
        with self._lock:
            pools = [self._pool, *self._by_certificate.values()]
        for pool in pools:
            pool.close()
