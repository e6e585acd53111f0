"""Records as the search endpoints show them; keys as text, times as ISO 8601 in UTC."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from devkit.engine.core import Core
from devkit.engine.correlations import Correlation
from devkit.engine.definitions import Definition, Node
from devkit.engine.records import TENANT, ElementInstance, Incident, Job, Subscription, UserTask
from devkit.engine.rest.operations import LATEST_MS
from devkit.engine.timing import parse_date

Item = dict[str, Any]

MAX_SHOWN_CHARACTERS = 8191
"""How much of a variable a search shows unless it is told not to cut."""

ELEMENT_TYPES = (
    *("UNSPECIFIED", "PROCESS", "SUB_PROCESS", "EVENT_SUB_PROCESS", "AD_HOC_SUB_PROCESS"),
    *("AD_HOC_SUB_PROCESS_INNER_INSTANCE", "START_EVENT", "INTERMEDIATE_CATCH_EVENT", "INTERMEDIATE_THROW_EVENT"),
    *("BOUNDARY_EVENT", "END_EVENT", "SERVICE_TASK", "RECEIVE_TASK", "USER_TASK", "MANUAL_TASK", "TASK"),
    *("EXCLUSIVE_GATEWAY", "INCLUSIVE_GATEWAY", "PARALLEL_GATEWAY", "EVENT_BASED_GATEWAY", "SEQUENCE_FLOW"),
    *("MULTI_INSTANCE_BODY", "CALL_ACTIVITY", "BUSINESS_RULE_TASK", "SCRIPT_TASK", "SEND_TASK", "UNKNOWN"),
)
_STATES = {"COMPLETED": "COMPLETED", "TERMINATED": "TERMINATED"}
_SCREAMING = {
    "process": "PROCESS",
    "multiInstanceBody": "MULTI_INSTANCE_BODY",
    "task": "TASK",
}


def moment(time_ms: int | None) -> str | None:
    """A time as the API writes it."""
    if time_ms is None:
        return None
    text = datetime.fromtimestamp(min(time_ms, LATEST_MS) / 1000, tz=UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _root(core: Core, process_instance_key: int) -> str:
    """The process instance at the top of the call hierarchy that an instance belongs to."""
    return str(hierarchy(core, process_instance_key)[0].key)


def hierarchy(core: Core, process_instance_key: int) -> list[ElementInstance]:
    """A process instance and those that called it, the topmost first."""
    instance = core.state.elements[process_instance_key]
    found = [instance]
    while instance.caller_key:
        instance = core.state.elements[core.state.elements[instance.caller_key].process_instance_key]
        found.insert(0, instance)
    return found


def _variable_key(scope_key: int, name: str) -> str:
    """Variables have no keys of their own here: one is made up of the scope's key and the name."""
    return f"{scope_key}{crc32(name.encode('utf-8', 'replace')) % 1_000_000_000:09d}"


def _text(key: int | None) -> str | None:
    return str(key) if key else None


def _element_type(record: ElementInstance, node: Node) -> str:
    """`serviceTask` → `SERVICE_TASK`."""
    kind = "multiInstanceBody" if record.is_body else "eventSubProcess" if node.by_event else node.kind
    return _SCREAMING.get(kind) or "".join(f"_{letter}" if letter.isupper() else letter for letter in kind).upper()


def _of_definition(definition: Definition) -> Item:
    return {
        "processDefinitionKey": str(definition.key),
        "processDefinitionId": definition.process_id,
        "tenantId": TENANT,
    }


def definition(core: Core, record: Definition) -> Item:
    latest = core.state.latest(record.process_id)
    return {
        **_of_definition(record),
        "name": record.name,
        "resourceName": record.resource_name,
        "version": record.version,
        "versionTag": record.version_tag,
        "hasStartForm": False,
        "state": "DELETED" if record.deleted else "ACTIVE",
        "isLatestVersion": latest is record,
    }


def process_instance(core: Core, record: ElementInstance) -> Item:
    of = core.definition(record)
    caller = core.state.elements.get(record.caller_key)
    return {
        **_of_definition(of),
        "processInstanceKey": str(record.key),
        "processDefinitionName": of.name,
        "processDefinitionVersion": of.version,
        "processDefinitionVersionTag": of.version_tag,
        "parentProcessInstanceKey": None if caller is None else str(caller.process_instance_key),
        "parentElementInstanceKey": _text(record.caller_key),
        "startDate": moment(record.started_ms),
        "endDate": moment(record.ended_ms),
        "state": _STATES.get(record.state, "ACTIVE"),
        "hasIncident": any(
            core.state.incidents[key].state == "ACTIVE" for key in core.state.incidents_of.get(record.key, ())
        ),
        "rootProcessInstanceKey": _root(core, record.key),
        "suspendedDate": None,
        "businessId": record.business_id,
        "tags": [],
    }


def element_instance(core: Core, record: ElementInstance) -> Item:
    of = core.definition(record)
    node = of.nodes[record.element_id]
    return {
        **_of_definition(of),
        "elementInstanceKey": str(record.key),
        "processInstanceKey": str(record.process_instance_key),
        "elementId": record.element_id,
        "elementName": node.name or node.id,
        "type": _element_type(record, node),
        "state": _STATES.get(record.state, "ACTIVE"),
        "startDate": moment(record.started_ms),
        "endDate": moment(record.ended_ms),
        "hasIncident": record.incident_key is not None,
        "incidentKey": _text(record.incident_key),
        "elementInstanceScopeKey": _text(record.scope_key),
        "rootProcessInstanceKey": _root(core, record.process_instance_key),
    }


def variable(core: Core, scope: ElementInstance, name: str, value: Any, *, cut: bool) -> Item:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    truncated = cut and len(written) > MAX_SHOWN_CHARACTERS
    return {
        "variableKey": _variable_key(scope.key, name),
        "name": name,
        "value": written[:MAX_SHOWN_CHARACTERS] if truncated else written,
        "isTruncated": truncated,
        "scopeKey": str(scope.key),
        "processInstanceKey": str(scope.process_instance_key),
        "rootProcessInstanceKey": _root(core, scope.process_instance_key),
        "tenantId": TENANT,
    }


def incident(core: Core, record: Incident) -> Item:
    return {
        **_of_definition(core.state.definition(record.definition_key)),
        "incidentKey": str(record.key),
        "processInstanceKey": str(record.process_instance_key),
        "errorType": record.error_type,
        "errorMessage": record.message,
        "elementId": record.element_id,
        "elementInstanceKey": str(record.element_key),
        "creationTime": moment(record.created_ms),
        "state": record.state,
        "jobKey": _text(record.job_key),
        "rootProcessInstanceKey": _root(core, record.process_instance_key),
    }


def job_kind(core: Core, record: Job) -> str:
    """Whose job it is."""
    node = core.nodes[record.definition_key][record.element_id]
    return "BPMN_ELEMENT" if node.ad_hoc is None else "AD_HOC_SUB_PROCESS"


def job(core: Core, record: Job) -> Item:
    return {
        **_of_definition(core.state.definition(record.definition_key)),
        "jobKey": str(record.key),
        "type": record.type,
        "worker": record.worker,
        "state": _JOB_STATES[record.state],
        "kind": job_kind(core, record),
        "listenerEventType": "UNSPECIFIED",
        "retries": record.retries,
        "isDenied": False,
        "deniedReason": "",
        "hasFailedWithRetriesLeft": record.state == "FAILED" and record.retries > 0,
        "errorCode": record.error_code,
        "errorMessage": record.error_message,
        "customHeaders": record.headers,
        "deadline": moment(record.due_ms) if record.state == "ACTIVATED" else None,
        "creationTime": moment(core.state.elements[record.element_key].started_ms),
        "lastUpdateTime": None,
        "endTime": moment(core.state.elements[record.element_key].ended_ms),
        "elementId": record.element_id,
        "elementInstanceKey": str(record.element_key),
        "processInstanceKey": str(record.process_instance_key),
        "rootProcessInstanceKey": _root(core, record.process_instance_key),
        "businessId": None,
        "priority": 0,
    }


_JOB_STATES: Mapping[str, str] = {
    "ACTIVATABLE": "CREATED",
    "ACTIVATED": "CREATED",
    "FAILED": "FAILED",
    "ERROR_THROWN": "ERROR_THROWN",
    "COMPLETED": "COMPLETED",
    "CANCELED": "CANCELED",
}


def message_subscription(core: Core, record: Subscription) -> Item:
    element = core.state.elements[record.element_key]
    of = core.definition(element)
    return {
        **_of_definition(of),
        "processDefinitionName": of.name,
        "processDefinitionVersion": of.version,
        "rootProcessInstanceKey": _root(core, record.process_instance_key),
        "messageSubscriptionType": "PROCESS_EVENT",
        "inboundConnectorType": None,
        "toolName": None,
        "toolProperties": {},
        "businessId": None,
        "messageSubscriptionKey": str(record.key),
        "processInstanceKey": str(record.process_instance_key),
        "elementId": record.event_id,
        "elementInstanceKey": str(record.element_key),
        "messageSubscriptionState": "CREATED",
        "lastUpdatedDate": moment(element.started_ms),
        "messageName": record.name,
        "correlationKey": record.correlation_key,
    }


def correlation(core: Core, record: Correlation) -> Item:
    return {
        **_of_definition(core.state.definition(record.definition_key)),
        "businessId": None,
        "correlationKey": record.correlation_key,
        "correlationTime": moment(record.time_ms),
        "elementId": record.event_id,
        "elementInstanceKey": _text(record.element_key),
        "messageKey": str(record.message_key),
        "messageName": record.message_name,
        "partitionId": 1,
        "processInstanceKey": str(record.process_instance_key),
        "rootProcessInstanceKey": _root(core, record.process_instance_key),
        "subscriptionKey": str(record.subscription_key),
    }


def _date(written: str | None) -> str | None:
    return None if written is None else moment(parse_date(written))


def user_task(core: Core, record: UserTask) -> Item:
    of = core.state.definition(record.definition_key)
    return {
        **_of_definition(of),
        "userTaskKey": str(record.key),
        "name": of.nodes[record.element_id].name,
        "state": record.state,
        "assignee": record.assignee,
        "elementId": record.element_id,
        "elementInstanceKey": str(record.element_key),
        "processInstanceKey": str(record.process_instance_key),
        "processDefinitionVersion": of.version,
        "candidateGroups": record.candidate_groups,
        "candidateUsers": record.candidate_users,
        "creationDate": moment(record.created_ms),
        "completionDate": None
        if record.state == "CREATED"
        else moment(core.state.elements[record.element_key].ended_ms),
        "dueDate": _date(record.due_date),
        "followUpDate": _date(record.follow_up_date),
        "externalFormReference": record.external_form,
        "formKey": None,
        "customHeaders": dict(of.nodes[record.element_id].headers),
        "processName": of.name,
        "rootProcessInstanceKey": _root(core, record.process_instance_key),
        "businessId": None,
        "tags": [],
        "priority": record.priority,
    }
