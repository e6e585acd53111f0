"""What the poller's bench makes of its rounds."""

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
