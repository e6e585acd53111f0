"""An engine that answers as a recorded case says and keeps what it was told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http.client import HTTPMessage
from typing import Any

from connector_sdk.engine_client import CorrelatedMessage, CreatedInstance, PublishedMessage
from connector_sdk.engine_client.problems import engine_error
from connector_sdk.errors import EngineUnreachable

INSTANCE_KEY = "4503599627370497"
MESSAGE_KEY = "4503599627370498"
PROBLEM = '{"title": "recorded", "detail": "as the case says"}'
"""What an engine says that refuses, if the case does not."""
OCTETS = "application/octet-stream"
SUCCESS: Mapping[str, Any] = {"status": 200}


class RecordedEngine:
    """The n-th command gets the n-th answer, the last one is repeated; no answers at all means success."""

    def __init__(self, answers: Sequence[Mapping[str, Any]]) -> None:
        self.answers = list(answers) or [SUCCESS]
        self.commands: list[dict[str, Any]] = []
        self.documents = 0

    def within(self, seconds: float, *, together: bool = False) -> RecordedEngine:
        """Recorded answers take no time."""
        return self

    def publish_message(
        self,
        name: str,
        *,
        correlation_key: str = "",
        time_to_live_ms: int = 0,
        message_id: str | None = None,
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
    ) -> PublishedMessage:
        body = {
            "name": name,
            "correlationKey": correlation_key,
            "timeToLive": time_to_live_ms,
            "messageId": message_id or "",
            "variables": dict(variables or {}),
            "tenantId": tenant_id,
        }
        self.take("/v2/messages/publication", body)
        return PublishedMessage(MESSAGE_KEY, tenant_id or "")

    def has_business_ids(self) -> bool:
        """Recorded with 8.8."""
        return False

    def search(self, what: str, filter: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Nothing is found: the recorded cases only command."""
        return []

    def create_instance(
        self,
        *,
        process_definition_id: str | None = None,
        version: int | None = None,
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
        await_completion: bool = False,
        request_timeout_ms: int | None = None,
        business_id: str | None = None,
    ) -> CreatedInstance:
        waiting = {"awaitCompletion": True, "requestTimeout": request_timeout_ms} if await_completion else {}
        body = {
            "processDefinitionId": process_definition_id,
            "processDefinitionVersion": version,
            "variables": dict(variables or {}),
            "tenantId": tenant_id,
            **waiting,
        }
        self.take("/v2/process-instances", body)
        return CreatedInstance(INSTANCE_KEY, "", process_definition_id or "", version or 0, tenant_id or "")

    def correlate_message(
        self,
        name: str,
        *,
        correlation_key: str = "",
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
    ) -> CorrelatedMessage:
        body = {"name": name, "correlationKey": correlation_key, "variables": dict(variables or {})}
        self.take("/v2/messages/correlation", {**body, "tenantId": tenant_id})
        return CorrelatedMessage(MESSAGE_KEY, INSTANCE_KEY, tenant_id or "")

    def create_document(self, content: bytes, content_type: str | None, file_name: str | None) -> dict[str, Any]:
        """Documents are numbered; one without a name is called by its id."""
        named = {"contentType": content_type, "fileName": file_name}
        metadata = {name: value for name, value in named.items() if value is not None}
        file = {"contentType": OCTETS, "fileName": file_name, "content": content.decode(errors="replace")}
        self.answer({"method": "POST", "path": "/v2/documents", "file": file, "metadata": metadata})
        self.documents += 1
        name = f"doc-{self.documents}"
        return {
            "camunda.document.type": "camunda",
            "storeId": "in-memory",
            "documentId": name,
            "contentHash": f"hash-{self.documents}",
            "metadata": {"fileName": name, **metadata, "size": len(content)},
        }

    def take(self, path: str, body: dict[str, Any]) -> None:
        """Answer a command with a JSON body."""
        self.answer({"method": "POST", "path": path, "body": json.loads(json.dumps(body))})

    def answer(self, command: dict[str, Any]) -> None:
        """Keep the command, then answer it: raise for anything but a readable success."""
        path = command["path"]
        answer = self.answers[min(len(self.commands), len(self.answers) - 1)]
        self.commands.append(command)
        status, content = answer.get("status", 200), answer.get("rawBody")
        if answer.get("close") or (status < 300 and content is not None and not content.startswith("{")):
            raise EngineUnreachable("the recorded engine gave no readable answer")
        if status >= 300:
            refusal = PROBLEM if content is None else content
            raise engine_error(status, HTTPMessage(), refusal.encode(), f"POST {path}")
