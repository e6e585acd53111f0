"""A development engine for the tests of this folder."""

from collections.abc import Iterator

import pytest

from devkit.engine import server


@pytest.fixture
def engine() -> Iterator[server.RunningEngine]:
    with server.start() as running:
        yield running
