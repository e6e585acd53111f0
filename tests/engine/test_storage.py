"""The engine's state in a file: the next engine goes on where the last one stopped."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from devkit.conformance.engine.http import Request, send
from devkit.conformance.engine.runner import load, run_one
from devkit.conformance.engine.target import Target, clock_of, probe_of
from devkit.engine import encoding, records, server
from devkit.engine.encoding import ENCODINGS, write
from devkit.engine.rest.bodies import MAX_NESTING
from devkit.engine.state import State
from devkit.engine.storage import FORMAT, Storage
from devkit.testing.command_line import connectors
from tests.engine.driver import Driver

RECORDED = Path(__file__).parents[1] / "recorded" / "engine"
SAMPLE = 20
"""One in how many of the recorded scenarios the ordinary run takes."""
SERVICE = "{s: {is: start}, t: {is: service, type: work}, e: {is: end}}"

Restart = Callable[[], Driver]


@pytest.fixture
def restart(tmp_path: Path) -> Iterator[Restart]:
    """Stops the engine, if one runs, and starts one on the same file."""
    running: list[server.RunningEngine] = []

    def start() -> Driver:
        if running:
            running.pop().stop()
        running.append(server.start(data=tmp_path / "state"))
        return Driver(running[0])

    yield start
    running.pop().stop()


def test_a_job_is_offered_by_the_next_engine(restart: Restart) -> None:
    engine = restart()
    engine.deploy("P", SERVICE)
    instance = engine.create("P", order=[1, {"of": "Zoë"}])
    engine = restart()
    assert engine.job("work")["variables"] == {"order": [1, {"of": "Zoë"}]}
    assert engine.state(instance) == "ACTIVE"


def test_a_lock_a_back_off_and_a_timer_end_in_the_next_engine(restart: Restart) -> None:
    engine = restart()
    engine.pass_time(0)
    engine.deploy("P", SERVICE, W="{s: {is: start}, w: {is: catch, timer: {duration: PT1M}}, e: {is: end}}")
    engine.create("P")
    engine.create("P")
    waiting = engine.create("W")
    locked, failed = engine.jobs("work")
    engine.post(f"/jobs/{failed['jobKey']}/failure", {"retries": 2, "retryBackOff": 60_000}, 204)
    now_ms = engine.now_ms
    engine = restart()
    engine.now_ms = now_ms
    assert engine.jobs("work") == []
    assert engine.state(waiting) == "ACTIVE"
    engine.pass_time(60_000)
    assert [job["jobKey"] for job in engine.jobs("work")] == [locked["jobKey"], failed["jobKey"]]
    assert engine.state(waiting) == "COMPLETED"


def test_messages_stay_buffered_and_their_ids_stay_taken(restart: Restart) -> None:
    engine = restart()
    message = {"name": "m", "correlationKey": "7", "messageId": "a", "timeToLive": 3_600_000, "variables": {"x": 1}}
    engine.post("/messages/publication", message)
    engine = restart()
    engine.post("/messages/publication", message, 409)
    engine.deploy("P", "{s: {is: start}, c: {is: catch, message: {name: m, key: =k}}, e: {is: end}}")
    assert engine.result("P", k="7") == {"k": "7", "x": 1}


def test_start_events_and_their_locks_hold_in_the_next_engine(restart: Restart) -> None:
    engine = restart()
    engine.deploy("P", "{s: {is: start, message: {name: m}}, t: {is: service, type: work}, e: {is: end}}")
    engine.publish("m", "k")
    engine = restart()
    engine.publish("m", "k")
    engine.publish("m", "other")
    assert len(engine.jobs("work")) == 2


def test_what_is_nested_as_deep_as_may_be_is_read_by_a_new_process(tmp_path: Path) -> None:
    deepest = "[" * (MAX_NESTING - 2) + "]" * (MAX_NESTING - 2)
    for _ in range(2):
        with connectors("engine", "--port", "0", "--json", "--data", str(tmp_path / "state")) as command:
            base = f"{command.event('ready')['address']}/v2"
            body = f'{{"name":"m","timeToLive":60000,"variables":{{"v":{deepest}}}}}'.encode()
            headers = {"Content-Type": "application/json"}
            assert send(base, Request("POST", "/messages/publication", body, headers)).status == 200


def test_versions_and_keys_go_on(restart: Restart) -> None:
    engine = restart()
    first = engine.deploy("P", SERVICE)
    engine.post(f"/resources/{first['processDefinitionKey']}/deletion", status=204)
    engine.publish("nobody waits")
    engine = restart()
    second = engine.deploy("P", SERVICE)
    assert second["processDefinitionVersion"] == 2
    assert int(second["processDefinitionKey"]) > int(first["processDefinitionKey"])


def test_a_process_that_never_waits_goes_on_in_the_next_engine(
    restart: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devkit.engine.core.MAX_STEPS", 50)
    engine = restart()
    engine.deploy("P", "{s: {is: start}, m: {is: xor, to: x}, x: {is: xor, to: {m: =true, e: default}}, e: {is: end}}")
    instance = engine.create("P")
    engine = restart()

    def entered() -> int:
        found = engine.post("/element-instances/search", {"filter": {"processInstanceKey": instance}})
        total: int = found["page"]["totalItems"]
        return total

    before = entered()
    assert any(entered() > before for _ in range(100))
    engine.post(f"/process-instances/{instance}/cancellation", {}, 204)


def test_a_log_that_was_emptied_and_one_that_was_not_are_the_same_state(
    restart: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devkit.engine.storage.LOG_CHARACTERS", 4_000)
    monkeypatch.setattr("devkit.engine.state.KEPT_INSTANCES", 5)
    engine = restart()
    engine.deploy("P", SERVICE)
    for round_ in range(3):
        for number in range(10):
            engine.create("P", number=number, padding=str(round_) * 100)
        done, waiting = engine.jobs("work")[:8], 2 * (round_ + 1)
        for job in done:
            engine.post(f"/jobs/{job['jobKey']}/completion", {"variables": {"done": True}}, 204)
        engine = restart()
        found = engine.post("/process-instances/search", {"filter": {"state": "ACTIVE"}})
        assert found["page"]["totalItems"] == waiting
        found = engine.post("/process-instances/search", {"filter": {"state": "COMPLETED"}})
        assert found["page"]["totalItems"] == 5


def test_what_could_not_be_stored_is_stored_with_the_next_command(
    restart: Restart, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = restart()
    engine.deploy("P", SERVICE)

    def full(storage: Storage, changes: dict[int, str]) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Storage, "_log", full)
        engine.post("/process-instances", {"processDefinitionId": "P", "variables": {"lost": "never"}}, 500)
        found = engine.post("/process-instances/search", {"filter": {"state": "ACTIVE"}}, 500)
        assert found["detail"] == ("the development engine has a fault: OperationalError: database or disk is full")
    engine.create("P", number=2)
    engine = restart()
    assert [job["variables"] for job in engine.jobs("work")] == [{"lost": "never"}, {"number": 2}]


def test_a_log_that_cannot_be_emptied_is_told_and_tried_again_when_as_much_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("devkit.engine.storage.LOG_CHARACTERS", 4_000)
    data = tmp_path / "state"
    with server.start(data=data) as running:
        Driver(running).deploy("P", SERVICE)
    with sqlite3.connect(data) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON records BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    database.close()
    with server.start(data=data) as running:
        engine = Driver(running)
        for number in range(10):
            engine.create("P", number=number, padding="x" * 500)
    told = [record.getMessage() for record in caplog.records]
    assert told == [f"{data} grows: its log could not be emptied (disk is full); nothing is lost"] * 2
    with server.start(data=data) as running:
        assert len(Driver(running).jobs("work")) == 10


def test_two_engines_cannot_have_one_file(tmp_path: Path) -> None:
    data = tmp_path / "state"
    with server.start(data=data), pytest.raises(server.EngineNotStarted) as raised:
        server.start(data=data)
    assert str(raised.value) == f"{data} is in use by another engine; stop it, or choose another file"


def test_a_file_of_another_program_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "other"
    database = sqlite3.connect(data)
    database.execute("CREATE TABLE theirs (x)")
    database.close()
    with pytest.raises(server.EngineNotStarted) as raised:
        server.start(data=data)
    assert str(raised.value) == f"{data} is no state of this version of the development engine; choose another file"


def test_a_file_that_is_no_database_is_one_clear_sentence(tmp_path: Path) -> None:
    data = tmp_path / "text"
    data.write_text("no database at all, but long enough to be looked at as one, " * 20)
    with pytest.raises(server.EngineNotStarted, match=r"cannot be used to keep the engine's state: .*choose another"):
        server.start(data=data)


@pytest.mark.parametrize("damage", ["not json", "[1,2]", "{}"])
def test_a_damaged_record_is_one_clear_sentence_and_leaves_nothing_open(tmp_path: Path, damage: str) -> None:
    data = tmp_path / "state"
    with server.start(data=data) as running:
        Driver(running).deploy("P", SERVICE)
    with sqlite3.connect(data) as database:
        database.execute("INSERT INTO records VALUES (17, ?)", (damage,))
    database.close()
    for _ in range(2):
        with pytest.raises(server.EngineNotStarted, match=r"it cannot be read back \(.*\); choose another file"):
            server.start(data=data)


def test_a_record_of_other_fields_is_another_format() -> None:
    """Whoever changes what is written raises FORMAT, and writes the new number and sum here."""
    written = [
        list(ENCODINGS),
        encoding._DEFINITION,
        {
            name: [field.name for field in fields(kind)]
            for name, kind in sorted(vars(records).items())
            if isinstance(kind, type) and is_dataclass(kind)
        },
    ]
    assert (FORMAT, crc32(write(written).encode())) == (3, 2371326124)


@pytest.mark.parametrize("every", [SAMPLE, pytest.param(1, marks=pytest.mark.wide)])
def test_what_is_stored_is_what_is_remembered_after_the_recorded_scenarios(tmp_path: Path, every: int) -> None:
    scenarios = [
        spec
        for spec in load([RECORDED / "scenarios", RECORDED / "more"])
        if crc32(spec["id"].encode()) % every == 0
        and not any(need.startswith("quirk") for need in spec.get("needs", ()))
    ]
    with server.start(data=tmp_path / "state") as running:
        base = f"{running.address}/v2"
        target = Target(base, clock_of("v2", base), probe_of("v2", base), settle=0, patience=2)
        faults = [run_one(spec, target, f"-f-{number}", {}).fault for number, spec in enumerate(scenarios)]
        with running.engine.reading() as core:
            remembered = _contents(core.state)
    assert faults == [None] * len(scenarios)
    storage = Storage(tmp_path / "state")
    stored, _ = storage.load()
    storage.close()
    for family, contents in _contents(stored).items():
        assert contents == remembered[family], family


def _contents(state: State) -> dict[str, object]:
    """Every family, record by record, and the indexes over them."""
    families: dict[str, Mapping[Any, Any]] = {
        "definitions": state.definitions,
        "elements": state.elements,
        "variables": {key: own for key, own in state.variables.items() if own},
        "jobs": state.jobs,
        "incidents": state.incidents,
        "user_tasks": state.user_tasks,
        "messages": state.messages.by_key,
        "message_subscriptions": state.message_subscriptions.by_key,
        "signal_subscriptions": state.signal_subscriptions.by_key,
        "message_starts": state.message_starts.by_key,
        "signal_starts": state.signal_starts.by_key,
        "start_locks": state.start_locks.by_instance,
        "timers": state.timers,
        "documents": state.documents,
    }
    assert list(families) == list(ENCODINGS)
    contents: dict[str, object] = {
        name: {key: write(ENCODINGS[name][0](record)) for key, record in family.items()}
        for name, family in families.items()
    }
    indexes = {
        "versions": {name: keys for name, keys in state.versions.items() if keys},
        "last version": state.last_version,
        "of instance": state.of_instance,
        "incidents of": state.incidents_of,
        "timers of": {
            key: timers for key in state.timers_of if (timers := [t for t in state.timers_of[key] if t in state.timers])
        },
        "ids": state.messages.ids,
        "ended": list(state.ended),
    }
    return contents | indexes
