"""A schema registry with Confluent's REST API: a schema in, its id out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from connector_sdk.documents.json_text import json_text
from connector_sdk.errors import ConnectorError
from connector_sdk.http.authentication import BasicAuthentication
from connector_sdk.kafka_schemas import MEDIA_TYPE, registry_login
from connector_sdk.outbound import JobContext
from functions.outbound.kafka.model import KafkaRequest, RegistrySchema

REGISTERING = "auto.register.schemas"
"""`false`: the schema has to be there already."""


def schema_id(strategy: RegistrySchema, schema: str, request: KafkaRequest, context: JobContext) -> int:
    """The id of a topic's schema for values, which is registered if it is new. Raises HttpError, ConnectorError."""
    properties = request.additional_properties or {}
    subject = quote(f"{request.topic.topic_name}-value", safe="")
    register = str(properties.get(REGISTERING, True)).lower() != "false"
    url = f"{strategy.schema_registry_url.rstrip('/')}/subjects/{subject}{'/versions' if register else ''}"
    asked: dict[str, Any] = {"schema": schema, "schemaType": strategy.schema_type.name}
    headers = {"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE}
    answer = context.http.post(url, body=json_text(asked), headers=headers, auth=_basic(properties)).raise_for_status()
    found = answer.json().get("id")
    if not isinstance(found, int):
        raise ConnectorError("FAIL", f"the schema registry at {strategy.schema_registry_url} gave no id for the schema")
    return found


def _basic(properties: Mapping[str, Any]) -> BasicAuthentication | None:
    login = registry_login(properties)
    if login is None:
        return None
    user, password = login
    return BasicAuthentication(type="basic", username=user, password=password)
