"""What the environment says about single connectors: other job types, and second names for the same code."""

from __future__ import annotations

import re
from collections.abc import Mapping

from connector_sdk.settings import environment

_SECOND_NAME = re.compile(r"CONNECTOR_([A-Z0-9_]+)_FUNCTION")
_TYPE = re.compile(r"CONNECTOR_([A-Z0-9_]+)_TYPE")


def type_override(connector: str, variables: Mapping[str, str] | None = None) -> str | None:
    """CONNECTOR_<NAME>_TYPE, such as CONNECTOR_HTTP_JSON_TYPE for `http-json`: another job type for one connector."""
    source = environment() if variables is None else variables
    return source.get(type_variable(connector)) or None


def type_variable(connector: str) -> str:
    """The name of the variable that gives a connector another job type."""
    return f"CONNECTOR_{connector.replace('-', '_').upper()}_TYPE"


def with_types(variables: Mapping[str, str]) -> list[str]:
    """The connectors that get another job type, whether there are such or not, by name."""
    found = (_TYPE.fullmatch(variable) for variable, job_type in sorted(variables.items()) if job_type)
    return [_name(match[1]) for match in found if match]


def second_names(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """CONNECTOR_<NAME>_FUNCTION, such as CONNECTOR_GITHUB_FUNCTION=http-json: the same code under a second name.

    Gives the connector for each such name, written as names are (`github`).
    """
    source = environment() if variables is None else variables
    found = ((_SECOND_NAME.fullmatch(variable), connector) for variable, connector in sorted(source.items()))
    return {_name(match[1]): connector for match, connector in found if match and connector}


def _name(spelled: str) -> str:
    return spelled.replace("_", "-").lower()
