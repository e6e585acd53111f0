"""Every recorded scenario on the engine that it was recorded on: a real Zeebe 8.6.0 (`make real`, about two minutes).

Where this fails the recording or the runner is wrong, and `test_scenarios.py` measures the development engine by it.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from devkit.conformance.engine.runner import run_one
from devkit.conformance.engine.sink import Sink
from devkit.conformance.engine.target import Target, clock_of, probe_of
from devkit.testing.parts import DOWNLOAD_SECONDS
from devkit.testing.zeebe import READY_SECONDS, zeebe
from tests.engine.test_scenarios import GOLD, SCENARIOS

pytestmark = pytest.mark.timeout(2 * DOWNLOAD_SECONDS + READY_SECONDS)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """Its clock is the actuator's; what happens inside is seen by what it exports, for 8.6 has no search."""
    with Sink() as sink:
        threading.Thread(target=sink.serve_forever, name="sink").start()
        with zeebe(exporter=sink.address, largest_form="4MB") as running:  # its own limit
            base = f"{running.address}/v2"
            clock, probe = clock_of(f"actuator:{running.management}", base), probe_of(f"sink:{sink.address}", base)
            yield Target(base, clock, probe, quirks=True)
        sink.shutdown()


@pytest.mark.parametrize("spec", SCENARIOS, ids=lambda spec: spec["id"])
def test_the_real_engine_answers_a_scenario_as_recorded(spec: dict[str, Any], target: Target) -> None:
    """Twice, if need be: on a busy machine its timers and its exporter lag behind what a scenario waits for."""
    number = SCENARIOS.index(spec)
    outcome = run_one(spec, target, f"-r-{number}", GOLD)
    if outcome.fault is not None:
        outcome = run_one(spec, target, f"-again-{number}", GOLD)
    assert outcome.lacking == ()
    assert outcome.fault is None, outcome.fault
