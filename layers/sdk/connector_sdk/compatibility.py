"""Whose rules apply where Camunda's versions differ: one table, a row for each rule, a column for each version.

`CONNECTORS_COMPATIBILITY` chooses the column. 8.8 is what Camunda's connector runtime 8.8.7 was seen to do; 8.10 is
what its successor documents, with the safer rule wherever no element template can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.errors import SettingsError

NEWEST = "8.10"
"""The version whose rules apply unless somebody chooses another."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One difference between the versions."""

    meaning: str
    v8_8: Any
    v8_10: Any


RULES: dict[str, Rule] = {
    "textual_secrets": Rule(
        "secrets are replaced in the JSON text, pass by pass, the bare form `secrets.NAME` as well as the braces",
        True,
        False,
    ),
    "newer_functions": Rule(
        "`ignoreError`, `backoff`, `createDocument` and the one-argument `bpmnError` exist", False, True
    ),
    "job_error_variables": Rule("the variables given to `jobError` go into the fail command", False, True),
    "size_guard": Rule("results over 1.5 MB are refused before the engine refuses them", False, True),
    "unwrap_single_result": Rule("a list that holds one context is accepted as result of an expression", True, False),
    "plain_error_message": Rule("the incident has the bare text instead of a sentence that says where", True, False),
    "inline_documents": Rule("documents whose content stands in the reference itself", False, True),
    "external_documents_in_functions": Rule("intrinsic functions take documents from any address", False, True),
    "first_header_only": Rule("of a repeated response header only the first value is kept", True, False),
    "newer_inputs": Rule(
        "inputs that came later are read: in REST tasks `followRedirects`, `documentReturnFormat`, `clientTls` and the "
        "configuration",
        False,
        True,
    ),
    "handshake_code": Rule(
        "what TLS refuses has the code `SSL_HANDSHAKE_FAILED`, and not 408 as all other failures of the network",
        False,
        True,
    ),
    "job_timeout_header": Rule("the header `jobTimeout` sets how long the job is locked", False, True),
}


@dataclass(frozen=True, slots=True)
class Compatibility:
    """One column of the table."""

    version: str
    textual_secrets: bool
    newer_functions: bool
    job_error_variables: bool
    size_guard: bool
    unwrap_single_result: bool
    plain_error_message: bool
    inline_documents: bool
    external_documents_in_functions: bool
    first_header_only: bool
    newer_inputs: bool
    handshake_code: bool
    job_timeout_header: bool

    @classmethod
    def of(cls, version: str) -> Compatibility:
        """The column for a value of `CONNECTORS_COMPATIBILITY`. Raises SettingsError for another version."""
        return cls(version, **column(RULES, version))


def column(rules: Mapping[str, Rule], version: str) -> dict[str, Any]:
    """The value of each rule in one version. Raises SettingsError for a version that has no column."""
    name = _COLUMNS.get(version)
    if name is None:
        raise SettingsError(f"CONNECTORS_COMPATIBILITY is {version!r}, it should be one of {', '.join(_COLUMNS)}")
    return {rule: getattr(values, name) for rule, values in rules.items()}


_COLUMNS = {"8.8": "v8_8", NEWEST: "v8_10"}
