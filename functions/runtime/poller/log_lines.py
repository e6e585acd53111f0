"""Log lines for people: one a record, whatever a job, a service or a sender has put into it."""

from __future__ import annotations

import logging
import re
from types import TracebackType

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_UNPRINTED = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
"""Line ends and other control characters; a tab is harmless."""


class LogLine(logging.Formatter):
    """Line ends and control characters are written as Python writes them (`\\n`), so that no text from outside can look
    like a line of the log. The lines of a traceback are kept, indented.
    """

    _second, _time = -1, ""
    """The last second that a line was written in, and its text up to the milliseconds."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """As ever, but worked out once a second; one thread at a time writes a line."""
        if int(record.created) != self._second:
            self._second, self._time = int(record.created), super().formatTime(record)[:-3]
        return f"{self._time}{int(record.msecs):03}"

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _escaped(super().formatMessage(record))

    def formatException(self, ei: ExceptionInfo) -> str:
        return "\n".join(f"  {_escaped(line)}" for line in super().formatException(ei).split("\n"))


def log_lines(form: str, level: int = logging.WARNING) -> None:
    """Write the log of this process to stderr, in this form of `logging`: no thread, process or place in code is in it.

    A poller writes a line for each job, so nobody looks for what the line does not say ("Optimization" in Python's
    Logging HOWTO).
    """
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    handler = logging.StreamHandler()
    handler.setFormatter(LogLine(form))
    logging.basicConfig(level=level, handlers=[handler])


def _escaped(text: str) -> str:
    return _UNPRINTED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
