"""The properties of the Slack webhook templates."""

from __future__ import annotations

from dataclasses import dataclass

from connector_sdk.inbound.properties import Properties
from connector_sdk.inbound.signatures.slack import SlackSignature
from connector_sdk.template import Property

PROPERTIES = {
    "inbound.slackSigningSecret": Property(
        label="Slack signing secret",
        group="endpoint",
        description="Of the app, under Basic Information: Slack signs each request with it",
        required=True,
        secret=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Slack:
    """The signing secret of the app."""

    signature: SlackSignature

    @classmethod
    def read(cls, properties: Properties) -> Slack:
        """Raises ConnectorInputError for an empty `inbound.slackSigningSecret`."""
        return cls(SlackSignature(properties.text("slackSigningSecret")))
