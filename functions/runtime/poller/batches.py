"""Which jobs share an invocation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from functions.runtime.poller.job_timeout import HEADER
from functions.runtime.poller.leases import Lease

BATCH_SIZE = 10
"""Jobs of one invocation during a backlog, of a connector whose calls may be repeated."""
MAX_BATCH_BYTES = 5 * 1024 * 1024
"""Of the jobs of one invocation; Lambda takes 6 MB."""


def batches(leases: Iterable[Lease], most: int) -> Iterator[Sequence[Lease]]:
    """Share jobs out, in their order: up to `most` together, and no more than MAX_BATCH_BYTES unless it is one alone.

    A job with a lock of its own length (the header `jobTimeout`) goes alone.
    """
    batch: list[Lease] = []
    size = 0
    for lease in leases:
        if HEADER in lease.job.custom_headers:
            yield [lease]
            continue
        if batch and (len(batch) >= most or size + lease.size > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(lease)
        size += lease.size
    if batch:
        yield batch
