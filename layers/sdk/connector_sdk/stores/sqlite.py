"""Deliveries in a SQLite file: one machine, several processes. Write-ahead log, and on disk before `put` returns."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from connector_sdk.stores.deliveries import EXPIRING, KEEP_FINISHED_MS, Delivery, State

BUSY_TIMEOUT_S = 5.0
"""How long a writer waits for another process's transaction."""
MEMORY = ":memory:"
OWNER_ONLY = 0o600
"""Events may be confidential. SQLite gives the files beside it the same mode."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY, path TEXT NOT NULL, received_ms INTEGER NOT NULL, state TEXT NOT NULL,
    due_ms INTEGER, lease TEXT, attempts INTEGER NOT NULL, answer TEXT, error TEXT, expires_ms INTEGER
);
CREATE TABLE IF NOT EXISTS contents (id TEXT PRIMARY KEY, element TEXT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (id TEXT PRIMARY KEY, made TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS due ON deliveries (due_ms) WHERE due_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS expires ON deliveries (expires_ms) WHERE expires_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS received ON deliveries (received_ms);
"""
_SELECT = """SELECT id, path, received_ms, element, payload, state, due_ms, lease, attempts, answer, error, expires_ms,
made
FROM deliveries JOIN contents USING (id) LEFT JOIN documents USING (id) """
_EXPIRE = (
    "DELETE FROM contents WHERE id IN (SELECT id FROM deliveries WHERE expires_ms <= ?)",
    "DELETE FROM documents WHERE id IN (SELECT id FROM deliveries WHERE expires_ms <= ?)",
)
"""What goes before a delivery itself."""


class SqliteDeliveries:
    """A deliveries store in the file `path`, or in memory with `:memory:`; closed by `with`, or when let go.

    With `read_only` the file has to be there, and nothing is ever written to it.
    """

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self._lock = threading.Lock()
        if str(path) != MEMORY and not read_only:
            _create(Path(path))
        self._connection = sqlite3.connect(
            f"{Path(path).absolute().as_uri()}?mode=ro" if read_only else path,
            uri=read_only,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=64,
        )
        weakref.finalize(self, self._connection.close)
        if read_only:
            _complete(self._connection)
            return
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_SCHEMA)
        except sqlite3.Error:
            self._connection.close()
            raise

    def __enter__(self) -> SqliteDeliveries:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def put(self, delivery: Delivery) -> Delivery | None:
        with self._transaction() as connection:
            there = _one(connection, delivery.id)
            if there is None:
                connection.execute(
                    "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        delivery.id,
                        delivery.path,
                        delivery.received_ms,
                        delivery.state,
                        delivery.due_ms,
                        delivery.lease,
                        delivery.attempts,
                        _text(delivery.answer),
                        delivery.error,
                        delivery.expires_ms,
                    ),
                )
                connection.execute("INSERT INTO contents VALUES (?, ?, ?)", (delivery.id, *_contents(delivery)))
            return there

    def get(self, delivery_id: str) -> Delivery | None:
        with self._lock:
            return _one(self._connection, delivery_id)

    def reopen(self, delivery: Delivery, now_ms: int) -> bool:
        with self._transaction() as connection:
            taken = connection.execute(
                "UPDATE deliveries SET state = 'pending', due_ms = ?, lease = ?, error = NULL, expires_ms = ?"
                " WHERE id = ? AND state <> 'published' AND (lease IS NULL OR due_ms <= ? OR expires_ms <= ?)",
                (delivery.due_ms, delivery.lease, delivery.expires_ms, delivery.id, now_ms, now_ms),
            ).rowcount
            if taken:
                connection.execute(
                    "UPDATE contents SET element = ?, payload = ? WHERE id = ?", (*_contents(delivery), delivery.id)
                )
            return bool(taken)

    def lease_due(self, now_ms: int, until_ms: int, lease: str, limit: int) -> Sequence[Delivery]:
        with self._transaction() as connection:
            rows = connection.execute(
                _SELECT + "WHERE due_ms IS NOT NULL AND due_ms <= ? ORDER BY received_ms, id LIMIT ?", (now_ms, limit)
            ).fetchall()
            due = [_delivery(row) for row in rows]
            connection.executemany(
                "UPDATE deliveries SET due_ms = ?, lease = ? WHERE id = ?", [(until_ms, lease, one.id) for one in due]
            )
            return [_leased(one, until_ms, lease) for one in due]

    def oldest_due(self, now_ms: int) -> int | None:
        with self._lock:
            (found,) = self._connection.execute(
                "SELECT min(received_ms) FROM deliveries WHERE due_ms IS NOT NULL AND due_ms <= ?", (now_ms,)
            ).fetchone()
        return None if found is None else int(found)

    def finish(
        self,
        delivery: Delivery,
        state: State,
        now_ms: int,
        *,
        answer: Mapping[str, Any] | None,
        error: str | None = None,
    ) -> bool:
        expires_ms = now_ms + KEEP_FINISHED_MS if state in EXPIRING else None
        return self._write(
            "UPDATE deliveries SET state = ?, due_ms = NULL, lease = NULL, attempts = attempts + 1, answer = ?,"
            " error = ?, expires_ms = ? WHERE id = ? AND lease = ?",
            (state, _text(answer), error and _utf8(error), expires_ms, delivery.id, delivery.lease),
        )

    def postpone(
        self, delivery: Delivery, due_ms: int, *, error: str, documents: Mapping[str, Any] | None = None
    ) -> bool:
        with self._transaction() as connection:
            written = connection.execute(
                "UPDATE deliveries SET due_ms = ?, lease = NULL, attempts = attempts + 1, error = ?"
                " WHERE id = ? AND lease = ?",
                (due_ms, _utf8(error), delivery.id, delivery.lease),
            ).rowcount
            if written and documents:
                connection.execute(
                    "INSERT OR REPLACE INTO documents VALUES (?, ?)", (delivery.id, json.dumps(documents))
                )
            return bool(written)

    def replay(self, delivery_id: str, now_ms: int) -> bool:
        return self._write(
            "UPDATE deliveries SET state = 'pending', due_ms = ?, lease = NULL, expires_ms = NULL"
            " WHERE id = ? AND (lease IS NULL OR due_ms <= ? OR expires_ms <= ?)",
            (now_ms, delivery_id, now_ms, now_ms),
        )

    def newest(self, *, state: State | None = None, limit: int = 100) -> Sequence[Delivery]:
        condition, values = ("WHERE state = ? ", [state]) if state else ("", [])
        with self._lock:
            rows = self._connection.execute(
                _SELECT + condition + "ORDER BY received_ms DESC, id DESC LIMIT ?", [*values, limit]
            )
            return [_delivery(row) for row in rows.fetchall()]

    def expire(self, now_ms: int) -> int:
        with self._transaction() as connection:
            for statement in _EXPIRE:
                connection.execute(statement, (now_ms,))
            return connection.execute("DELETE FROM deliveries WHERE expires_ms <= ?", (now_ms,)).rowcount

    def _write(self, statement: str, values: tuple[Any, ...]) -> bool:
        with self._transaction() as connection:
            return bool(connection.execute(statement, values).rowcount)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _complete(connection: sqlite3.Connection) -> None:
    """Give a file of before documents were kept an empty table of them, outside of the file."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'documents'").fetchone():
        connection.execute("CREATE TEMP TABLE documents (id TEXT PRIMARY KEY, made TEXT NOT NULL)")


def _create(file: Path) -> None:
    """Only its owner may read a new file; one that is there keeps the mode that somebody gave it."""
    with suppress(OSError):  # SQLite says it better
        file.touch(OWNER_ONLY, exist_ok=False)


def _one(connection: sqlite3.Connection, delivery_id: str) -> Delivery | None:
    row = connection.execute(_SELECT + "WHERE id = ?", (delivery_id,)).fetchone()
    return None if row is None else _delivery(row)


def _delivery(row: tuple[Any, ...]) -> Delivery:
    identity, path, received, element, payload, state, due, lease, attempts, answer, error, expires, made = row
    return Delivery(
        id=identity,
        path=path,
        received_ms=received,
        element=json.loads(element),
        payload=json.loads(payload),
        state=State(state),
        due_ms=due,
        lease=lease,
        attempts=attempts,
        answer=None if answer is None else json.loads(answer),
        error=error,
        expires_ms=expires,
        documents={} if made is None else json.loads(made),
    )


def _leased(delivery: Delivery, until_ms: int, lease: str) -> Delivery:
    return replace(delivery, due_ms=until_ms, lease=lease)


def _contents(delivery: Delivery) -> tuple[str, str]:
    return json.dumps(delivery.element), json.dumps(delivery.payload)


def _text(answer: Mapping[str, Any] | None) -> str | None:
    return None if answer is None else json.dumps(answer)


def _utf8(error: str) -> str:
    """Half a surrogate pair out of a sender's JSON must not keep an error from being written down."""
    return error.encode(errors="replace").decode()
