"""The connectors of a deployed stack: a parameter `/<stack>/connectors/<name>` for each, written by its deployment.

{"function": "arn:…", "types": ["io.camunda:http-json:1"], "timeout": 60, "fetchVariables": ["url"], "repeat": "unsafe"}
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.connector_names import type_override, type_variable, with_types
from connector_sdk.errors import SettingsError
from connector_sdk.settings import Settings, environment
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.stack_parameters import connector_parameters

log = logging.getLogger("connectors.poller")

REPEATS = ("safe", "keyed", "unsafe")


def read_registry(settings: Settings, variables: Mapping[str, str] | None = None) -> Sequence[Registered]:
    """The connectors of `settings.stack`, each job type once. Raises SettingsError, AwsError.

    An entry that cannot be read is left out with an error in the log: it must not stop the others. `variables` (the
    environment) may hold CONNECTOR_<NAME>_TYPE, which replaces the types of one connector; one that names none of the
    stack's is an error in the log, too.
    """
    if not settings.stack:
        raise SettingsError("CONNECTORS_STACK is not set: it names the stack whose connectors are served")
    found: list[Registered] = []
    served: dict[str, str] = {}
    names: list[str] = []
    for parameter in connector_parameters(AwsEndpoint("ssm", settings), settings.stack, recursive=False):
        names.append(_name(parameter))
        connector = _registered(parameter, variables)
        if connector is None:
            continue
        taken = [job_type for job_type in connector.types if job_type in served]
        if taken:
            log.error("%s is not served: %s serves %s already", connector.name, served[taken[0]], taken[0])
            continue
        served |= dict.fromkeys(connector.types, connector.name)
        found.append(connector)
    _tell_unknown(environment() if variables is None else variables, names)
    return found


def _tell_unknown(variables: Mapping[str, str], names: Collection[str]) -> None:
    for name in with_types(variables):
        if name not in names:
            known = ", ".join(type_variable(one) for one in names) or "none"
            log.error(
                "%s is ignored, the stack has no connector %s; there may be: %s", type_variable(name), name, known
            )


def _name(parameter: Mapping[str, Any]) -> str:
    return str(parameter["Name"]).rpartition("/")[2]


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _registered(parameter: Mapping[str, Any], variables: Mapping[str, str] | None) -> Registered | None:
    name = _name(parameter)
    try:
        entry = json.loads(parameter["Value"])
        types = entry["types"]
        override = type_override(name, variables)
        fetch = entry.get("fetchVariables")
        repeat = entry.get("repeat", "unsafe")
        if not _texts(types) or not (fetch is None or _texts(fetch)) or repeat not in REPEATS:
            raise ValueError("types, fetchVariables or repeat is something else")
        return Registered(
            name=name,
            types=(override,) if override else tuple(types),
            fetch_variables=None if fetch is None else tuple(fetch),
            timeout_seconds=float(entry["timeout"]),
            repeat=repeat,
            function=str(entry["function"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        log.error("the entry %s cannot be used: %s; deploy that connector again", parameter["Name"], error)
        return None
