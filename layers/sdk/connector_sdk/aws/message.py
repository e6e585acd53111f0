"""What messages to queues of SQS and to topics of SNS have in common: attributes, and the fields of ordered ones."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from connector_sdk.aws.request import Region
from connector_sdk.java_text import java_text
from connector_sdk.template import Equals, Property


class Ordering(Enum):
    """What the Modeler asks for; AWS knows it by the name of the queue or topic."""

    STANDARD = "standard"
    FIFO = "fifo"


_FIFO_ONLY = Equals(".type", Ordering.FIFO.value)
OlderRegion = Annotated[Region | None, Property(offered=False)]
"""Where the oldest templates have the region."""
MessageGroupId = Annotated[
    str | None, Property(label="Message group ID", group="input", when=_FIFO_ONLY, required=True)
]
MessageDeduplicationId = Annotated[
    str | None, Property(label="Message deduplication ID", group="input", when=_FIFO_ONLY)
]

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


MessageAttributes = Annotated[
    Annotated[dict[str, Any], AfterValidator(_attributes)] | None,
    Property(group="input", example='{trace: {DataType: "String", StringValue: traceId}}'),
]
"""After binding: data type and value by name."""
