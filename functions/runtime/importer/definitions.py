"""Which process versions the engine has: the newest of each process, and older ones that have instances.

Reads are eventually consistent: what was deployed a moment ago may be missing.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import EngineRejected, SdkError
from connector_sdk.inbound.elements import InboundElement

WITHOUT_SEARCH = frozenset({403, 404, 405, 501})
KEYS_AT_ONCE = 500
"""In one filter."""
INSTANCES_AT_ONCE = 100
"""Read to learn which versions have any."""
GONE = "DELETED"


class NoSearch(SdkError):
    """This engine cannot be searched: it has no secondary storage, or the credentials may not read definitions."""


class SearchableEngine(Protocol):
    """What discovery needs of an engine; an EngineClient has it."""

    def search(
        self, what: str, filter: Mapping[str, Any] | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]: ...

    def definition_xml(self, key: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one process."""

    latest: DeployedProcess
    older: Sequence[DeployedProcess] = ()

    @property
    def owner(self) -> tuple[str, str]:
        """Tenant and process id."""
        return self.latest.tenant_id, self.latest.process_definition_id


def versions(engine: SearchableEngine) -> list[Versions]:
    """Every process, the one that was deployed first comes first. Raises NoSearch, EngineError."""
    try:
        found = engine.search("process-definitions")
    except EngineRejected as error:
        if error.status not in WITHOUT_SEARCH:
            raise
        raise NoSearch(
            "webhooks are not discovered, because this engine cannot be searched for process definitions "
            f"({error.status}): it has to be 8.8 or newer with a secondary storage, and the credentials have to be "
            "allowed to read definitions and instances. `connectors webhooks sync FILE.bpmn` enters webhooks without it"
        ) from error
    of_process: dict[tuple[str, str], list[DeployedProcess]] = {}
    for item in found:
        if item.get("state") != GONE:
            one = _deployed(item)
            of_process.setdefault((one.tenant_id, one.process_definition_id), []).append(one)
    ordered = (sorted(all_of_one, key=lambda one: one.version) for all_of_one in of_process.values())
    return [Versions(one[-1], one[:-1]) for one in sorted(ordered, key=lambda one: int(one[0].key))]


def with_instances(engine: SearchableEngine, keys: Iterable[str]) -> set[str]:
    """Those of the definitions that have active instances. A version that has many is read only once.

    An instance that has not come to its catch event yet counts: it will wait there before anybody looks again.
    Raises EngineError.
    """
    found: set[str] = set()
    for chunk in _chunks(keys):
        left = set(chunk)
        while left:
            wanted = {"state": "ACTIVE", "processDefinitionKey": {"$in": sorted(left)}}
            page = engine.search("process-instances", wanted, limit=INSTANCES_AT_ONCE)
            active = {str(item["processDefinitionKey"]) for item in page} & left
            if not active:
                break
            found |= active
            left -= active
    return found


class Version(Protocol):
    """A version of a process, deployed or entered."""

    @property
    def version(self) -> int: ...


def kept(elements: Iterable[InboundElement], latest: Version, active: Container[str]) -> list[InboundElement]:
    """The elements of older versions that stay beside the latest one's: those at which instances may wait.

    `active`: keys of versions that have instances.
    """
    older = (one for one in elements if one.version < latest.version)
    return [one for one in older if one.waits and one.process_definition_key in active]


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(keys)
    while chunk := list(islice(remaining, KEYS_AT_ONCE)):
        yield chunk


def _deployed(item: Mapping[str, Any]) -> DeployedProcess:
    return DeployedProcess(
        process_definition_id=str(item["processDefinitionId"]),
        version=int(item["version"]),
        key=str(item["processDefinitionKey"]),
        resource_name=str(item.get("resourceName") or ""),
        tenant_id=str(item.get("tenantId") or "<default>"),
    )
