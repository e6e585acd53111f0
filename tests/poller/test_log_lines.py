"""What the poller's log says of a job, in one line that nobody from outside can break."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from logging.handlers import BufferingHandler

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.job import Job
from functions.runtime.poller.commands import Result
from functions.runtime.poller.finished import Finished, log_finished
from functions.runtime.poller.log_lines import LogLine

JOB = Job("1", "acme:1", process_instance_key="2", element_id="pay", element_instance_key="3")


def said(write: Callable[[logging.Logger], object]) -> str:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(LogLine("%(levelname)s %(message)s"))
    log = logging.Logger("here")
    log.addHandler(handler)
    write(log)
    return out.getvalue()


def ended(message: str = "", retries_left: int | None = None) -> str:
    failed = retries_left is not None
    done = Finished(JOB, "fn", "failed" if failed else "completed", message, Result.TAKEN, retries_left)
    return said(lambda log: log_finished(log, done))


def test_a_completed_job_is_one_line() -> None:
    assert ended() == "INFO job 1 of instance 2, element pay (3): acme:1, fn completed\n"


@pytest.mark.parametrize(
    ("retries", "words"), [(0, "no retries left: incident"), (1, "1 retry left"), (2, "2 retries left")]
)
def test_a_failure_is_a_warning_with_the_retries_that_are_left(retries: int, words: str) -> None:
    assert ended("no", retries) == f"WARNING job 1 of instance 2, element pay (3): acme:1, fn failed, {words}: no\n"


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (Result.GONE, "INFO {}, too late: the engine had ended the job or given it to another worker\n"),
        (Result.REFUSED, "WARNING {}, but the engine refused it\n"),
        (Result.LOST, "WARNING {}, but the engine was not told: it will hand the job out again\n"),
    ],
)
def test_what_the_engine_did_not_take_is_not_just_completed(result: Result, line: str) -> None:
    done = Finished(JOB, "fn", "completed", "", result)
    expected = line.format("job 1 of instance 2, element pay (3): acme:1, fn completed")
    assert said(lambda log: log_finished(log, done)) == expected


def test_a_job_cannot_forge_a_line() -> None:
    assert ended("x\n2026-11-22 INFO job 1 completed", 0).endswith(
        "fn failed, no retries left: incident: x\\n2026-11-22 INFO job 1 completed\n"
    )


def test_a_tab_and_letters_of_all_kinds_stay_as_they_are() -> None:
    assert said(lambda log: log.info("a\tü 漢 \x1b[31m\x85\u2028\\n")) == "INFO a\tü 漢 \\x1b[31m\\x85\\u2028\\n\n"


@given(st.text())
def test_whatever_is_said_is_one_line(text: str) -> None:
    assert len(said(lambda log: log.info("%s", text)).splitlines()) == 1


def test_a_traceback_has_lines_of_its_own_and_none_begins_like_one_of_the_log() -> None:
    def write(log: logging.Logger) -> None:
        try:
            raise ValueError("x\rINFO forged\nINFO forged too")
        except ValueError:
            log.exception("a fault")

    first, *others = said(write).splitlines()
    assert first == "ERROR a fault"
    assert others[0] == "  Traceback (most recent call last):"
    assert others[-2:] == ["  ValueError: x\\rINFO forged", "  INFO forged too"]


def test_a_line_has_its_own_time_also_in_the_same_second() -> None:
    ours, pythons = LogLine("%(asctime)s"), logging.Formatter("%(asctime)s")
    for seconds in (1.0, 1.25, 1.999, 2.0, 1.5):
        record = logging.makeLogRecord({"created": seconds, "msecs": seconds % 1 * 1000})
        assert ours.format(record) == pythons.format(record)


def test_the_parts_of_a_line_are_fields_where_they_are_asked_for() -> None:
    log, handler = logging.Logger("here"), BufferingHandler(3)
    log.addHandler(handler)
    done = Finished(JOB, "fn", "failed", "no", Result.TAKEN, 2)
    log_finished(log, done, "http://operate", structured=True)
    log_finished(log, done, "http://operate")
    first, second = (vars(record) for record in handler.buffer)
    assert {name: first[name] for name in first.keys() - second.keys()} == {
        "job": "1",
        "jobType": "acme:1",
        "instance": "2",
        "element": "pay",
        "elementInstance": "3",
        "function": "fn",
        "outcome": "failed",
        "result": "taken",
        "retriesLeft": 2,
        "operate": "http://operate/processes/2",
    }
