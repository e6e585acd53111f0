"""A development engine of its own for every test; its clock stands still until the test moves it."""

from collections.abc import Iterator

import pytest

from devkit.engine import server
from tests.engine.driver import Driver


@pytest.fixture
def engine() -> Iterator[Driver]:
    with server.start() as running:
        driver = Driver(running)
        driver.pass_time(0)
        yield driver
