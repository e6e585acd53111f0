"""`connectors deliveries`: a file of deliveries, looked at and replayed."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.stores import Delivery, State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.cli.main import execute

ELEMENT = {
    "process_definition_id": "order",
    "version": 3,
    "element_id": "start",
    "properties": {
        "inbound.hmacSecret": "{{secrets.HOOK}}",
        "inbound.auth.password": "in-the-model",
        "inbound.hmacHeader": "X-Hub-Signature-256",
    },
}
PAYLOAD = {
    "request": {
        "body": {"id": 7, "nested": [{"password": "hunter2", "tokens": 5}]},
        "headers": {"x-hub-signature-256": "sha256=1234", "Authorization": "Basic YQ==", "x-github-event": "push"},
        "params": {"access_token": "abc", "page": "1"},
    },
    "parts": [{"name": "file", "content": "aGVsbG8h", "fileName": "a.txt", "contentType": None}],
}


def delivery(name: str, **changes: Any) -> Delivery:
    plain: dict[str, Any] = {
        "id": f"orders:{name}",
        "path": "orders",
        "received_ms": 1_700_000_000_000,
        "element": ELEMENT,
        "payload": PAYLOAD,
        "lease": "mine",
    }
    return Delivery(**(plain | changes))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deliveries.sqlite"
    with SqliteDeliveries(path) as store:
        published, dead = delivery("published"), delivery("dead", received_ms=1_700_000_001_000)
        store.put(published)
        store.finish(published, State.PUBLISHED, 1_700_000_000_500, answer={"status": 200, "headers": {}, "body": ""})
        store.put(dead)
        store.finish(dead, State.DEAD, 1_700_000_002_000, answer=None, error="the engine refused it: 400")
        store.put(delivery("leased", due_ms=4_102_444_800_000, received_ms=1_600_000_000_000))
    return path


def test_the_newest_are_listed_first(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["deliveries", "list", "--file", str(file)]) == 0

    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[:3] for row in rows[1:]] == [
        ["2023-11-14T22:13:21Z", "orders:dead", "dead"],
        ["2023-11-14T22:13:20Z", "orders:published", "published"],
        ["2020-09-13T12:26:40Z", "orders:leased", "pending"],
    ]


def test_a_list_that_is_no_terminal_has_a_line_for_each_delivery(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "0123456789abcdef" * 4
    with SqliteDeliveries(file) as store:
        long = delivery(name, received_ms=1_700_000_003_000)
        store.put(long)
        store.finish(long, State.DEAD, 1_700_000_004_000, answer=None, error="refused:\n" + "because " * 30)
    assert execute(["deliveries", "list", "--file", str(file)]) == 0

    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 5
    assert rows[1][1] == f"orders:{name}"
    assert rows[1][-1] == "because"


def test_a_list_may_be_of_one_state_and_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["deliveries", "list", "--file", str(file), "--state", "dead", "--json"]) == 0

    [found] = json.loads(capsys.readouterr().out)
    assert found == {
        "id": "orders:dead",
        "path": "orders",
        "state": "dead",
        "received": "2023-11-14T22:13:21Z",
        "attempts": 1,
        "due": None,
        "error": "the engine refused it: 400",
        "process": "order",
        "version": 3,
        "element": "start",
    }


def test_a_delivery_is_shown_without_its_secrets(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["deliveries", "show", "orders:dead", "--file", str(file)]) == 0

    found = json.loads(capsys.readouterr().out)
    assert found["payload"]["request"] == {
        "body": {"id": 7, "nested": [{"password": "***", "tokens": 5}]},
        "headers": {"x-hub-signature-256": "***", "Authorization": "***", "x-github-event": "push"},
        "params": {"access_token": "***", "page": "1"},
    }
    assert found["element"]["properties"] == {
        "inbound.hmacSecret": "{{secrets.HOOK}}",
        "inbound.auth.password": "***",
        "inbound.hmacHeader": "X-Hub-Signature-256",
    }
    assert found["parts"] == [
        {"name": "file", "content": "6 bytes of content", "fileName": "a.txt", "contentType": None}
    ]


@pytest.mark.parametrize("chosen", [["orders:dead"], ["--state", "dead"]])
def test_a_replayed_delivery_is_due_again(file: Path, chosen: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["deliveries", "replay", *chosen, "--file", str(file)]) == 0

    assert capsys.readouterr().out == "1 due again\n"
    with SqliteDeliveries(file) as store:
        found = store.get("orders:dead")
        assert found is not None
        assert found.state is State.PENDING
        assert [one.id for one in store.lease_due(4_000_000_000_000, 4_000_000_000_001, "another", 10)] == [
            "orders:dead"
        ]


@pytest.mark.parametrize(
    ("arguments", "status", "sentence"),
    [
        (["show", "none"], 2, "there is no delivery none; `connectors deliveries list` shows what there is"),
        (["replay", "none"], 2, "there is no delivery none; `connectors deliveries list` shows what there is"),
        (["replay"], 2, "name deliveries, or those of a state: connectors deliveries replay --state dead"),
        (["replay", "orders:leased"], 1, "somebody works on orders:leased; try again in a minute"),
        (["list", "--file", "none.sqlite"], 2, "there is no file none.sqlite; name the one of "),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    file: Path, arguments: list[str], status: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = arguments if "--file" in arguments else [*arguments, "--file", str(file)]

    assert execute(["deliveries", *given]) == status
    assert capsys.readouterr().err.startswith(f"connectors: {sentence}")


def test_an_empty_file_has_no_deliveries(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "deliveries.sqlite"
    SqliteDeliveries(path).close()

    assert execute(["deliveries", "list", "--file", str(path)]) == 0
    assert capsys.readouterr().out == "there are no deliveries\n"


FOREIGN = {
    "text": None,
    "empty": "",
    "other tables": "CREATE TABLE songs (title TEXT)",
    "other columns": "CREATE TABLE deliveries (id TEXT); CREATE TABLE contents (id TEXT, element TEXT, payload TEXT)",
}


@pytest.mark.parametrize("command", [["list"], ["show", "x"], ["replay", "--state", "dead"]])
@pytest.mark.parametrize("schema", FOREIGN.values(), ids=FOREIGN)
def test_a_file_that_holds_something_else_is_named_and_stays_as_it_is(
    tmp_path: Path, schema: str | None, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.sqlite"
    if schema is None:
        file.write_text("no database at all, whatever its name says", encoding="utf-8")
    else:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.executescript(schema)
    before = file.read_bytes()

    assert execute(["deliveries", *command, "--file", str(file)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"connectors: {file} cannot be read as deliveries: ")
    assert said.endswith("; name the one of `connectors run --deliveries` with --file\n")
    assert file.read_bytes() == before


def test_a_locked_file_is_named(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("connector_sdk.stores.sqlite.BUSY_TIMEOUT_S", 0)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert execute(["deliveries", "list", "--file", str(file)]) == 0
        assert execute(["deliveries", "replay", "--state", "dead", "--file", str(file)]) == 2

    assert capsys.readouterr().err == f"connectors: {file} is locked by another program; try again in a moment\n"


def test_a_file_of_before_documents_were_kept_is_listed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE documents")

    assert execute(["deliveries", "list", "--file", str(file)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
