"""What each search may be filtered by, and sorted by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from devkit.engine.core import Core
from devkit.engine.records import ElementInstance
from devkit.engine.rest import bodies, items
from devkit.engine.rest.conditions import DATE, FLAG, KEY, NUMBER, TAGS, TEXT, Condition, Kind, condition, enumeration
from devkit.engine.rest.items import Item
from devkit.engine.rest.problems import bad_request, invalid

Predicate = Callable[[Core, Item], bool]

_ENDED = ("ACTIVE", "COMPLETED", "TERMINATED")


def _all(kind: Kind, *names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, kind)


_OF_INSTANCE = {
    **_all(KEY, "processInstanceKey", "processDefinitionKey", "rootProcessInstanceKey"),
    **_all(TEXT, "processDefinitionId", "tenantId"),
}
_OF_ELEMENT = {**_OF_INSTANCE, "elementId": TEXT, "elementInstanceKey": KEY}

PROPERTIES: Mapping[str, Mapping[str, Kind]] = {
    "process-definitions": {
        "processDefinitionKey": KEY,
        **_all(TEXT, "name", "processDefinitionId", "resourceName", "versionTag", "tenantId"),
        "version": NUMBER,
        **_all(FLAG, "isLatestVersion", "hasStartForm"),
        "state": enumeration("ACTIVE", "DRAINING", "DELETED"),
    },
    "process-instances": {
        **_OF_INSTANCE,
        **_all(KEY, "parentProcessInstanceKey", "parentElementInstanceKey"),
        **_all(TEXT, "processDefinitionName", "processDefinitionVersionTag", "businessId"),
        "processDefinitionVersion": NUMBER,
        **_all(DATE, "startDate", "endDate", "suspendedDate"),
        "state": enumeration("ACTIVE", "COMPLETED", "SUSPENDED", "TERMINATED"),
        "hasIncident": FLAG,
    },
    "element-instances": {
        **_OF_ELEMENT,
        **_all(KEY, "incidentKey", "elementInstanceScopeKey"),
        "elementName": TEXT,
        **_all(DATE, "startDate", "endDate"),
        "state": enumeration(*_ENDED),
        "type": enumeration(*items.ELEMENT_TYPES),
        "hasIncident": FLAG,
    },
    "variables": {
        **_all(KEY, "variableKey", "scopeKey", "processInstanceKey", "rootProcessInstanceKey"),
        **_all(TEXT, "name", "value", "tenantId"),
        "isTruncated": FLAG,
    },
    "incidents": {
        **_OF_ELEMENT,
        **_all(KEY, "incidentKey", "jobKey"),
        "errorMessage": TEXT,
        "creationTime": DATE,
        "errorType": enumeration(
            *("AD_HOC_SUB_PROCESS_NO_RETRIES", "CALLED_DECISION_ERROR", "CALLED_ELEMENT_ERROR", "CONDITION_ERROR"),
            *("DECISION_EVALUATION_ERROR", "EXECUTION_LISTENER_NO_RETRIES", "EXTRACT_VALUE_ERROR", "FORM_NOT_FOUND"),
            *("IO_MAPPING_ERROR", "JOB_NO_RETRIES", "MESSAGE_SIZE_EXCEEDED", "RESOURCE_NOT_FOUND"),
            *("SECRET_RESOLUTION_ERROR", "TASK_LISTENER_NO_RETRIES", "UNHANDLED_ERROR_EVENT", "UNKNOWN", "UNSPECIFIED"),
        ),
        "state": enumeration("ACTIVE", "MIGRATED", "PENDING", "RESOLVED", "UNKNOWN"),
    },
    "jobs": {
        **_OF_ELEMENT,
        "jobKey": KEY,
        **_all(TEXT, "type", "worker", "errorCode", "errorMessage", "deniedReason"),
        **_all(NUMBER, "retries", "priority"),
        **_all(DATE, "deadline", "creationTime", "endTime", "lastUpdateTime"),
        **_all(FLAG, "hasFailedWithRetriesLeft", "isDenied"),
        "kind": enumeration("BPMN_ELEMENT", "EXECUTION_LISTENER", "TASK_LISTENER", "AD_HOC_SUB_PROCESS"),
        "listenerEventType": enumeration(
            *("ASSIGNING", "BEFORE_ALL", "CANCEL", "CANCELING", "COMPLETING"),
            *("CREATING", "END", "START", "UNSPECIFIED", "UPDATING"),
        ),
        "state": enumeration(
            *("CANCELED", "COMPLETED", "CREATED", "ERROR_THROWN", "FAILED"),
            *("MIGRATED", "PRIORITY_UPDATED", "RETRIES_UPDATED", "TIMEOUT_UPDATED", "TIMED_OUT"),
        ),
    },
    "message-subscriptions": {
        **_OF_ELEMENT,
        "messageSubscriptionKey": KEY,
        **_all(TEXT, "messageName", "correlationKey", "processDefinitionName", "businessId"),
        **_all(TEXT, "toolName", "inboundConnectorType"),
        "processDefinitionVersion": NUMBER,
        "lastUpdatedDate": DATE,
        "messageSubscriptionState": enumeration("CORRELATED", "CREATED", "DELETED", "MIGRATED"),
        "messageSubscriptionType": enumeration("START_EVENT", "PROCESS_EVENT"),
    },
    "correlated-message-subscriptions": {
        **_OF_ELEMENT,
        **_all(KEY, "subscriptionKey", "messageKey"),
        **_all(TEXT, "messageName", "correlationKey", "businessId"),
        "correlationTime": DATE,
        "partitionId": NUMBER,
    },
    "user-tasks": {
        **_OF_ELEMENT,
        "userTaskKey": KEY,
        **_all(TEXT, "name", "assignee", "businessId"),
        "priority": NUMBER,
        **_all(DATE, "creationDate", "completionDate", "followUpDate", "dueDate"),
        "state": enumeration(
            *("CREATING", "CREATED", "ASSIGNING", "UPDATING", "COMPLETING"),
            *("COMPLETED", "CANCELING", "CANCELED", "FAILED"),
        ),
    },
}
"""Resource → property of its items → what may be asked of it. The same names may be sorted by."""


def _variables(scope: str) -> Callable[[Core, Item], Any]:
    """The variables, as JSON texts, of the scope that a property of an item names."""

    def read(core: Core, item: Item) -> dict[str, str]:
        own = core.state.variables.peek(int(item[scope])) or {}
        return {name: json.dumps(value, ensure_ascii=False, separators=(",", ":")) for name, value in own.items()}

    return read


def _elements(core: Core, item: Item) -> Iterator[ElementInstance]:
    return (element for element in core.state.elements_of(int(item["processInstanceKey"])) if element.scope_key)


def _incident_texts(core: Core, item: Item) -> list[str]:
    keys = core.state.incidents_of.get(int(item["processInstanceKey"]), ())
    found = (core.state.incidents[key] for key in keys)
    return [incident.message for incident in found if incident.state == "ACTIVE"]


def _jobs_with_retries(core: Core, item: Item) -> list[bool]:
    keys = [element.job_key for element in _elements(core, item)]
    found = [core.state.jobs[key] for key in keys if key is not None]
    return [any(job.state == "FAILED" and job.retries > 0 for job in found)]


def _shown(name: str) -> Callable[[Core, Item], list[Any]]:
    return lambda core, item: [items.element_instance(core, element)[name] for element in _elements(core, item)]


def _nothing(_: Core, __: Item) -> list[Any]:
    return []


RELATED: Mapping[str, Mapping[str, tuple[Kind, Callable[[Core, Item], list[Any]]]]] = {
    "process-instances": {
        "elementId": (TEXT, _shown("elementId")),
        "elementInstanceState": (enumeration(*_ENDED), _shown("state")),
        "hasElementInstanceIncident": (FLAG, _shown("hasIncident")),
        "errorMessage": (TEXT, _incident_texts),
        "hasRetriesLeft": (FLAG, _jobs_with_retries),
        "incidentErrorHashCode": (NUMBER, _nothing),
        "batchOperationId": (TEXT, _nothing),
        "batchOperationKey": (TEXT, _nothing),
    },
    "user-tasks": {
        "candidateGroup": (TEXT, lambda core, item: list(item["candidateGroups"])),
        "candidateUser": (TEXT, lambda core, item: list(item["candidateUsers"])),
    },
}
"""Properties that are not the item's own: it is found if one of their values is what was asked for."""
VARIABLES: Mapping[str, Mapping[str, Callable[[Core, Item], Any]]] = {
    "process-instances": {"variables": _variables("processInstanceKey")},
    "user-tasks": {
        "processInstanceVariables": _variables("processInstanceKey"),
        "localVariables": _variables("elementInstanceKey"),
    },
}
_WITH_ALTERNATIVES = ("process-instances", "element-instances", "user-tasks")
_WITH_TAGS = ("process-instances", "user-tasks")


def predicate(resource: str, wanted: Mapping[str, Any], place: str = "filter") -> Predicate:
    """Compile a filter. Raises Problem for a property, an operator or a value that the search does not have."""
    tests = [_test(resource, name, asked, f"{place}.{name}") for name, asked in wanted.items() if asked is not None]
    return lambda core, item: all(test(core, item) for test in tests)


def _test(resource: str, name: str, asked: Any, place: str) -> Predicate:
    if name in PROPERTIES[resource]:
        own = condition(place, PROPERTIES[resource][name], asked)
        return lambda core, item: own(item[name])
    if name in RELATED.get(resource, {}):
        kind, values = RELATED[resource][name]
        related = condition(place, kind, asked)
        return lambda core, item: any(map(related, values(core, item)))
    if name in VARIABLES.get(resource, {}):
        return _variable_test(VARIABLES[resource][name], asked, place)
    if name == "tags" and resource in _WITH_TAGS:
        tags = _read(TAGS.read, asked, place)
        return lambda core, item: tags <= set(item["tags"])
    if name == "$or" and resource in _WITH_ALTERNATIVES:
        ways = [predicate(resource, one, place) for one in _read(bodies.records, asked, place)]
        return lambda core, item: not ways or any(way(core, item) for way in ways)
    raise bad_request(f"Request property [{place}] cannot be parsed")


def _variable_test(variables: Callable[[Core, Item], Any], asked: Any, place: str) -> Predicate:
    tests: list[tuple[str, Condition]] = []
    for one in _read(bodies.records, asked, place):
        if one.keys() != {"name", "value"} or one["value"] is None:
            raise invalid("Variable name and value must not be null")
        name = _read(bodies.text, one["name"], f"{place}.name")
        tests.append((name, condition(f"{place}.value", TEXT, one["value"])))

    def fits(core: Core, item: Item) -> bool:
        own = variables(core, item)
        return all(name in own and test(own[name]) for name, test in tests)

    return fits


def _read(reader: bodies.Reader, value: Any, place: str) -> Any:
    try:
        return reader(value)
    except ValueError:
        raise bad_request(f"Request property [{place}] cannot be parsed") from None
