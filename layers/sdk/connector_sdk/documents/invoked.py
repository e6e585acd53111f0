"""The document store of a connector on AWS: it invokes the `documents` function (`exchange.py` has the shapes)."""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.bucket import Bucket
from connector_sdk.documents.exchange import MAX_INLINE_BYTES, VERSION
from connector_sdk.errors import AwsError, ConnectorError
from connector_sdk.settings import Settings

TIMEOUT_SECONDS = 65.0
"""Longer than the documents function's own, so that it is never invoked again while it still runs."""


class InvokedDocuments:
    """Knows the function, and this connector's prefix in the payload bucket. Threads may share it.

    An invocation may be repeated when its answer is lost; a document that was stored twice is one that nobody refers
    to, and the store deletes it in its time.
    """

    def __init__(self, settings: Settings, function: str) -> None:
        """Raises SettingsError."""
        bucket, _, self._prefix = settings.document_objects.partition("/")
        self._bucket = Bucket(settings, bucket)
        self._lambda = AwsEndpoint("lambda", settings)
        self._path = f"/2015-03-31/functions/{quote(function, safe='')}/invocations"

    def read(self, reference: Mapping[str, Any]) -> bytes:
        key = self._key()
        answer = self._invoke({"operation": "read", "reference": dict(reference), "object": key})
        if "content" in answer:
            return b64decode(answer["content"])
        try:
            content = self._bucket.get(key)
        except AwsError as error:
            raise ConnectorError(None, f"Failed to read the document: {error}") from error
        self._forget(key)
        if content is None:
            raise ConnectorError(None, "Failed to read the document: it is not in the payload bucket")
        return content

    def create(self, content: bytes, content_type: str, file_name: str | None = None) -> dict[str, Any]:
        request = {"operation": "create", "contentType": content_type, "fileName": file_name}
        if len(content) <= MAX_INLINE_BYTES:
            return dict(self._invoke({**request, "content": b64encode(content).decode()})["reference"])
        key = self._key()
        try:
            self._bucket.put(key, content)
        except AwsError as error:
            raise ConnectorError(None, f"Failed to create the document: {error}") from error
        try:
            return dict(self._invoke({**request, "object": key})["reference"])
        finally:
            self._forget(key)

    def link(self, reference: Mapping[str, Any], time_to_live_ms: int) -> str:
        request = {"operation": "link", "reference": dict(reference), "timeToLive": time_to_live_ms}
        return str(self._invoke(request)["url"])

    def _key(self) -> str:
        return f"{self._prefix}/{secrets.token_hex(16)}"

    def _forget(self, key: str) -> None:
        """Delete an object; if that fails, the bucket does it within a day."""
        with suppress(AwsError):
            self._bucket.delete(key)

    def _invoke(self, request: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps({"v": VERSION, **request}, separators=(",", ":")).encode()
        call = Call(
            "POST",
            self._path,
            headers={"content-type": "application/json", "x-amz-invocation-type": "RequestResponse"},
            body=body,
            read_timeout=TIMEOUT_SECONDS,
        )
        try:
            answer = self._lambda.send(call)
        except AwsError as error:
            raise ConnectorError(None, f"The documents function cannot be invoked: {error}") from error
        content = json.loads(answer.body)
        if answer.headers.get("x-amz-function-error"):
            raise ConnectorError(None, f"The documents function failed: {content.get('errorType')} (see its log)")
        if "error" in content:
            raise ConnectorError(None, str(content["error"]))
        return dict(content)
