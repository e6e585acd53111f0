"""The transport under httpx: kept-alive connections, whose dial judges every address before it connects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any, cast

import httpcore
import httpx

from connector_sdk.clock import SystemClock
from connector_sdk.http.connection import PORTS, Origin, Outgoing
from connector_sdk.http.content_coding import UnreadableContent, decoded
from connector_sdk.http.deadline import BoundedStream, Deadline, Until, bound
from connector_sdk.http.errors import ContentTooLarge
from connector_sdk.http.pool import Content, Pool
from connector_sdk.http.tls import ClientTls, ssl_context
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.dial import Resolver, checked_addresses, resolve

MAX_CERTIFICATES = 16
"""Client certificates whose connections are kept."""
CLIENT_TLS = "client_tls"
"""A request's extension: its ClientTls."""
DEADLINE = "deadline"
"""A request's extension: the Deadline of its exchange."""
MAX_CONTENT_BYTES = 50 * 1024 * 1024
"""The same as in Camunda's runtime."""


class LimitedResponse(httpx.Response):
    """A response that stops being read when its content, decompressed, becomes larger than `limit` bytes."""

    limit = MAX_CONTENT_BYTES

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The content in pieces. Raises ContentTooLarge, and httpx.DecodingError for an unreadable coding.

        The stream is read here: `iter_raw` would cut its pieces and name the request in errors, which it does itself.
        """
        if self.is_stream_consumed or self.is_closed:
            yield from super().iter_bytes(chunk_size)
            return
        self.is_stream_consumed = True
        pieces = cast(httpx.SyncByteStream, self.stream)
        size = 0
        try:
            for chunk in decoded(pieces, self.headers.get_list("content-encoding", split_commas=True)):
                size += len(chunk)
                if size > self.limit:
                    raise ContentTooLarge(self.limit, self.request)
                yield chunk
        except UnreadableContent as error:
            raise httpx.DecodingError(str(error), request=self.request) from error
        self.close()


class GuardedBackend(httpcore.SyncBackend):
    """Opens connections to checked addresses only, one after the other until one answers."""

    def __init__(self, allowed: Iterable[Network], resolver: Resolver) -> None:
        self._allowed = tuple(allowed)
        self._resolver = resolver

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = checked_addresses(host, port, self._allowed, self._resolver)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        dialling = None if timeout is None else Deadline.after(timeout, SystemClock())
        for address in addresses:
            try:
                seconds = None if dialling is None else dialling.bound(timeout, httpcore.ConnectTimeout)
                seconds = bound(seconds, httpcore.ConnectTimeout)
                return BoundedStream(super().connect_tcp(address, port, seconds, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class GuardedTransport(httpx.BaseTransport):
    """Sends requests over a pool of kept-alive connections; safe to use from several threads."""

    def __init__(
        self,
        allowed: Iterable[Network] = (),
        resolver: Resolver = resolve,
        max_content_bytes: int = MAX_CONTENT_BYTES,
    ) -> None:
        self._limit = max_content_bytes
        self._backend = GuardedBackend(allowed, resolver)
        self._pool = self._new_pool(None)
        self._lock = Lock()
        self._by_certificate: dict[ClientTls, Pool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, one answer. Raises httpx.TransportError, or DeniedAddress from the guard."""
        with _AsHttpx(request), Until(request.extensions.get(DEADLINE)):
            head, content = self._pool_of(request.extensions.get(CLIENT_TLS)).send(
                _origin(request.url),
                Outgoing(
                    request.method.encode("ascii"),
                    request.extensions.get("target", request.url.raw_path),
                    request.headers.raw,
                    request.read(),
                    request.extensions.get("timeout", {}),
                ),
            )
        response = LimitedResponse(
            head.status,
            headers=head.fields,
            stream=_Body(content, request),
            extensions={"reason_phrase": head.reason},
            request=request,
        )
        response.limit = self._limit
        return response

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
        return Pool(ssl_context(tls), self._backend)

    def close(self) -> None:
        with self._lock:
            pools = [self._pool, *self._by_certificate.values()]
        for pool in pools:
            pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Content, request: httpx.Request) -> None:
        self._stream = stream
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        pieces = iter(self._stream)
        while True:  # the deadline counts while this generator runs, not while its reader does
            with _AsHttpx(self._request), Until(self._request.extensions.get(DEADLINE)):
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def close(self) -> None:
        self._stream.close()


# The most specific first: httpcore's tree mirrors httpx's.
_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadTimeout, httpx.ReadTimeout),
    (httpcore.WriteTimeout, httpx.WriteTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)


def _origin(url: httpx.URL) -> Origin:
    scheme = url.raw_scheme
    if scheme not in PORTS:
        raise httpcore.UnsupportedProtocol("the URL does not begin with http:// or https://")
    return Origin(scheme, url.raw_host, url.port or PORTS[scheme])


class _AsHttpx:
    """A block whose errors of httpcore become those of httpx."""

    __slots__ = ("_request",)

    def __init__(self, request: httpx.Request) -> None:
        self._request = request

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if error is not None:
            for ours, theirs in _ERRORS:
                if isinstance(error, ours):
                    raise theirs(str(error), request=self._request) from error
