"""The function as a process: what it imports, and what is left when it is killed."""

import signal
import subprocess
import sys
from pathlib import Path

from connector_sdk.clock import ControlledClock
from connector_sdk.stores import State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.conformance.recorded_engine import RecordedEngine
from functions.runtime.redelivery import Redelivery
from tests.inbound.host import NOW

ROOT = Path(__file__).parents[2]
TOO_HEAVY = ("pydantic", "sqlite3", "asyncio", "boto3", "aws_lambda_powertools", "xml.etree")

KILLED_WHILE_PUBLISHING = """
import os, signal, sys
from pathlib import Path
from connector_sdk.stores.sqlite import SqliteDeliveries
from tests.inbound.host import Webhook, catch_event

webhook = Webhook(SqliteDeliveries(Path(sys.argv[1])))
webhook.deploy(catch_event({}))
webhook.engine.before = lambda: os.kill(os.getpid(), signal.SIGKILL)
webhook.post({"id": "o-1"}, headers={"x-github-delivery": "d-1"})
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the programs stand in this file
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_function_imports_nothing_that_a_cold_start_would_feel() -> None:
    found = run(
        f"import sys, functions.inbound.webhook.app; print([name for name in {TOO_HEAVY!r} if name in sys.modules])"
    )

    assert found.stdout == "[]\n", found.stderr


def test_a_function_killed_between_record_and_publish_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "deliveries.db"
    assert run(KILLED_WHILE_PUBLISHING, str(file)).returncode == -signal.SIGKILL

    class Engine(RecordedEngine):
        def topology(self) -> dict[str, object]:
            return {}

    engine = Engine([])
    with SqliteDeliveries(file) as store:
        assert [one.state for one in store.newest()] == [State.PENDING]
        Redelivery(store, engine, clock=ControlledClock(NOW + 60_000)).round()
        assert [one.state for one in store.newest()] == [State.PUBLISHED]
    assert [command["body"]["messageId"] for command in engine.commands] == ["orders:d-1"]
