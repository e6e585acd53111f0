"""What goes wrong between the first dial and the last byte; `errors.from_fault` says it in Camunda's words."""

from __future__ import annotations


class Fault(Exception):
    """No answer, or not all of it."""


class TimedOut(Fault):
    """A wait lasted too long, or everything together."""


class NotConnected(Fault):
    """No connection came about, or no TLS on it."""


class BrokenOff(Fault):
    """The connection ended before the answer did, or what came is not HTTP."""


class NotTaken(Fault):
    """The service took only a part of the request."""


class NoHost(Fault):
    """The URL names no host that can be looked up."""


class Unsendable(Fault):
    """HTTP cannot say this request."""


class TooLarge(Fault):
    """The answer has more than `limit` bytes: it would fill the function's memory."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the answer is larger than {limit} bytes")
        self.limit = limit


class Unreadable(Fault):
    """The content is not what its coding says."""
