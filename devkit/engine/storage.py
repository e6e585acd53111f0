"""The engine's state in one SQLite file: a row for each record, a transaction for each external command.

What was answered survives the end of the process, also by kill -9; the write-ahead log is not flushed to the disk with
every transaction, so that a crash of the machine may lose the last of them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.engine.encoding import ENCODINGS
from devkit.engine.families import Family, NotedFamily
from devkit.engine.recovery import rebuild
from devkit.engine.state import State

FORMAT = 1
"""The version of the tables and of the records in them; a file of another version is refused."""
_RECORDS = "CREATE TABLE records (id INTEGER PRIMARY KEY, value TEXT NOT NULL)"
_NAMES = tuple(ENCODINGS)
MAX_FAMILIES = 16
"""A record's id is its key and its family's number in one integer: rows are then appended, not sorted in."""
RESERVED_KEYS = 1_000
"""How many keys are set aside at once; the next engine begins behind them."""
CHECKPOINT_PAGES = 10_000
"""After how many pages the write-ahead log is brought into the file: 40 MB."""
_ENGINE = "CREATE TABLE engine (name TEXT PRIMARY KEY, value TEXT NOT NULL)"


class StorageError(Exception):
    """The file cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """What is neither a record nor an index: internal commands still to run, and where the clock stands still."""

    queue: Sequence[tuple[str, tuple[Any, ...]]] = ()
    pinned_ms: int | None = None


class Storage:
    """One file, for one engine at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises StorageError."""
        self._path = path
        self._families: dict[str, NotedFamily[int, Any]] = {}
        self._unsaved: dict[str, set[int]] = {name: set() for name in ENCODINGS}
        self._kept: tuple[Any, ...] = ()
        self._reserved = 0
        try:
            self._database = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self._error(error) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._database.close()
            raise self._error(error) from error
        except StorageError:
            self._database.close()
            raise

    def _error(self, error: sqlite3.Error) -> StorageError:
        if "locked" in str(error):
            return StorageError(f"{self._path} is in use by another engine; stop it, or choose another file")
        return StorageError(f"{self._path} cannot be used to keep the engine's state: {error}; choose another file")

    def _prepare(self) -> None:
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
        ):
            self._database.execute(f"PRAGMA {pragma}").close()
        self._database.execute("BEGIN IMMEDIATE")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version != FORMAT and tables:
            raise StorageError(
                f"{self._path} is no state of this version of the development engine; choose another file"
            )
        if not tables:
            self._database.execute(_RECORDS)
            self._database.execute(_ENGINE)
            self._database.execute(f"PRAGMA user_version = {FORMAT}")
        self._database.execute("COMMIT")

    def _family(self, name: str) -> Family[Any, Any]:
        return self._families.setdefault(name, NotedFamily())

    def load(self) -> tuple[State, Leftover]:
        """The state as the last transaction left it. Raises StorageError."""
        state = State(self._family)
        try:
            for identity, value in self._database.execute("SELECT id, value FROM records"):
                key, number = divmod(identity, MAX_FAMILIES)
                name = _NAMES[number]
                dict.__setitem__(self._families[name], key, ENCODINGS[name][1](value))
            kept = {name: json.loads(value) for name, value in self._database.execute("SELECT name, value FROM engine")}
        except sqlite3.Error as error:
            raise self._error(error) from error
        state.last_key = kept.get("reserved keys", state.last_key)
        rebuild(state)
        queue = [(command, tuple(arguments)) for command, arguments in kept.get("queue", ())]
        return state, Leftover(queue, kept.get("pinned clock"))

    def ignore_touched(self) -> None:
        """What was handed out since the last transaction was only looked at."""
        for family in self._families.values():
            family.touched.clear()

    def save(self, state: State, left: Leftover) -> None:
        """Store what was touched, in one transaction. If that fails it stays to be stored with the next one.

        Raises sqlite3.Error.
        """
        for name, family in self._families.items():
            if family.touched:
                self._unsaved[name] |= family.touched
                family.touched.clear()
        if state.last_key > self._reserved:
            self._reserved = state.last_key + RESERVED_KEYS
        kept = (self._reserved, left.pinned_ms, left.queue)
        if kept == self._kept and not any(self._unsaved.values()):
            return
        self._database.execute("BEGIN")
        try:
            self._write_records()
            if kept != self._kept:
                self._write_kept(kept)
            self._database.execute("COMMIT")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._kept = kept
        for keys in self._unsaved.values():
            keys.clear()

    def _write_records(self) -> None:
        written: list[tuple[int, str]] = []
        gone: list[tuple[int]] = []
        for number, name in enumerate(_NAMES):
            family, encode = self._families[name], ENCODINGS[name][0]
            for key in self._unsaved[name]:
                record = family.peek(key)
                identity = key * MAX_FAMILIES + number
                if record is None:
                    gone.append((identity,))
                else:
                    written.append((identity, encode(record)))
        self._database.executemany("REPLACE INTO records VALUES (?, ?)", written)
        if gone:
            self._database.executemany("DELETE FROM records WHERE id = ?", gone)

    def _write_kept(self, kept: tuple[Any, ...]) -> None:
        names = ("reserved keys", "pinned clock", "queue")
        before = self._kept or (None,) * len(names)
        rows = [
            (name, json.dumps(value))
            for name, value, old in zip(names, kept, before, strict=True)
            if value != old or not self._kept
        ]
        self._database.executemany("REPLACE INTO engine VALUES (?, ?)", rows)

    def close(self) -> None:
        """Close the file; another engine may have it now."""
        self._database.close()
