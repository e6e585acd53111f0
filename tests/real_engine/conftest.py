"""A real Zeebe, once for all tests here; only when REAL_ENGINE=1."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from devkit.testing.zeebe import RunningZeebe, zeebe


@pytest.fixture(scope="session")
def real_engine() -> Iterator[RunningZeebe]:
    if os.environ.get("REAL_ENGINE") != "1":
        pytest.skip("a real Zeebe runs only with REAL_ENGINE=1 (it downloads 450 MB the first time)")
    with zeebe() as running:
        yield running
