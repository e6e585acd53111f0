"""The engine's state in one SQLite file: a log with a row for each external command, and a row for each record.

A command is stored by one row that is added to the log: every record that it changed, as it is now. When many records
have gathered there, each of them is written to its own row, once, and the log is emptied. An engine that starts reads
the rows of the records, then the log.

What was answered survives the end of the process, also by kill -9; the write-ahead log is not flushed to the disk with
every transaction, so that a crash of the machine may lose the last of them.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.engine.encoding import ENCODINGS, write
from devkit.engine.families import Family, NotedFamily
from devkit.engine.recovery import rebuild
from devkit.engine.state import State

_LOG = logging.getLogger(__name__)

FORMAT = 3
"""The version of the tables and of the records in them; a file of another version is refused."""
_TABLES = (
    "CREATE TABLE log (id INTEGER PRIMARY KEY, changes TEXT NOT NULL)",
    "CREATE TABLE records (id INTEGER PRIMARY KEY, value TEXT NOT NULL)",
)
MAX_FAMILIES = 16
"""A record's id is its key and its family's number in one integer: rows are then appended, not sorted in."""
_LEFTOVER = 0
"""The id of what belongs to no family."""
_GONE = "null"
"""What the log says of a record that is no more."""
RESERVED_KEYS = 1_000
"""How many keys are set aside at once; the next engine begins behind them."""
LOG_CHARACTERS = 8 * 1024 * 1024
"""How much gathers in the log: about 10,000 commands."""
CHECKPOINT_PAGES = 10_000
"""After how many pages the write-ahead log is brought into the file: 40 MB."""
CACHE_KILOBYTES = 32 * 1024
"""How much of the file SQLite keeps in memory."""
_PRAGMAS = (
    "locking_mode = EXCLUSIVE",
    "journal_mode = WAL",
    "synchronous = NORMAL",
    f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"cache_size = -{CACHE_KILOBYTES}",
)


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
        self._families: dict[str, NotedFamily[int, Any]] = {name: NotedFamily() for name in ENCODINGS}
        self._by_number = [(self._families[name], *encoding) for name, encoding in ENCODINGS.items()]
        self._logged: dict[int, str] = {}
        """What the log says, by id."""
        self._log_characters = 0
        self._log_room = LOG_CHARACTERS
        self._has_unsaved = False
        """Storing the last command has failed: what it touched is still to be stored."""
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

    def _error(self, error: Exception) -> StorageError:
        if isinstance(error, sqlite3.Error):
            if "locked" in str(error):
                return StorageError(f"{self._path} is in use by another engine; stop it, or choose another file")
            reason = str(error)
        else:
            reason = f"it cannot be read back ({type(error).__name__}: {error})"
        return StorageError(f"{self._path} cannot be used to keep the engine's state: {reason}; choose another file")

    def _prepare(self) -> None:
        for pragma in _PRAGMAS:
            self._database.execute(f"PRAGMA {pragma}").close()
        self._database.execute("BEGIN IMMEDIATE")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        (tables,) = self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version != FORMAT and tables:
            raise StorageError(
                f"{self._path} is no state of this version of the development engine; choose another file"
            )
        if not tables:
            for table in _TABLES:
                self._database.execute(table)
            self._database.execute(f"PRAGMA user_version = {FORMAT}")
        self._database.execute("COMMIT")

    def _family(self, name: str) -> Family[Any, Any]:
        return self._families[name]

    def load(self) -> tuple[State, Leftover]:
        """The state as the last command left it. Raises StorageError, and the file is closed then."""
        try:
            return self._load()
        except Exception as error:  # what a damaged record leads to has many names
            self.close()
            raise self._error(error) from error

    def _load(self) -> tuple[State, Leftover]:
        state = State(self._family)
        stored = {identity: json.loads(text) for identity, text in self._read("id, value FROM records")}
        logged: dict[int, Any] = {}
        for (changes,) in self._read("changes FROM log ORDER BY id"):
            logged.update(json.loads(changes))
            self._log_characters += len(changes)
        self._logged = {identity: write(value) for identity, value in logged.items()}
        stored.update(logged)
        reserved, pinned_ms, queue = stored.pop(_LEFTOVER, (state.last_key, None, ()))
        for identity, value in stored.items():
            if value is not None:
                key, number = divmod(identity, MAX_FAMILIES)
                family, _, decode = self._by_number[number]
                dict.__setitem__(family, key, decode(value))
        state.last_key = reserved
        rebuild(state)
        return state, Leftover([(command, tuple(arguments)) for command, arguments in queue], pinned_ms)

    def _read(self, what: str) -> sqlite3.Cursor:
        return self._database.execute(f"SELECT {what}")

    def ignore_touched(self) -> None:
        """What was handed out since the last command was only looked at."""
        if not self._has_unsaved:
            self._forget_touched()

    def _forget_touched(self) -> None:
        for family in self._families.values():
            family.touched.clear()

    def save(self, state: State, left: Leftover) -> None:
        """Store what a command has touched. If that fails it stays to be stored with the next one.

        Raises sqlite3.Error.
        """
        if state.last_key > self._reserved:
            self._reserved = state.last_key + RESERVED_KEYS
        kept = (self._reserved, left.pinned_ms, left.queue)
        self._has_unsaved = True
        changes = self._changes()
        if kept != self._kept:
            changes[_LEFTOVER] = write(kept)
        if changes:
            self._log(changes)
        self._has_unsaved = False
        self._forget_touched()
        self._kept = kept
        if self._log_characters > self._log_room:
            self._empty_log()

    def _log(self, changes: dict[int, str]) -> None:
        row = f"[{','.join([f'[{identity},{text}]' for identity, text in changes.items()])}]"
        self._database.execute("INSERT INTO log (changes) VALUES (?)", (row,))
        self._logged.update(changes)
        self._log_characters += len(row)

    def _changes(self) -> dict[int, str]:
        """Every record that was touched, by id, as text."""
        changes: dict[int, str] = {}
        for number, (family, encode, _) in enumerate(self._by_number):
            for key in family.touched:
                record = family.peek(key)
                changes[key * MAX_FAMILIES + number] = _GONE if record is None else write(encode(record))
        return changes

    def _empty_log(self) -> None:
        """Give each record in the log a row of its own. If that fails they stay there until as much again has come."""
        logged = self._logged
        identities = sorted(logged)
        # one at a time: thousands of tuples at once would set off the garbage collector
        rows = ((identity, logged[identity]) for identity in identities if logged[identity] != _GONE)
        gone = ((identity,) for identity in identities if logged[identity] == _GONE)
        try:
            with self._database:
                self._database.execute("BEGIN")
                self._database.executemany("REPLACE INTO records VALUES (?, ?)", rows)
                self._database.executemany("DELETE FROM records WHERE id = ?", gone)
                self._database.execute("DELETE FROM log")
        except sqlite3.Error as error:
            _LOG.warning("%s grows: its log could not be emptied (%s); nothing is lost", self._path, error)
            self._log_room = self._log_characters + LOG_CHARACTERS
            return
        self._logged.clear()
        self._log_characters, self._log_room = 0, LOG_CHARACTERS

    def close(self) -> None:
        """Close the file; another engine may have it now."""
        self._database.close()
