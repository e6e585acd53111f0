"""The documents function: what a connector wants of the cluster's store, done with credentials of its own.

`connector_sdk/documents/exchange.py` has the shapes of requests and answers. What the store refuses is an answer, too:
the connector's job fails with its text. Only a request that is none of a connector's ends as an error.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from connector_sdk.bucket import Bucket
from connector_sdk.documents.exchange import KEY, MAX_INLINE_BYTES, VERSIONS
from connector_sdk.documents.store import DocumentStore
from connector_sdk.engine_client import CurrentEngine, EngineDocuments
from connector_sdk.errors import AwsError, ConnectorError, SdkError, SecretsUnavailable, SettingsError
from connector_sdk.secrets import EngineSettings
from connector_sdk.settings import Settings

REFUSALS = (ConnectorError, AwsError, SettingsError, SecretsUnavailable)
"""What a connector is told; the texts hold no secret."""


class NoDocumentRequest(SdkError):
    """The event is none of a connector's requests: nothing was done."""


@dataclass(frozen=True, slots=True)
class Stores:
    """The cluster's store, and the bucket for what is too large for an invocation."""

    documents: DocumentStore
    bucket: Bucket


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request. Raises NoDocumentRequest."""
    if event.get("v") not in VERSIONS:
        return {"error": _other_version(event.get("v"))}
    operation = _OPERATIONS.get(str(event.get("operation")))
    if operation is None:
        raise NoDocumentRequest(f"the operation {event.get('operation')!r} is none of {', '.join(_OPERATIONS)}")
    try:
        return operation(event, stores())
    except REFUSALS as error:
        return {"error": str(error)}


def _other_version(version: Any) -> str:
    return (
        f"the connector speaks version {version!r} with the documents function, which knows {VERSIONS[0]} to "
        f"{VERSIONS[-1]}: deploy both from the same release; nothing was done"
    )


@cache
def stores() -> Stores:
    """Credentials are read every few minutes; connections and tokens are kept. Raises SettingsError."""
    settings = Settings.read()
    if settings.engine_authentication != "NONE" and not settings.engine_secret:
        raise SettingsError(
            "the stack has no credentials for documents: create a client that may create and read documents, and give "
            "the ARN of its secret as EngineDocumentsSecretArn"
        )
    engine = CurrentEngine(EngineSettings(settings).current)
    return Stores(EngineDocuments(engine.client), Bucket(settings, settings.document_objects.partition("/")[0]))


def _create(event: Mapping[str, Any], use: Stores) -> dict[str, Any]:
    content = _content(event, use.bucket)
    return {"reference": use.documents.create(content, str(event["contentType"]), event.get("fileName"))}


def _content(event: Mapping[str, Any], bucket: Bucket) -> bytes:
    if "content" in event:
        return b64decode(event["content"])
    key = _key(event)
    content = bucket.get(key)
    if content is None:
        raise ConnectorError(None, f"Failed to create the document: there is no object {key} in the payload bucket")
    return content


def _read(event: Mapping[str, Any], use: Stores) -> dict[str, Any]:
    key = _key(event)
    content = use.documents.read(event["reference"])
    if len(content) <= MAX_INLINE_BYTES:
        return {"content": b64encode(content).decode()}
    use.bucket.put(key, content)
    return {"object": key}


def _link(event: Mapping[str, Any], use: Stores) -> dict[str, Any]:
    return {"url": use.documents.link(event["reference"], int(event["timeToLive"]))}


def _key(event: Mapping[str, Any]) -> str:
    """The object that the connector names. Raises NoDocumentRequest for one that connectors do not use."""
    key = str(event.get("object"))
    if not KEY.fullmatch(key):
        raise NoDocumentRequest(f"{key!r} is no key of a document")
    return key


_OPERATIONS: dict[str, Callable[[Mapping[str, Any], Stores], dict[str, Any]]] = {
    "create": _create,
    "read": _read,
    "link": _link,
}
