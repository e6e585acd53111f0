"""What the engine answers, as data. Unknown members are ignored, absent ones take the engine's own default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_TENANT = "<default>"


@dataclass(frozen=True, slots=True)
class DeployedProcess:
    """One process of a deployment: its id in the model, the engine's version and key, the file it came from."""

    process_definition_id: str
    version: int
    key: str
    resource_name: str
    tenant_id: str = DEFAULT_TENANT

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> DeployedProcess:
        return cls(
            process_definition_id=wire["processDefinitionId"],
            version=int(wire["processDefinitionVersion"]),
            key=str(wire["processDefinitionKey"]),
            resource_name=wire.get("resourceName") or "",
            tenant_id=wire.get("tenantId") or DEFAULT_TENANT,
        )


@dataclass(frozen=True, slots=True)
class PublishedMessage:
    """A message that the engine took, whether or not anything waits for it."""

    message_key: str
    tenant_id: str = DEFAULT_TENANT

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> PublishedMessage:
        return cls(message_key=str(wire["messageKey"]), tenant_id=wire.get("tenantId") or DEFAULT_TENANT)


@dataclass(frozen=True, slots=True)
class CorrelatedMessage:
    """A message that started or continued the instance named here."""

    message_key: str
    process_instance_key: str
    tenant_id: str = DEFAULT_TENANT

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> CorrelatedMessage:
        return cls(
            message_key=str(wire["messageKey"]),
            process_instance_key=str(wire["processInstanceKey"]),
            tenant_id=wire.get("tenantId") or DEFAULT_TENANT,
        )


@dataclass(frozen=True, slots=True)
class CreatedInstance:
    """A new process instance; `variables` are those at its end when the caller waited for it, else empty."""

    process_instance_key: str
    process_definition_key: str
    process_definition_id: str
    version: int
    tenant_id: str = DEFAULT_TENANT
    variables: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> CreatedInstance:
        return cls(
            process_instance_key=str(wire["processInstanceKey"]),
            process_definition_key=str(wire["processDefinitionKey"]),
            process_definition_id=wire["processDefinitionId"],
            version=int(wire["processDefinitionVersion"]),
            tenant_id=wire.get("tenantId") or DEFAULT_TENANT,
            variables=wire.get("variables") or {},
        )


def keys_as_text(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a search item; members named `…Key` that are numbers (8.6) become text."""
    return {
        name: str(value) if name.endswith("Key") and isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in wire.items()
    }
