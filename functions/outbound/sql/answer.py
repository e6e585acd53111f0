"""Rows as a process can hold them: the JSON that Java's drivers and Jackson make of them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """What a statement gave: its rows if it gives any, and how many rows it touched."""

    labels: Sequence[str]
    rows: Sequence[Sequence[Any]]
    modified: int

    def answer(self, *, wanted: bool) -> dict[str, Any]:
        """`resultSet` if results are `wanted`, else `modifiedRows`. Raises LookupError if there are no results."""
        if not wanted:
            return {"modifiedRows": max(self.modified, 0)}
        if not self.labels:
            raise LookupError("the statement returns no results, but data.returnResults is on")
        return {"resultSet": [_row(self.labels, row) for row in self.rows]}


def _row(labels: Iterable[str], values: Iterable[Any]) -> dict[str, Any]:
    return {label: json_value(value) for label, value in zip(labels, values, strict=True)}


def json_value(value: Any) -> Any:
    """A column's value; what JSON has no word for is written as text."""
    return next((converted(value) for kinds, converted in KINDS if isinstance(value, kinds)), str(value))


def _same(value: Any) -> Any:
    return value


def _number(value: Decimal) -> Any:
    """Results reach a process as doubles, whatever the database counts with."""
    if not value.is_finite():
        return str(value)
    return int(value) if value == value.to_integral_value() else float(value)


def _float(value: float) -> Any:
    return value if isfinite(value) else str(value)


def _instant(value: datetime) -> str:
    """In UTC with milliseconds, as Jackson writes `java.sql.Timestamp`."""
    instant = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return instant.isoformat(timespec="milliseconds")


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): json_value(member) for name, member in value.items()}


def _list(values: Iterable[Any]) -> list[Any]:
    return [json_value(value) for value in values]


def _clock(value: timedelta) -> str:
    """A TIME of MySQL and MariaDB, which may be negative and longer than a day."""
    seconds = int(abs(value).total_seconds())
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


# The first row that fits counts: a datetime is a date as well.
KINDS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    ((type(None), bool, int, str), _same),
    (float, _float),
    (Decimal, _number),
    (datetime, _instant),
    ((date, time), lambda value: value.isoformat()),
    (timedelta, _clock),
    ((bytes, bytearray, memoryview), _base64),
    (Mapping, _object),
    ((list, tuple, set), _list),
)
