"""kill -9 at random moments under load: nothing that was answered is lost, nothing is done twice."""

import random
import signal
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from devkit.conformance.engine.bpmn import bpmn
from devkit.conformance.engine.http import Request, json_request, multipart, send
from devkit.testing.command_line import connectors
from tests.engine.kill_load import LONG_MS, Acknowledged, Connection, Load

PROCESSES = {
    "Kill": "{s: {is: start}, t: {is: service, type: kill}, e: {is: end}}",
    "KillByMessage": "{s: {is: start, message: {name: kill}}, t: {is: service, type: kill}, e: {is: end}}",
    "Cancelled": "{s: {is: start}, t: {is: service, type: nobody}, e: {is: end}}",
}
LONGEST_LIFE_SECONDS = 0.4
NOW_MS = 1_800_000_000_000


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.wide)])
def test_an_engine_that_is_killed_under_load_loses_nothing_that_it_answered(tmp_path: Path, kills: int) -> None:
    moments = random.Random(kills)  # noqa: S311 - when to kill, not what to keep secret
    acknowledged = Acknowledged()
    load = Load(acknowledged, 0)
    busy_lives = 0
    for life in range(kills):
        before = acknowledged.count
        with _engine(tmp_path, with_short_log=life % 2 == 1) as command:
            address = command.event("ready")["address"]
            if life == 0:
                _deploy(address)
            threads = load.run(address)
            threading.Event().wait(moments.uniform(0, LONGEST_LIFE_SECONDS))
            assert command.stop(signal.SIGKILL) == -signal.SIGKILL
            for thread in threads:
                thread.join(60)
        busy_lives += acknowledged.count > before
    with _engine(tmp_path) as command:
        _check(command.event("ready")["address"], load)
    assert busy_lives > kills // 2
    assert len(acknowledged.completed) > kills


def _engine(folder: Path, *, with_short_log: bool = False) -> Any:
    """An engine on the file; with a short log it is often killed while it empties that."""
    module = "tests.engine.engine_of_short_log" if with_short_log else "devkit.cli"
    return connectors("engine", "--port", "0", "--json", "--data", str(folder / "state"), module=module)


def _deploy(address: str) -> None:
    files = [
        {"part": "resources", "file": f"{name}.bpmn", "data": bpmn({"id": name, "nodes": yaml.safe_load(nodes)})}
        for name, nodes in PROCESSES.items()
    ]
    body, media_type = multipart(files)
    answer = send(f"{address}/v2", Request("POST", "/deployments", body, {"Content-Type": media_type}))
    assert answer.status == 200, answer
    assert send(f"{address}/v2", json_request("PUT", "/clock", {"timestamp": NOW_MS})).status == 204


def _check(address: str, load: Load) -> None:
    """All locks end, every job left is done; then each acknowledged command must be there, and once."""
    acknowledged = load.acknowledged
    assert acknowledged.offered_again == []
    assert send(f"{address}/v2", json_request("PUT", "/clock", {"timestamp": NOW_MS + LONG_MS - 1})).status == 204
    connection = Connection(address)
    _refuse_again(connection, acknowledged)
    assert send(f"{address}/v2", json_request("PUT", "/clock", {"timestamp": NOW_MS + 2 * LONG_MS})).status == 204
    while load.complete_some(connection, 100):
        pass
    numbers = Counter(_values(connection, "done").values())
    names = _values(connection, "name")
    assert _instances(connection, "Kill", "ACTIVE") == _instances(connection, "KillByMessage", "ACTIVE") == set()
    terminated = _instances(connection, "Cancelled", "TERMINATED")
    connection.close()
    wanted = [*acknowledged.created.values(), *acknowledged.published]
    assert [number for number in wanted if numbers[number] != 1] == []
    assert set(numbers.values()) == {1}
    assert {key: names.get(key) for key in acknowledged.named} == acknowledged.named
    assert set(acknowledged.cancelled) - terminated == set()
    assert acknowledged.offered_after == []
    assert set(acknowledged.completed.values()) == {1}
    assert acknowledged.unexpected == []


def _refuse_again(connection: Connection, acknowledged: Acknowledged) -> None:
    """What was completed cannot be completed again, what was published cannot be published again."""
    for key in acknowledged.completed:
        assert connection.post(f"/jobs/{key}/completion", {})[0] == 404
    for number in acknowledged.published:
        message = {"name": "kill", "messageId": str(number), "timeToLive": LONG_MS}
        assert connection.post("/messages/publication", message)[0] == 409


def _values(connection: Connection, name: str) -> dict[str, int]:
    """A variable's value at each process instance that has it, by the instance's key."""
    items = _all(connection, "/variables/search", {"name": name})
    return {item["processInstanceKey"]: int(item["value"]) for item in items}


def _instances(connection: Connection, process_id: str, state: str) -> set[str]:
    """The keys of a process' instances in a state."""
    items = _all(connection, "/process-instances/search", {"processDefinitionId": process_id, "state": state})
    return {item["processInstanceKey"] for item in items}


def _all(connection: Connection, path: str, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"limit": 10_000}
    while True:
        status, answer = connection.post(path, {"filter": wanted, "page": page})
        assert status == 200, answer
        found += answer["items"]
        if len(answer["items"]) < page["limit"]:
            return found
        page["after"] = answer["page"]["endCursor"]
