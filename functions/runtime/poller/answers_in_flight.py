"""Memory for the answers of functions, from before they are read until the engine has heard what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from connector_sdk.allowance import Allowance
from functions.runtime.poller.leases import Lease

ANSWER_BYTES_IN_FLIGHT = 32 * 1024 * 1024
"""Of all answers at once, as JSON. Lambda's largest is 6 MB; 512 of a million bytes would be more than a poller has."""


class Answers:
    """Shared by all job types of a poller. An answer waits until there is room for it; one alone always has room."""

    def __init__(self, limit: int = ANSWER_BYTES_IN_FLIGHT) -> None:
        self.allowance = Allowance(limit)

    def keep(self, leases: Sequence[Lease], size: int) -> None:
        """Wait for room for the one answer to these jobs, and keep it until each of them is forgotten."""
        share = -(-size // len(leases))
        self.allowance.take(share * len(leases))
        for lease in leases:
            lease.answer = share

    def forget(self, lease: Lease) -> None:
        """The engine has heard of the job, or the answer was of no use."""
        if lease.answer:
            self.allowance.give_back(lease.answer)
            lease.answer = 0
