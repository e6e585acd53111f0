"""The table and the file that say which processes want webhooks."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.errors import SettingsError
from connector_sdk.setting_values import Place
from connector_sdk.settings import Settings
from connector_sdk.stores.routes import RoutedProcess, RoutesFile, RoutesTable, routes_at
from tests.conftest import Aws

ORDERS = RoutedProcess("orders", 1, "7", "<default>", 2_000, ({"element_id": "start", "properties": {"a": "ü"}},))
INVOICES = RoutedProcess("invoices", 3, "9", "acme", 1_000)
TABLE = {
    "TableName": "routes",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def test_the_table_gives_what_was_put_the_first_ones_first(aws: Aws) -> None:
    aws.dynamodb.operation("CreateTable", TABLE)
    table = RoutesTable(aws.settings, "routes")
    for process in (ORDERS, INVOICES):
        table.put(process)

    assert table.all() == [INVOICES, ORDERS]

    table.put(replace(ORDERS, version=2, key="8", since_ms=9_000))
    assert table.all() == [INVOICES, replace(ORDERS, version=2, key="8", since_ms=2_000)]

    assert (table.get(INVOICES.id), table.get("acme/none")) == (INVOICES, None)
    table.remove(INVOICES.id)
    assert [process.process_definition_id for process in table.all()] == ["orders"]


def test_an_entry_that_somebody_changed_is_neither_written_over_nor_taken_out(aws: Aws) -> None:
    aws.dynamodb.operation("CreateTable", {**TABLE, "TableName": "swapped"})
    table = RoutesTable(aws.settings, "swapped")
    newer, retired = replace(ORDERS, version=2, key="8"), replace(ORDERS, elements=(), retired=True)

    assert table.swap(ORDERS.id, None, ORDERS)
    assert not table.swap(ORDERS.id, None, newer)
    table.put(retired)
    assert not table.swap(ORDERS.id, ORDERS, newer)
    assert not table.swap(ORDERS.id, ORDERS, None)
    assert table.all() == [retired]

    assert table.swap(ORDERS.id, retired, newer)
    assert table.swap(ORDERS.id, newer, None)
    assert not table.swap(ORDERS.id, newer, None)
    assert table.all() == []


def test_a_change_between_a_swaps_reading_and_its_writing_is_kept(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.dynamodb.operation("CreateTable", {**TABLE, "TableName": "raced"})
    table, other = RoutesTable(aws.settings, "raced"), RoutesTable(aws.settings, "raced")
    table.put(ORDERS)
    retired, operation = replace(ORDERS, elements=(), retired=True), AwsEndpoint.operation

    def retiring(endpoint: AwsEndpoint, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
        if name in ("PutItem", "DeleteItem"):
            monkeypatch.undo()
            other.put(retired)
        return operation(endpoint, name, content)

    for after in (replace(ORDERS, version=2), None):
        table.put(ORDERS)
        monkeypatch.setattr(AwsEndpoint, "operation", retiring)
        assert not table.swap(ORDERS.id, ORDERS, after)
        assert table.all() == [retired]


def test_an_entry_that_cannot_be_read_is_written_over(aws: Aws) -> None:
    aws.dynamodb.operation("CreateTable", {**TABLE, "TableName": "healed"})
    for item in ({"process": {"S": "{"}}, {}):
        aws.dynamodb.operation("PutItem", {"TableName": "healed", "Item": {"id": {"S": ORDERS.id}, **item}})
        table = RoutesTable(aws.settings, "healed")

        assert table.swap(ORDERS.id, None, ORDERS)
        assert table.all() == [ORDERS]


def test_a_file_gives_them_too(tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    file.write_text(json.dumps([ORDERS.to_json(), INVOICES.to_json()]))

    assert RoutesFile(file).all() == [INVOICES, ORDERS]
    assert routes_at(Place("file", str(file)), Settings.read({})).all() == [INVOICES, ORDERS]


UNREADABLE: list[Any] = [{}, None, [], {**ORDERS.to_json(), "version": None}, {**ORDERS.to_json(), "elements": 5}]


def test_an_entry_of_the_file_that_cannot_be_read_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "routes.json"
    file.write_text(json.dumps([*UNREADABLE, ORDERS.to_json()]))

    assert RoutesFile(file).all() == [ORDERS]
    assert caplog.text.count("a routed process is left out") == len(UNREADABLE)


def test_an_entry_of_the_table_that_cannot_be_read_is_left_out(aws: Aws, caplog: pytest.LogCaptureFixture) -> None:
    aws.dynamodb.operation("CreateTable", {**TABLE, "TableName": "torn"})
    RoutesTable(aws.settings, "torn").put(ORDERS)
    written = [{"process": {"S": json.dumps(one)}} for one in UNREADABLE]
    for number, item in enumerate([*written, {"process": {"S": "{"}}, {"process": {"N": "1"}}, {}]):
        content = {"TableName": "torn", "Item": {"id": {"S": f"x{number}"}, **item}}
        aws.dynamodb.operation("PutItem", content)

    assert RoutesTable(aws.settings, "torn").all() == [ORDERS]
    assert caplog.text.count("a routed process is left out") == len(UNREADABLE) + 3


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_file_that_holds_something_else_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "routes.json"
    file.write_text(text)

    with pytest.raises(SettingsError, match=r"routes\.json is no list of routed processes"):
        RoutesFile(file).all()
