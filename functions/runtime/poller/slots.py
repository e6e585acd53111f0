"""How many jobs of a type run at once, and when to ask the engine for more."""

from __future__ import annotations

from functions.runtime.poller.room import Room

SLOTS_PER_TYPE = 512
"""On one machine. A waiting thread costs about 0.1 MB; fewer slots let a few slow targets hold up all others."""
GROWTH = 8
"""After a refusal the slots grow again by this part of themselves."""
LINGER_SECONDS = 0.1
"""During a backlog, free slots wait at most this long for company, so that one slow job never starves a type."""
COURTESY_SECONDS = 0.01
"""After an answer with few jobs, the engine is asked again when one is done, at the latest after this long: a
request that finds none costs the engine as much as a command does, and would stand before that job's completion."""


class Slots:
    """The slots of one job type: `floor` of its own, the rest up to `capacity` borrowed from the room.

    The refill rule: while a slot is free, a request is open, and it asks for all free slots. After an answer with few
    jobs the next one begins when a job is done, or after `courtesy_seconds`; only when the last answer was full (a
    backlog) does it wait until half of the slots are free, or for `linger_seconds`: big batches cost the engine less
    than many small ones. A type borrows during a backlog, or when all of its own slots are taken; what an open request
    asks for is borrowed as well, since the engine may fill it at any moment.
    """

    def __init__(
        self,
        capacity: int = SLOTS_PER_TYPE,
        linger_seconds: float = LINGER_SECONDS,
        *,
        courtesy_seconds: float = COURTESY_SECONDS,
        floor: int | None = None,
        room: Room | None = None,
    ) -> None:
        """Without a `floor` all slots are the type's own."""
        self._capacity = capacity
        self._floor = capacity if floor is None else min(floor, capacity)
        self._limit = capacity
        self._room = room or Room()
        self._used = self._asked = self._borrowed = self._bytes = 0
        self._ran = 0
        self._crowd = 0
        self._linger_seconds = linger_seconds
        self._courtesy_seconds = courtesy_seconds
        self._few_came = False
        self._closed = self._paused = False
        self._changed = self._room.changed

    def ask(self, *, backlog: bool, together: int = 1) -> int:
        """Wait by the refill rule; returns how many jobs to ask for, 0 once closed.

        During a backlog so many jobs go `together`: what is left over of such groups is asked for with the next ones.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._few_came or self._closed, self._courtesy_seconds)
            self._changed.wait_for(lambda: self._grantable(backlog) > 0 or self._closed)
            if backlog:
                self._changed.wait_for(lambda: self._half_free or self._closed, self._linger_seconds)
                # Meanwhile a refusal may have left no slot free, or another type may have borrowed the last one.
                self._changed.wait_for(lambda: self._grantable(backlog) > 0 or self._closed)
            granted = 0 if self._closed else self._grantable(backlog)
            self._asked = granted - granted % together if backlog and granted > together else granted
            self._settle()
            return self._asked

    def take(self, count: int, size: int = 0) -> None:
        """The answer: so many jobs, with variables of `size` bytes. What was asked for beyond them is free again."""
        with self._changed:
            self._used += count
            self._few_came = 0 < count < self._asked
            self._asked = 0
            self._weigh(size)
            self._settle()

    def release(self, size: int = 0) -> None:
        """Free the slot of one job, whose variables were of `size` bytes."""
        with self._changed:
            awaited, self._few_came = self._few_came or self._room.is_full, False
            self._used -= 1
            self._crowd = max(0, self._crowd - 1)
            self._weigh(-size)
            self._settle()
            if self._free == 1 or self._half_free or self._used == 0 or awaited:
                self._changed.notify_all()

    def refused(self) -> None:
        """A job found no room to run in: half as many as run now are asked for from now on.

        One crowd counts once: as many jobs as ran then have to be back before the next refusal counts.
        """
        with self._changed:
            if self._crowd == 0:
                self._limit = max(1, self._used // 2)
                self._crowd = self._used
                self._ran = 0

    def ran(self, count: int = 1) -> None:
        """Jobs found room: when as many have as there are slots, there is an eighth more of them, up to all."""
        with self._changed:
            self._ran += count
            if self._limit < self._capacity and self._ran >= self._limit:
                self._limit = min(self._capacity, self._limit + max(1, self._limit // GROWTH))
                self._ran = 0
                self._changed.notify_all()

    def pause(self, paused: bool) -> bool:
        """Ask for nothing until told otherwise; a request that is open may still bring jobs. Whether that is new."""
        with self._changed:
            new = paused != self._paused
            if new:
                self._paused = paused
                self._changed.notify_all()
            return new

    def close(self) -> None:
        """Ask for nothing any more; what runs keeps its slot."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drained(self, timeout_seconds: float) -> int:
        """Wait until every slot is free; returns how many are not after `timeout_seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._used == 0, timeout_seconds)
            return self._used

    @property
    def used(self) -> int:
        """Jobs in flight."""
        return self._used

    @property
    def state(self) -> str:
        """`polling`, `paused` or `stopped`."""
        if self._closed:
            return "stopped"
        return "paused" if self._paused else "polling"

    def _grantable(self, backlog: bool) -> int:
        """How many jobs may be asked for now: what is free of its own, and what it may borrow."""
        if self._paused or not self._room.has_bytes(self._bytes):
            return 0
        own = self._floor - self._used
        if self._free <= own:
            return self._free
        if own > 0 and not backlog:
            return own
        # What the last request borrowed is still counted as lent here: it is this type's to ask for again.
        lendable = self._room.slots + self._borrowed - max(0, -own)
        return min(self._free, max(0, own) + max(0, lendable if backlog else min(lendable, self._floor)))

    def _settle(self) -> None:
        """Borrow what is used or asked for beyond the floor, and give back the rest."""
        needed = max(0, self._used + self._asked - self._floor)
        if needed < self._borrowed and self._room.slots <= 0:
            self._changed.notify_all()  # others may wait for slots to borrow
        self._room.slots -= needed - self._borrowed
        self._borrowed = needed

    def _weigh(self, size: int) -> None:
        self._bytes += size
        self._room.use(size)

    @property
    def _free(self) -> int:
        return self._limit - self._used

    @property
    def _half_free(self) -> bool:
        return self._free >= (self._limit + 1) // 2
