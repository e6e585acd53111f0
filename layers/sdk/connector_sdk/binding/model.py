"""The base of every connector's model, and binding a job's variables to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from connector_sdk.binding.coercion import coerce_members
from connector_sdk.binding.fields import NEWER
from connector_sdk.documents.references import Documents
from connector_sdk.errors import ConnectorInputError


class ConnectorModel(BaseModel):
    """Members are written in camelCase in the process, unknown ones are ignored, and no input shows in an error."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        hide_input_in_errors=True,
    )


class ConstraintsViolated(ConnectorInputError):
    """In the words of Camunda's runtime, which users search for; `violations` are without them: property and what."""

    def __init__(self, violations: Sequence[tuple[str, str]]) -> None:
        lines = [f" - Property: {path}: Validation failed. Original message: {what}" for path, what in violations]
        super().__init__(
            "jakarta.validation.ValidationException: Found constraints violated while validating input: \n"
            + "\n".join(sorted(lines))
        )
        self.violations = violations


Model = TypeVar("Model", bound=BaseModel)


def bind(model: type[Model], variables: Mapping[str, Any], documents: Documents, *, newer_inputs: bool = True) -> Model:
    """The variables as a model; without `newer_inputs` those that the model marks as NEWER are not read.

    Raises ConstraintsViolated.
    """
    read = variables if newer_inputs else _without_newer(variables, model)
    try:
        return model.model_validate(coerce_members(read, model, documents))
    except ValidationError as error:
        violations = [_violation(detail, model) for detail in error.errors(include_url=False)]
        raise ConstraintsViolated(violations) from None


def _choices(name: str, model: type[BaseModel]) -> list[str]:
    """The values of the enumeration of that name, somewhere in a model."""
    wanted, seen = list[Any]([model]), set[int]()
    while wanted:
        kind = wanted.pop()
        if id(kind) in seen:
            continue
        seen.add(id(kind))
        if isinstance(kind, type) and issubclass(kind, Enum):
            if kind.__name__ == name:
                return [str(member.value) for member in kind]
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            wanted += [field.annotation for field in kind.model_fields.values()]
        else:
            wanted += get_args(kind)
    return []


def _without_newer(variables: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    fields = model.model_fields.items()
    unread = {field.alias or name for name, field in fields if NEWER in field.metadata}
    return {name: value for name, value in variables.items() if name not in unread}


def _violation(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """The property and what is wrong; of the input it says no more than that it was null."""
    path = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"]
    if detail["type"] == "missing" or (detail["type"].endswith("_type") and detail["input"] is None):
        message = "must not be null"
    elif detail["type"] == "is_instance_of" and (choices := _choices(detail["ctx"]["class"], model)):
        message = f"must be one of {', '.join(choices)}"
    return path, message
