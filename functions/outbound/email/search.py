"""Search criteria: `{operator: "AND", criteria: […]}`, or `{field: "SUBJECT", value: "…"}` for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from email.utils import getaddresses
from typing import Any

from connector_sdk.errors import ConnectorInputError
from connector_sdk.mail.content import Mail

FIELDS = ("FROM", "SUBJECT", "BODY")
OPERATORS: Mapping[str, Callable[[set[int], set[int]], set[int]]] = {"AND": set.__and__, "OR": set.__or__}
MAX_DEPTH = 20


def matching(criteria: Any, one: Callable[[str, str], set[int]], depth: int = 0) -> set[int]:
    """The numbers of the mails that meet the criteria; `one` has those for a field and a value.

    Raises ConnectorInputError for criteria in another form.
    """
    if not isinstance(criteria, Mapping) or depth > MAX_DEPTH:
        raise ConnectorInputError('criteria are {field: …, value: …} or {operator: "AND" or "OR", criteria: […]}')
    if "operator" not in criteria:
        field, value = criteria.get("field"), criteria.get("value")
        if field not in FIELDS or not isinstance(value, str) or not value:
            raise ConnectorInputError(f"A criterion has a field ({', '.join(FIELDS)}) and a value, which is a text")
        return one(field, value)
    operator, parts = criteria["operator"], criteria.get("criteria")
    if operator not in OPERATORS or not isinstance(parts, list) or not parts:
        raise ConnectorInputError("An operator is AND or OR, and has a list of criteria")
    found = [matching(part, one, depth + 1) for part in parts]
    together = found[0]
    for other in found[1:]:
        together = OPERATORS[operator](together, other)
    return together


def meets(found: Mail, field: str, value: str) -> bool:
    """Whether a mail has a value in a field, where the server cannot search (POP3)."""
    wanted = value.lower()
    match field:
        case "FROM":
            given = {address.lower() for _, address in getaddresses([wanted])}
            return (found.sender or "").lower() in given
        case "SUBJECT":
            return wanted in (found.subject or "").lower()
        case _:
            return any(wanted in text.lower() for text in found.texts().values())
