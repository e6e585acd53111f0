"""The templates of an outbound connector: its job type, its model, and what every task has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connector_sdk.outbound import Connector
from devkit.generate.element_template.elements import TARGETS, id_of
from devkit.generate.element_template.fields import shown
from devkit.generate.element_template.frame import framed
from devkit.generate.element_template.output import output
from devkit.generate.element_template.properties import told_apart, written
from devkit.generate.element_template.words import first_sentence

DEFAULT_RETRIES = "3"
DEFAULT_BACKOFF = "PT30S"


def outbound_templates(connector: Connector, folder: Path) -> list[dict[str, Any]]:
    """One for each element that the connector says; none if it says nothing. Raises UnusableModel."""
    said = connector.template
    if said is None:
        return []
    inputs = [written(one, "zeebe:input") for one in told_apart(shown(connector.model))]
    job_type = {
        "type": "Hidden",
        "value": connector.type,
        "binding": {"type": "zeebe:taskDefinition", "property": "type"},
    }
    description = first_sentence(connector.handler.__doc__)
    templates = []
    for element in said.elements:
        template_id = id_of(said.id, TARGETS[element], len(said.elements) > 1)
        properties = [
            job_type,
            *inputs,
            *_identity(template_id, said.version),
            *output(said, "zeebe:taskHeader"),
            *_failure(),
        ]
        templates.append(framed(said, element, connector.name, description, folder, properties))
    return templates


def _identity(template_id: str, version: int) -> list[dict[str, Any]]:
    return [
        _header("elementTemplateId", type="Hidden", value=template_id),
        _header("elementTemplateVersion", type="Hidden", value=str(version)),
    ]


def _failure() -> list[dict[str, Any]]:
    return [
        _header(
            "errorExpression",
            label="Error expression",
            description="Expression that decides what becomes of an error: a BPMN error, a failed job, or nothing",
            type="Text",
            feel="required",
            group="error",
            optional=True,
        ),
        {
            "id": "retryCount",
            "label": "Retries",
            "description": "How often the job is tried before there is an incident",
            "type": "String",
            "group": "retries",
            "value": DEFAULT_RETRIES,
            "feel": "optional",
            "binding": {"type": "zeebe:taskDefinition", "property": "retries"},
        },
        _header(
            "retryBackoff",
            label="Retry backoff",
            description="ISO 8601 duration to wait before the job is tried again",
            type="String",
            group="retries",
            value=DEFAULT_BACKOFF,
        ),
        _header(
            "jobTimeout",
            label="Job timeout",
            description="ISO 8601 duration after which another worker may take the job; empty: the worker's own",
            type="String",
            group="retries",
            optional=True,
        ),
    ]


def _header(key: str, **content: Any) -> dict[str, Any]:
    return {"id": key, **content, "binding": {"type": "zeebe:taskHeader", "key": key}}
