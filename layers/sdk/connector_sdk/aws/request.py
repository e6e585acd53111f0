"""The inputs that every official AWS template has: credentials, region, endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, model_validator
from pydantic_core import PydanticCustomError

from connector_sdk.aws_endpoint import is_region
from connector_sdk.binding import NEWER, ConnectorModel, NotBlank, OneOf, Secret
from connector_sdk.template import Property

STATIC, OWN_ROLE = "credentials", "defaultCredentialsChain"


class StaticCredentials(ConnectorModel):
    """Credentials"""

    type: Literal["credentials"]
    access_key: Annotated[NotBlank, Property(label="Access key", group="authentication", secret=True)]
    secret_key: Annotated[NotBlank, Secret, Property(label="Secret key", group="authentication", secret=True)]


class OwnRole(ConnectorModel):
    """The role of the connector's function"""

    type: Literal["defaultCredentialsChain"]


def _region(text: str) -> str:
    """Empty is absent."""
    if text and not is_region(text):
        raise PydanticCustomError("region", "must be a region such as eu-central-1")
    return text


Region = Annotated[str, AfterValidator(_region)]
Authentication = Annotated[StaticCredentials | OwnRole, OneOf]


class AwsConfiguration(ConnectorModel):
    """Where the service is."""

    region: Annotated[Region | None, Property(group="configuration", example="eu-central-1")] = None
    endpoint: Annotated[str | None, Property(offered=False)] = None


class AwsCredential(ConnectorModel):
    """A configuration of the cluster (8.10): takes the place of the task's own authentication."""

    authentication: Authentication
    region: Region | None = None


class AwsRequest(ConnectorModel):
    """The base of AWS connectors' requests.

    As in Camunda's: without a known `type` the authentication is by keys; a configuration's authentication goes before
    the task's own; the task's region goes before the configuration's, and without any the function's own counts.
    """

    aws_credential: Annotated[AwsCredential | None, NEWER, Property(offered=False)] = None
    authentication: Annotated[Authentication, Property(group="authentication", default=OWN_ROLE)]
    configuration: AwsConfiguration | None = None
    _calls: int = 0

    @model_validator(mode="before")
    @classmethod
    def _effective(cls, members: Any) -> Any:
        if not isinstance(members, Mapping):
            return members
        credential = members.get("awsCredential")
        if isinstance(credential, Mapping):
            credential = {**credential, "authentication": _typed(credential.get("authentication"))}
            return {**members, "awsCredential": credential, "authentication": credential["authentication"]}
        return {**members, "authentication": _typed(members.get("authentication"))}

    def count_call(self) -> int:
        """One more call is made for this request: how many there are now."""
        self._calls += 1
        return self._calls

    @property
    def region(self) -> str:
        """The region that counts; empty for the function's own."""
        here = self.configuration.region if self.configuration else None
        shared = self.aws_credential.region if self.aws_credential else None
        return here or shared or self.older_region or ""

    @property
    def older_region(self) -> str | None:
        """Where the oldest templates have the region."""
        return None

    @property
    def endpoint(self) -> str:
        """Another address than AWS's own; empty for none."""
        return (self.configuration and self.configuration.endpoint) or ""


def _typed(authentication: Any) -> Any:
    if not isinstance(authentication, Mapping):
        return authentication
    known = authentication.get("type") in (STATIC, OWN_ROLE)
    return authentication if known else {**authentication, "type": STATIC}
