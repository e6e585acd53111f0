"""A job as the engine hands it out (REST API v2, `POST /jobs/activation`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """An activated job. Keys are text: 8.6 sends numbers, later engines digits; both are read, text is written."""

    key: str
    type: str
    retries: int = 3
    custom_headers: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    deadline: int = 0
    """Milliseconds since the epoch at which the lock ends."""
    worker: str = ""
    tenant_id: str = "<default>"
    element_id: str = ""
    element_instance_key: str = ""
    process_instance_key: str = ""
    process_definition_id: str = ""
    process_definition_version: int = 0
    process_definition_key: str = ""
    lease_token: str | None = None
    """`jobLeaseToken` (8.10): completions without it are refused once another worker has the job."""

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Job:
        """Read the engine's JSON object; unknown members are ignored. KeyError if `type` or the key is missing."""
        return cls(
            key=str(wire["jobKey"] if "jobKey" in wire else wire["key"]),
            type=wire["type"],
            retries=3 if wire.get("retries") is None else wire["retries"],
            custom_headers=wire.get("customHeaders") or {},
            variables=wire.get("variables") or {},
            deadline=int(wire.get("deadline") or 0),
            worker=wire.get("worker") or "",
            tenant_id=wire.get("tenantId") or "<default>",
            element_id=wire.get("elementId") or "",
            element_instance_key=_text(wire.get("elementInstanceKey")),
            process_instance_key=_text(wire.get("processInstanceKey")),
            process_definition_id=wire.get("processDefinitionId") or "",
            process_definition_version=int(wire.get("processDefinitionVersion") or 0),
            process_definition_key=_text(wire.get("processDefinitionKey")),
            lease_token=wire.get("jobLeaseToken"),
        )

    def to_wire(self) -> dict[str, Any]:
        """The same object again, as functions get it in an invocation."""
        return {
            "jobKey": self.key,
            "type": self.type,
            "retries": self.retries,
            "customHeaders": dict(self.custom_headers),
            "variables": dict(self.variables),
            "deadline": self.deadline,
            "worker": self.worker,
            "tenantId": self.tenant_id,
            "elementId": self.element_id,
            "elementInstanceKey": self.element_instance_key,
            "processInstanceKey": self.process_instance_key,
            "processDefinitionId": self.process_definition_id,
            "processDefinitionVersion": self.process_definition_version,
            "processDefinitionKey": self.process_definition_key,
            "jobLeaseToken": self.lease_token,
        }


def _text(key: object) -> str:
    return "" if key is None else str(key)
