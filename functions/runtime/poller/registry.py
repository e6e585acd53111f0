"""Which functions serve which job types."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Literal

from connector_sdk.connector_names import second_names, type_override, type_variable
from connector_sdk.errors import SdkError, SettingsError

DEFAULT_TIMEOUT_SECONDS = 30.0
WITH_ENGINE = frozenset({"messages"})
"""What does jobs and has credentials of the engine: it is in functions/runtime, among those that do."""

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
"""A Lambda handler: invocation and context in, answer out."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One deployed connector function, as the poller needs to know it."""

    name: str
    """The function's public name, such as `http-json`."""
    types: tuple[str, ...]
    fetch_variables: tuple[str, ...] | None = None
    """The only variables that its jobs need; None: all."""
    timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    """The function's own time-out."""
    repeat: Literal["safe", "keyed", "unsafe"] = "unsafe"
    function: str | None = None
    """The ARN of the deployed function; None in the same process."""


class UnknownConnector(SdkError):
    """No folder under functions/outbound has that name, or it holds no connector."""


def load_all(names: Iterable[str], variables: Mapping[str, str] | None = None) -> list[tuple[Registered, Handler]]:
    """Load connectors by their names, each once. Raises UnknownConnector, SettingsError if two serve one job type."""
    loaded = {connector.name: (connector, handler) for connector, handler in (load(name, variables) for name in names)}
    served: dict[str, str] = {}
    for connector, _ in loaded.values():
        for job_type in connector.types:
            _refuse_double(job_type, connector.name, served.setdefault(job_type, connector.name), variables)
    return list(loaded.values())


def _refuse_double(job_type: str, name: str, other: str, variables: Mapping[str, str] | None) -> None:
    if other != name:
        given = next((one for one in (name, other) if type_override(one, variables)), name)
        variable = type_variable(given)
        raise SettingsError(f"{name} and {other} both serve {job_type}: {variable} has to name another job type")


def load(name: str, variables: Mapping[str, str] | None = None) -> tuple[Registered, Handler]:
    """Import `functions.outbound.<folder>.app` for a connector's name (`http-json` or `http_json`).

    `variables` (the environment) may give a connector another job type (CONNECTOR_<NAME>_TYPE) and a second name
    (CONNECTOR_<NAME>_FUNCTION). Raises UnknownConnector saying what is there instead.
    """
    public = name.replace("_", "-")
    handler = _handler(second_names(variables).get(public, name))
    connector = registered(public, handler)
    override = type_override(public, variables)
    return (replace(connector, types=(override,)) if override else connector), handler


def there_are() -> list[str]:
    """The names of all connectors."""
    folders = pkgutil.iter_modules(import_module("functions.outbound").__path__)
    return sorted({folder.name.replace("_", "-") for folder in folders} | WITH_ENGINE)


def _handler(name: str) -> Handler:
    folder = name.replace("-", "_")
    module_name = f"functions.{'runtime' if folder in WITH_ENGINE else 'outbound'}.{folder}.app"
    if not re.fullmatch(r"[a-z0-9_]+", folder):
        raise UnknownConnector(
            f"{name!r} is no connector's name: they are letters, digits and dashes; there are {', '.join(there_are())}"
        )
    try:
        handler: Handler = import_module(module_name).handler
        return handler
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise
        raise UnknownConnector(
            f"no connector {name!r}: functions/outbound/{folder}/app.py does not exist; "
            f"there are {', '.join(there_are())}"
        ) from error
    except AttributeError as error:
        raise UnknownConnector(f"functions/outbound/{folder}/app.py defines no `handler`") from error


def registered(name: str, connector: Any) -> Registered:
    """Read what a connector object (`connector_sdk.outbound`) says about itself."""
    fetch = connector.fetch_variables
    return Registered(
        name=name,
        types=(connector.type,),
        fetch_variables=None if fetch is None else tuple(fetch),
        timeout_seconds=float(connector.timeout_seconds),
        repeat=connector.repeat,
    )
