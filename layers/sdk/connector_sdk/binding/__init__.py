"""From a job's variables to a connector's model: lenient where Camunda's templates need it, strict after that."""

from connector_sdk.binding.fields import NEWER, HttpUrl, Int32, NotBlank, NotEmpty, NotNull, OneOf, Secret
from connector_sdk.binding.model import ConnectorModel, ConstraintsViolated, bind

__all__ = [
    "NEWER",
    "ConnectorModel",
    "ConstraintsViolated",
    "HttpUrl",
    "Int32",
    "NotBlank",
    "NotEmpty",
    "NotNull",
    "OneOf",
    "Secret",
    "bind",
]
