from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.poller.scripted_engine import ScriptedEngine


@pytest.fixture
def engine() -> Iterator[ScriptedEngine]:
    scripted = ScriptedEngine()
    yield scripted
    scripted.stop()
