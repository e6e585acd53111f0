"""How many descriptors the process may have: a job that waits for an answer needs one."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import suppress

OTHERS = 128 + 512
"""For commands and polls of the engine, the log, libraries and what they keep open; and for connections to services
that are kept a moment for the next job."""


def allow_all() -> int:
    """Raise this process's limit, often 1,024, as far as it may; returns where it is then."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS has a limit of its own below an unlimited one
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def too_few(limit: int, slots: int) -> Iterator[str]:
    """A warning, if so many jobs at once may need more than the limit."""
    if limit != resource.RLIM_INFINITY and slots + OTHERS > limit:
        yield (
            f"{slots} jobs at once may need {slots + OTHERS} descriptors, and this process gets {limit}: "
            "when all of them wait, no job of any type begins; raise the limit (ulimit -H -n), or poll for fewer types"
        )
