"""Message attributes of SQS and SNS: `{"trace": {"DataType": "String", "StringValue": "4711"}}`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from connector_sdk.java_text import java_text

Attribute = tuple[str, str]
"""Data type and value."""


def _attribute(name: str, given: Any) -> Attribute:
    """Both spellings of the members count: `dataType`, and `DataType` as AWS has it."""
    members = given if isinstance(given, dict) else {}
    found = [members.get(member[0].lower() + member[1:], members.get(member)) for member in ("DataType", "StringValue")]
    data_type, value = (
        "" if member is None or isinstance(member, dict | list) else java_text(member) for member in found
    )
    if not data_type.strip() or not value.strip():
        raise PydanticCustomError(
            "attribute", "{name} must be an object with dataType and stringValue, neither of them blank", {"name": name}
        )
    return data_type, value


def _attributes(given: dict[str, Any]) -> dict[str, Attribute]:
    return {name: _attribute(name, members) for name, members in given.items()}


MessageAttributes = Annotated[dict[str, Any], AfterValidator(_attributes)]
"""After binding: data type and value by name."""
