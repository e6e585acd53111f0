"""Which processes want webhooks: an entry for each, written when one is deployed, read by every webhook function."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.errors import AwsRefused, SettingsError
from connector_sdk.setting_values import Place
from connector_sdk.settings import Settings

_LOG = logging.getLogger(__name__)


def entry_id(tenant_id: str, process_definition_id: str) -> str:
    """The `id` of a process's entry."""
    return f"{tenant_id}/{process_definition_id}"


@dataclass(frozen=True, slots=True)
class RoutedProcess:
    """One version of a process and its inbound elements, as plain data."""

    process_definition_id: str
    version: int
    key: str
    tenant_id: str
    since_ms: int
    """When the process was first entered: who comes first owns a path that several want."""
    elements: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    """Those of this version, and of older ones at which instances still wait."""
    entered_ms: int = 0
    """When it was entered in this form."""
    retired: bool = False
    """A person wants no webhooks for it, whatever is deployed."""

    @property
    def id(self) -> str:
        return entry_id(self.tenant_id, self.process_definition_id)

    def to_json(self) -> dict[str, Any]:
        return {
            "processDefinitionId": self.process_definition_id,
            "version": self.version,
            "key": self.key,
            "tenantId": self.tenant_id,
            "since": self.since_ms,
            "entered": self.entered_ms,
            "retired": self.retired,
            "elements": list(self.elements),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> RoutedProcess:
        return cls(
            process_definition_id=str(content["processDefinitionId"]),
            version=int(content["version"]),
            key=str(content["key"]),
            tenant_id=str(content["tenantId"]),
            since_ms=int(content["since"]),
            elements=tuple(content["elements"]),
            entered_ms=int(content.get("entered", 0)),
            retired=bool(content.get("retired")),
        )


class RoutedProcesses(Protocol):
    """Where the entries are."""

    def all(self) -> Sequence[RoutedProcess]:
        """Every entry, the first ones first; those that cannot be read are logged and left out."""
        ...


class RoutesTable:
    """Entries in a DynamoDB table: hash key `id`, the entry itself as JSON in `process`. Methods raise AwsError."""

    def __init__(self, settings: Settings, table: str) -> None:
        self._dynamodb = AwsEndpoint("dynamodb", settings)
        self._table = table

    def all(self) -> Sequence[RoutedProcess]:
        found: list[Any] = []
        page: dict[str, Any] = {"TableName": self._table}
        while True:
            answer = self._dynamodb.operation("Scan", page)
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return _in_order(found, _process_of)
            page["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def get(self, process_id: str) -> RoutedProcess | None:
        """One entry by its `id`; None as well, and logged, if it cannot be read."""
        return _readable(self._item(process_id))

    def put(self, process: RoutedProcess) -> None:
        """Enter a process instead of its other versions; it keeps the place that it had."""
        there = self.get(process.id)
        entered = process if there is None else replace(process, since_ms=there.since_ms)
        self._dynamodb.operation("PutItem", {"TableName": self._table, "Item": _item_of(entered)})

    def swap(self, process_id: str, before: RoutedProcess | None, after: RoutedProcess | None) -> bool:
        """Write `after` (None: take the entry out) if the entry still is `before` (None: there is none).

        False, and nothing written, if somebody else has changed it meanwhile.
        """
        there = self._item(process_id)
        if before != _readable(there):
            return False
        write, what = ("PutItem", {"Item": _item_of(after)}) if after else ("DeleteItem", _key(process_id))
        try:
            self._dynamodb.operation(write, {"TableName": self._table, **what, **_still(there)})
        except AwsRefused as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def remove(self, process_id: str) -> None:
        """Take an entry (its `id`) out."""
        self._dynamodb.operation("DeleteItem", {"TableName": self._table, **_key(process_id)})

    def _item(self, process_id: str) -> Mapping[str, Any] | None:
        wanted = {"TableName": self._table, **_key(process_id), "ConsistentRead": True}
        found: Mapping[str, Any] | None = self._dynamodb.operation("GetItem", wanted).get("Item")
        return found


class RoutesFile:
    """Entries in a JSON file, a list: for one machine and for `sam local invoke`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> Sequence[RoutedProcess]:
        """Raises SettingsError if there is no such file, or something else in it."""
        try:
            content: list[Any] = json.loads(self._path.read_text())
            if not isinstance(content, list):
                raise TypeError("it should be a JSON list")
            return _in_order(content, RoutedProcess.from_json)
        except (OSError, ValueError, TypeError) as error:
            raise SettingsError(f"CONNECTORS_ROUTES: {self._path} is no list of routed processes: {error}") from error


def routes_at(place: Place | None, settings: Settings) -> RoutedProcesses:
    """The entries that CONNECTORS_ROUTES names. Raises SettingsError."""
    if place is None:
        raise SettingsError("CONNECTORS_ROUTES is not set: it names where the webhooks' paths are kept")
    return RoutesTable(settings, place.name) if place.kind == "dynamodb" else RoutesFile(Path(place.name))


def _process_of(item: Mapping[str, Any]) -> RoutedProcess:
    return RoutedProcess.from_json(json.loads(item["process"]["S"]))


def _readable(item: Mapping[str, Any] | None) -> RoutedProcess | None:
    return next(iter(_in_order([] if item is None else [item], _process_of)), None)


def _item_of(process: RoutedProcess) -> dict[str, Any]:
    return {"id": {"S": process.id}, "process": {"S": json.dumps(process.to_json())}}


def _key(process_id: str) -> dict[str, Any]:
    return {"Key": {"id": {"S": process_id}}}


def _still(item: Mapping[str, Any] | None) -> dict[str, Any]:
    """The condition that the entry in an item is what was read, or that there still is none."""
    names = {"ExpressionAttributeNames": {"#process": "process"}}
    if item is None or "process" not in item:
        return {**names, "ConditionExpression": "attribute_not_exists(#process)"}
    read = {"ExpressionAttributeValues": {":read": item["process"]}}
    return {**names, **read, "ConditionExpression": "#process = :read"}


def _in_order(entries: Iterable[Any], read: Callable[[Any], RoutedProcess]) -> Sequence[RoutedProcess]:
    """One entry that nobody can read must not take the webhooks of the others away."""
    found: list[RoutedProcess] = []
    for entry in entries:
        try:
            found.append(read(entry))
        except (ValueError, KeyError, TypeError) as error:
            _LOG.error("a routed process is left out, its entry cannot be read: %r: %.200s", error, entry)
    return sorted(found, key=lambda process: (process.since_ms, process.id))
