"""Which processes want webhooks: an entry for each, written when one is deployed, read by every webhook function."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.errors import AwsRefused, SettingsError
from connector_sdk.settings import Place, Settings

_LOG = logging.getLogger(__name__)


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
        return f"{self.tenant_id}/{self.process_definition_id}"

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

    def put(self, process: RoutedProcess) -> None:
        """Enter a process instead of its other versions; it keeps the place that it had."""
        key = {"TableName": self._table, "Key": {"id": {"S": process.id}}}
        there = self._dynamodb.operation("GetItem", key).get("Item")
        content = process.to_json()
        if there:
            content["since"] = json.loads(there["process"]["S"])["since"]
        item = {"id": {"S": process.id}, "process": {"S": json.dumps(content)}}
        self._dynamodb.operation("PutItem", {"TableName": self._table, "Item": item})

    def swap(self, process_id: str, before: RoutedProcess | None, after: RoutedProcess | None) -> bool:
        """Write `after` (None: take the entry out) if the entry still is `before` (None: there is none).

        False, and nothing written, if somebody else has changed it meanwhile.
        """
        key = {"TableName": self._table, "Key": {"id": {"S": process_id}}, "ConsistentRead": True}
        there = self._dynamodb.operation("GetItem", key).get("Item")
        if before != (next(iter(_in_order([there], _process_of)), None) if there else None):
            return False
        written = {"id": {"S": process_id}, "process": {"S": json.dumps(after.to_json())}} if after else None
        try:
            self._dynamodb.operation(
                "PutItem" if written else "DeleteItem",
                {
                    "TableName": self._table,
                    **({"Item": written} if written else {"Key": key["Key"]}),
                    **_still(there.get("process") if there else None),
                },
            )
        except AwsRefused as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def remove(self, process_id: str) -> None:
        """Take an entry (its `id`) out."""
        self._dynamodb.operation("DeleteItem", {"TableName": self._table, "Key": {"id": {"S": process_id}}})


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


def _still(value: Any) -> dict[str, Any]:
    """The condition that an item's `process` is what was read; None: that it has none."""
    names = {"ExpressionAttributeNames": {"#process": "process"}}
    if value is None:
        return {**names, "ConditionExpression": "attribute_not_exists(#process)"}
    return {**names, "ConditionExpression": "#process = :read", "ExpressionAttributeValues": {":read": value}}


def _in_order(entries: Iterable[Any], read: Callable[[Any], RoutedProcess]) -> Sequence[RoutedProcess]:
    """One entry that nobody can read must not take the webhooks of the others away."""
    found: list[RoutedProcess] = []
    for entry in entries:
        try:
            found.append(read(entry))
        except (ValueError, KeyError, TypeError) as error:
            _LOG.error("a routed process is left out, its entry cannot be read: %r: %.200s", error, entry)
    return sorted(found, key=lambda process: (process.since_ms, process.id))
