"""A scheduled run counts from when it was due, not from when it began."""

from __future__ import annotations

from typing import Any

import pytest

from connector_sdk.inbound.schedule import begin_of

DUE_MS = 1_795_341_600_000
DUE = {"time": "2026-11-22T10:00:00Z"}


@pytest.mark.parametrize(("late_ms", "begin_ms"), [(0, DUE_MS), (59_999, DUE_MS), (60_000, DUE_MS + 60_000)])
def test_a_run_that_is_less_than_a_minute_late_begins_when_it_was_due(late_ms: int, begin_ms: int) -> None:
    assert begin_of(DUE, DUE_MS + late_ms) == begin_ms


@pytest.mark.parametrize("event", [{}, {"time": None}, {"time": "soon"}, {"time": "2026-11-22T10:00:00.001Z"}])
def test_an_event_of_somebody_else_begins_now(event: dict[str, Any]) -> None:
    assert begin_of(event, DUE_MS) == DUE_MS
