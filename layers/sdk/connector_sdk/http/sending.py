"""Sending one request, and repeating it where that is safe.

A request that a service refused for the moment (429, 503), or whose connection broke before any answer, is sent once
more, but never a POST or a PATCH: those may have been done already. Camunda's runtime repeats them as well; no
template can tell, and an order is not placed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from threading import Event

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.http.contents import SMALL_BYTES
from connector_sdk.http.deadline import Deadline, longest
from connector_sdk.http.errors import ABORTED, Unreachable, from_fault
from connector_sdk.http.faults import BrokenOff, Fault
from connector_sdk.http.incoming import Incoming
from connector_sdk.http.request import Request
from connector_sdk.http.response import Response
from connector_sdk.http.transport import GuardedTransport, Transport
from connector_sdk.settings import Settings

REPEATED_STATUSES = (429, 503)
REPEAT_AFTER_SECONDS = 1.0
LONGEST_REPEAT_AFTER_SECONDS = 10.0
"""A function lives for a minute, and the job's own retries wait without one."""


def pause(seconds: float) -> None:
    """Wait; the only place where a connector's request does."""
    Event().wait(seconds)


class Sender:
    """Sends requests over a guarded transport."""

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock | None = None,
        pause: Callable[[float], None] = pause,
    ) -> None:
        self._transport = transport
        self._clock = clock or SystemClock()
        self._pause = pause

    @classmethod
    def from_settings(cls, settings: Settings, *, pause: Callable[[float], None] = pause) -> Sender:
        return cls(GuardedTransport(settings.allow_addresses), pause=pause)

    def close(self) -> None:
        """Close the transport's connections."""
        self._transport.close()

    def deadline(self, connect_seconds: float, read_seconds: float) -> Deadline:
        """Of an exchange with these time-outs that begins now."""
        return Deadline.after(longest(connect_seconds, read_seconds), self._clock)

    def send(self, request: Request) -> Response:
        """Send a request, once more if that is safe, and read the whole answer."""
        deadline = request.deadline or self.deadline(request.connect_seconds, request.read_seconds)
        try:
            incoming = self._once(request, deadline)
        except Unreachable as error:
            if not request.is_repeatable or not isinstance(error.__cause__, BrokenOff):
                raise
            self._pause(REPEAT_AFTER_SECONDS)
            return self._read(self._once(request, deadline), request)
        if not request.is_repeatable or incoming.status not in REPEATED_STATUSES:
            return self._read(incoming, request)
        incoming.close()
        wait = self._wait_for(incoming)
        if wait > LONGEST_REPEAT_AFTER_SECONDS:
            raise Unreachable("408", ABORTED, f"{request.where} asks to be tried again in {wait:.0f} seconds")
        self._pause(wait)
        return self._read(self._once(request, deadline), request)

    def _once(self, request: Request, deadline: Deadline) -> Incoming:
        try:
            return self._transport.send(request, deadline)
        except Fault as fault:
            raise from_fault(fault, request.where) from fault

    def _read(self, incoming: Incoming, request: Request) -> Response:
        try:
            content = incoming.read()
        except Fault as fault:
            raise from_fault(fault, request.where) from fault
        finally:
            incoming.close()
        if request.held is not None and len(content) > SMALL_BYTES:
            request.held.hold(len(content))
        return Response(request.method, incoming.url, incoming.status, incoming.reason, incoming.headers, content)

    def _wait_for(self, incoming: Incoming) -> float:
        """Seconds from Retry-After (RFC 9110, section 10.2.3): a number, a date, or a second without either."""
        text = incoming.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text)
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return REPEAT_AFTER_SECONDS
        return max(until.timestamp() - self._clock.time_ms() / 1000, 0.0)
