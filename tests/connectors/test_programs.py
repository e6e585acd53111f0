"""Servers that tests start on this machine."""

import sys
from pathlib import Path

import pytest

from devkit.testing.parts import PartMissing
from devkit.testing.program import NotReady, Program, started
from tests.connectors.conftest import or_skip

ENDS = [sys.executable, "-c", "print('no room'); raise SystemExit(3)"]
STAYS = [sys.executable, "-c", "import threading; print('here', flush=True); threading.Event().wait()"]


def never() -> bool:
    return False


@pytest.mark.parametrize(
    ("command", "said"),
    [(ENDS, "the server ended with status 3; its log ends with:\nno room"), (STAYS, "the server did not get ready;")],
)
def test_a_server_that_does_not_get_ready_fails_a_test_and_skips_none(
    command: list[str], said: str, tmp_path: Path
) -> None:
    program = Program("the server", command, tmp_path, never, ready_seconds=2.0)

    with pytest.raises(NotReady) as raised, or_skip(started(program)):
        pass
    assert str(raised.value).startswith(said)
    assert not isinstance(raised.value, PartMissing)
