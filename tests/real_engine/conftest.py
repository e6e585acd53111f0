"""One suite, two engines: the development engine always, a real Zeebe when REAL_ENGINE=1."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from devkit.engine import server
from devkit.testing.parts import DOWNLOAD_SECONDS
from devkit.testing.zeebe import READY_SECONDS, RunningZeebe, zeebe

FIRST_USE_SECONDS = 2 * DOWNLOAD_SECONDS + READY_SECONDS + 120


@dataclass(frozen=True, slots=True)
class AnyEngine:
    """What the tests need of an engine."""

    name: str
    address: str
    advance_clock: Callable[[int], None]


@pytest.fixture(scope="session")
def real_engines_run() -> None:
    """Skips a test where they do not."""
    if os.environ.get("REAL_ENGINE") != "1":
        pytest.skip("a real Zeebe runs only with REAL_ENGINE=1 (it downloads 450 MB the first time)")


@pytest.fixture(scope="session")
def real_engine(real_engines_run: None) -> Iterator[RunningZeebe]:
    with zeebe() as running:
        yield running


@pytest.fixture(scope="session")
def development_engine() -> Iterator[AnyEngine]:
    running = server.start()
    pinned = 0

    def advance(milliseconds: int) -> None:
        nonlocal pinned
        pinned = (pinned or SystemClock().time_ms()) + milliseconds
        EngineClient(running.address).set_clock(pinned)

    yield AnyEngine("development", running.address, advance)
    running.stop()


@pytest.fixture(params=["development", "real"])
def any_engine(request: pytest.FixtureRequest) -> AnyEngine:
    if request.param == "development":
        development: AnyEngine = request.getfixturevalue("development_engine")
        return development
    real: RunningZeebe = request.getfixturevalue("real_engine")
    return AnyEngine("real", real.address, real.advance_clock)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test that needs the real engine also pays for its download."""
    for item in items:
        if {"any_engine", "real_engine"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.timeout(FIRST_USE_SECONDS))
