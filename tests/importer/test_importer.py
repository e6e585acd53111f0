"""What is deployed in the engine, and what the importer enters for it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.stores.routes import RoutedProcess
from devkit.engine import server
from functions.runtime.importer import Importer, NoSearch
from functions.runtime.importer.importer import SETTLE_MS
from tests.importer.entries import Entries
from tests.importer.models import process

NOW = 1_800_000_000_000


@dataclass
class Imported:
    """A development engine, and what is imported from it."""

    engine: EngineClient
    entries: Entries = field(default_factory=Entries)
    clock: ControlledClock = field(default_factory=lambda: ControlledClock(NOW))
    importer: Importer = field(init=False)

    def __post_init__(self) -> None:
        self.importer = self.fresh()

    def fresh(self, compatibility: str = "8.10") -> Importer:
        """One that remembers nothing, as after a cold start."""
        return Importer(lambda: self.engine, self.entries, compatibility=compatibility, clock=self.clock)

    def deploy(self, *files: bytes) -> None:
        for number, file in enumerate(files):
            self.engine.deploy([(f"{number}.bpmn", file)])

    def look(self) -> list[tuple[str, int, str, str]]:
        """One round, long after everything else."""
        self.clock.advance(SETTLE_MS)
        self.importer.round()
        return self.entries.webhooks


@pytest.fixture
def imported() -> Iterator[Imported]:
    with server.start() as running, closing(EngineClient(running.address)) as client:
        yield Imported(client)


def test_the_webhooks_of_what_is_deployed_are_entered_and_those_without_any_are_not(imported: Imported) -> None:
    imported.deploy(process("orders", start="orders", catch="payments"), process("plain"))

    assert imported.look() == [("orders", 1, "start", "orders"), ("orders", 1, "paid", "payments")]


def test_what_does_not_change_is_neither_read_nor_written_again(imported: Imported) -> None:
    imported.deploy(process("orders", start="orders"))
    imported.look()
    written = imported.entries.writes

    imported.look()
    imported.importer = imported.fresh()
    imported.look()

    assert imported.entries.writes == written


def test_a_path_belongs_to_the_process_that_was_deployed_first(imported: Imported) -> None:
    imported.deploy(process("z", start="orders"), process("a", start="orders"))

    assert [one[0] for one in imported.look()] == ["z", "a"]
    imported.deploy(process("z", start="orders", title="again"))
    assert [one[:2] for one in imported.look()] == [("z", 2), ("a", 1)]


def test_a_new_version_replaces_the_old_one_and_its_start_event_with_it(imported: Imported) -> None:
    imported.deploy(process("orders", start="old"))
    imported.look()
    imported.engine.create_instance(process_definition_id="orders")

    imported.deploy(process("orders", start="new"))

    assert imported.look() == [("orders", 2, "start", "new")]


def test_a_catch_event_of_an_older_version_stays_while_instances_wait(imported: Imported) -> None:
    imported.deploy(process("orders", start="orders", catch="payments"))
    imported.look()
    imported.engine.create_instance(process_definition_id="orders")
    imported.deploy(process("orders", start="orders", catch="paid"))

    assert imported.look() == [
        ("orders", 2, "start", "orders"),
        ("orders", 2, "paid", "paid"),
        ("orders", 1, "paid", "payments"),
    ]

    imported.engine.publish_message("paid", correlation_key="o-1")
    assert imported.look() == [("orders", 2, "start", "orders"), ("orders", 2, "paid", "paid")]


def test_it_stays_even_if_the_newest_version_has_no_webhook_and_nobody_remembers_one(imported: Imported) -> None:
    imported.deploy(process("orders", catch="payments"))
    imported.engine.create_instance(process_definition_id="orders")
    imported.deploy(process("orders"))

    assert imported.look() == [("orders", 1, "paid", "payments")]
    imported.engine.publish_message("paid", correlation_key="o-1")
    assert imported.look() == []
    assert imported.entries.kept == {}


def test_under_8_8_only_the_newest_version_counts(imported: Imported) -> None:
    imported.importer = imported.fresh("8.8")
    imported.deploy(process("orders", catch="payments"))
    imported.engine.create_instance(process_definition_id="orders")
    imported.deploy(process("orders", catch="paid"))

    assert imported.look() == [("orders", 2, "paid", "paid")]


def test_a_version_that_cannot_be_used_leaves_the_one_before_it_alone(
    imported: Imported, caplog: pytest.LogCaptureFixture
) -> None:
    imported.deploy(process("orders", start="orders"))
    imported.look()
    broken = process("orders", start="orders").replace(b'name="inbound.context"', b'name="messageTtl"')
    imported.deploy(broken)

    assert imported.look() == [("orders", 1, "start", "orders")]
    assert " start in orders version 2: messageTtl" in caplog.text
    assert "orders version 2: start" not in caplog.text


def test_what_was_just_synchronised_is_left_alone_until_a_search_can_know_of_it(imported: Imported) -> None:
    imported.deploy(process("orders", start="orders"))
    imported.look()
    [entry] = imported.entries.all()
    unknown = replace(entry, process_definition_id="invoices", entered_ms=imported.clock.time_ms())
    newer = replace(entry, version=2, key="9", entered_ms=imported.clock.time_ms())
    imported.entries.kept = {one.id: one for one in (newer, unknown)}

    imported.clock.advance(SETTLE_MS - 1)
    imported.importer.round()
    assert imported.entries.kept == {one.id: one for one in (newer, unknown)}

    imported.clock.advance(1)
    imported.importer.round()
    assert [(one.process_definition_id, one.version) for one in imported.entries.all()] == [("orders", 1)]


def test_a_new_version_without_webhooks_takes_those_of_the_old_one_away_at_once(imported: Imported) -> None:
    imported.deploy(process("orders", start="orders"))
    imported.look()
    imported.deploy(process("orders"))

    imported.clock.advance(1)
    assert imported.importer.round().removed == ["<default>/orders"]


def test_a_retired_process_stays_retired(imported: Imported) -> None:
    imported.deploy(process("orders", start="orders"))
    imported.look()
    [entry] = imported.entries.all()
    imported.entries.enter(replace(entry, elements=(), retired=True))
    imported.deploy(process("orders", start="new"))

    assert imported.look() == []


class ChangedMeanwhile(Entries):
    """A person retires every process, or enters a newer version, just after the importer has looked."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        self.changes = changes

    def all(self) -> Sequence[RoutedProcess]:
        seen = super().all()
        for one in seen:
            self.enter(replace(one, **self.changes))
        return seen


@pytest.mark.parametrize("changes", [{"retired": True, "elements": ()}, {"version": 9, "key": "9"}])
@pytest.mark.parametrize("deployed", [process("orders", start="new"), process("orders")])
def test_what_a_person_changes_during_a_round_is_not_written_over(
    imported: Imported, changes: dict[str, Any], deployed: bytes
) -> None:
    imported.deploy(process("orders", start="orders"))
    imported.look()
    entries = ChangedMeanwhile(**changes)
    entries.kept = imported.entries.kept
    imported.entries = entries
    imported.importer = imported.fresh()
    imported.deploy(deployed)

    imported.clock.advance(SETTLE_MS)
    done = imported.importer.round()

    assert (done.entered, done.removed) == ([], [])
    [entry] = entries.kept.values()
    assert {name: getattr(entry, name) for name in changes} == changes


def test_an_engine_that_knows_nothing_takes_nothing_away(imported: Imported) -> None:
    entry = RoutedProcess("orders", 1, "7", "<default>", 0, ({"version": 1},))
    imported.entries.kept = {entry.id: entry}

    imported.clock.advance(SETTLE_MS)
    imported.importer.round()
    assert imported.entries.all() == [entry]


def test_there_is_no_time_for_more_than_fits(imported: Imported) -> None:
    imported.deploy(process("orders", start="orders"), process("invoices", start="invoices"))

    assert imported.importer.round(0).left == 2
    assert imported.entries.kept == {}


class Unsearchable:
    """An engine without a secondary storage."""

    def __init__(self, address: str) -> None:
        self.client = EngineClient(address)

    def search(self, what: str, filter: Any = None, limit: int | None = None) -> list[dict[str, Any]]:
        return self.client.search("nothing-of-that-name")

    def definition_xml(self, key: str) -> bytes:
        return self.client.definition_xml(key)


def test_an_engine_that_cannot_be_searched_says_what_is_needed(imported: Imported) -> None:
    with pytest.raises(NoSearch, match=r"8\.8 or newer with a secondary storage.*webhooks sync FILE\.bpmn"):
        Importer(lambda: Unsearchable(imported.engine.address), imported.entries).round()
