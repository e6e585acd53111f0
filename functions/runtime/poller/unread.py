"""Variables of the environment that look like this project's and that nothing reads: misspelled ones, most of all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from connector_sdk.connector_names import second_names, type_variable
from connector_sdk.settings import SETTINGS

OURS = ("CONNECTOR_", "CONNECTORS_")
FUNCTION = "_FUNCTION"
"""Makes any name a second name of a connector."""


def unread(variables: Mapping[str, str], connectors: Collection[str], secret_prefix: str) -> Iterator[str]:
    """A sentence for each; no value is in it. `connectors` are the names of all that there are."""
    read = {name for setting in SETTINGS.values() for name in (setting.name, *setting.aliases)}
    read |= {type_variable(name) for name in (*connectors, *second_names(variables))}
    for name in sorted(variables):
        if not name.startswith(OURS) or name in read or name.startswith(secret_prefix) or name.endswith(FUNCTION):
            continue
        meant = get_close_matches(name, read, 1, cutoff=0.9)
        yield f"{name} is ignored: nothing reads it{f'; is {meant[0]} meant?' if meant else ''}"
