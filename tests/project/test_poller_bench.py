"""What the poller's bench makes of its rounds."""

import pytest

from bench.poller.profile import PARTS, parts
from bench.poller.run import Measured
from bench.poller.targets import figures


def test_rounds_are_compared_with_themselves_also_if_one_was_skipped() -> None:
    measured: Measured = {
        "ours": {"ceiling": {0: {"jobs/s": 100.0}, 1: {"jobs/s": 300.0}, 2: {"jobs/s": 50.0}}},
        "java-100": {"ceiling": {1: {"jobs/s": 100.0}, 2: {"jobs/s": 10.0}}},
    }
    (figure,) = figures(measured)
    assert figure.name == "near-free engine, over 100 threads"
    assert figure.value == 4.0


TRACE = """\
activation 0.5 1.25 0
activation 0.5 1.5 1
function 1.75 2.75 1
command 3.25 3.5 1
activation 9.5 11.0 1
function 11.5 12.5 1
command 13.5 14.5 1
command 20.5 20.75 1
"""


def test_the_time_of_an_instance_is_that_of_its_parts() -> None:
    seconds = parts([(1.0, 4.0), (10.0, 15.0)], TRACE)
    assert tuple(seconds) == PARTS
    assert list(seconds.values()) == [[0.5, 1.0], [0.25, 0.5], [1.0, 1.0], [0.5, 1.0], [0.75, 1.5]]


def test_an_instance_of_which_a_call_was_not_seen_or_one_too_many_counts_for_nothing() -> None:
    seconds = parts([(1.0, 4.0), (20.0, 21.0), (1.0, 15.0)], TRACE)
    assert {len(one) for one in seconds.values()} == {1}


def test_a_trace_without_any_whole_instance_is_said_to_lack_calls() -> None:
    with pytest.raises(RuntimeError, match="no instance was seen from its creation to its end: the trace lacks calls"):
        parts([(20.0, 21.0)], TRACE)
