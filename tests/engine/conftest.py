"""A development engine of its own for every test; its clock stands still until the test moves it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from devkit.engine import server
from tests.engine.driver import Driver


@pytest.fixture(scope="session")
def stopping() -> Iterator[ThreadPoolExecutor]:
    """Servers stop while the next test runs: each takes a fifth of a second to see that it should."""
    with ThreadPoolExecutor(4) as executor:
        yield executor


@pytest.fixture
def engine(stopping: ThreadPoolExecutor) -> Iterator[Driver]:
    running = server.start()
    driver = Driver(running)
    driver.pass_time(0)
    yield driver
    stopping.submit(running.stop)
