"""Who may call a webhook, as Camunda's generic template says it: `inbound.auth.type` and what belongs to it."""

from connector_sdk.inbound.authorization.apikey import ApiKeyAuthorization
from connector_sdk.inbound.authorization.basic import BasicAuthorization
from connector_sdk.inbound.authorization.jwt import JwtAuthorization
from connector_sdk.inbound.authorization.keys import KeySet
from connector_sdk.inbound.authorization.scheme import Authorization, invalid_credentials

__all__ = [
    "ApiKeyAuthorization",
    "Authorization",
    "BasicAuthorization",
    "JwtAuthorization",
    "KeySet",
    "invalid_credentials",
]
