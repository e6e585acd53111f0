"""What the Modeler shows for a generic webhook, beside what every webhook has."""

from __future__ import annotations

from connector_sdk.inbound.authorization.apikey import DEFAULT_LOCATOR
from connector_sdk.template import Equals, Pattern, Property

GROUPS = {
    "endpoint": "Webhook",
    "authentication": "Signature",
    "authorization": "Authorization",
    "webhookResponse": "Response",
    "synchronousResponse": "Response mode",
}
VENDORS = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "shopify": "Shopify",
    "slack": "Slack",
    "standard-webhooks": "Standard Webhooks",
    "stripe": "Stripe",
    "twilio": "Twilio",
}
"""Labels of `connector_sdk.inbound.signatures.SCHEMES`."""
URL = Pattern(r"^(http://|https://|secrets|\{\{).*$", "Must be a http(s) URL")

_HMAC = Equals("inbound.shouldValidateHmac", "enabled")
_NO_HMAC = Equals("inbound.shouldValidateHmac", "disabled")
_BASIC = Equals("inbound.auth.type", "BASIC")
_API_KEY = Equals("inbound.auth.type", "APIKEY")
_JWT = Equals("inbound.auth.type", "JWT")

PROPERTIES = {
    "inbound.method": Property(
        group="endpoint",
        choices={"any": "Any", "get": "GET", "head": "HEAD", "post": "POST", "put": "PUT", "delete": "DELETE"},
        default="any",
    ),
    "inbound.shouldValidateHmac": Property(
        label="HMAC of your own",
        group="authentication",
        description="For a vendor's own signature see below",
        choices={"enabled": "Enabled", "disabled": "Disabled"},
        default="disabled",
    ),
    "inbound.signature.scheme": Property(
        label="Signature of a vendor",
        group="authentication",
        choices=VENDORS,
        when=_NO_HMAC,
    ),
    "inbound.signature.secret": Property(
        label="Secret of the signature",
        group="authentication",
        required=True,
        secret=True,
        when=Equals("inbound.signature.scheme", *VENDORS),
    ),
    "inbound.hmacSecret": Property(
        label="HMAC secret key", group="authentication", required=True, secret=True, when=_HMAC
    ),
    "inbound.hmacHeader": Property(
        label="HMAC header",
        group="authentication",
        description="The header that carries the signature",
        example="X-Signature",
        required=True,
        when=_HMAC,
    ),
    "inbound.hmacAlgorithm": Property(
        label="HMAC algorithm",
        group="authentication",
        choices={"sha_1": "SHA-1", "sha_256": "SHA-256", "sha_512": "SHA-512"},
        default="sha_256",
        when=_HMAC,
    ),
    "inbound.hmacScopes": Property(
        label="HMAC scopes",
        group="authentication",
        description='What is signed: a list of "body", "url", "parameters"; empty: the body',
        feel="required",
        when=_HMAC,
    ),
    "inbound.auth.type": Property(
        label="Authorization",
        group="authorization",
        choices={"NONE": "None", "BASIC": "Basic", "APIKEY": "API key", "JWT": "JWT"},
        default="NONE",
    ),
    "inbound.auth.username": Property(group="authorization", required=True, when=_BASIC),
    "inbound.auth.password": Property(group="authorization", required=True, secret=True, when=_BASIC),
    "inbound.auth.apiKey": Property(label="API key", group="authorization", required=True, secret=True, when=_API_KEY),
    "inbound.auth.apiKeyLocator": Property(
        label="API key locator",
        group="authorization",
        description="Expression that finds the key in the request",
        feel="required",
        default=DEFAULT_LOCATOR,
        required=True,
        when=_API_KEY,
    ),
    "inbound.auth.jwt.jwkUrl": Property(
        label="JWK URL",
        group="authorization",
        description="The address of the key set",
        required=True,
        pattern=URL,
        when=_JWT,
    ),
    "inbound.auth.jwt.permissionsExpression": Property(
        label="Permissions expression",
        group="authorization",
        description="Expression over the token's claims that gives its permissions",
        example="=jwt.permissions",
        feel="required",
        when=_JWT,
    ),
    "inbound.auth.jwt.requiredPermissions": Property(
        label="Required permissions",
        group="authorization",
        description="A list; empty: whoever has a valid token may call",
        example='=["orders:write"]',
        feel="required",
        when=_JWT,
    ),
    "inbound.verificationExpression": Property(
        label="One-time verification",
        kind="Text",
        group="webhookResponse",
        description="Expression that answers the sender's handshake, and gives null for everything else",
        feel="required",
    ),
    "inbound.responseExpression": Property(
        label="Response expression",
        kind="Text",
        group="webhookResponse",
        description="Expression for the HTTP answer: {statusCode, headers, body}",
        feel="required",
    ),
    "synchronousResponse": Property(
        label="Response mode",
        group="synchronousResponse",
        description="Synchronous: the sender waits for what the process does, 25 seconds at most",
        choices={"false": "Asynchronous", "true": "Synchronous"},
        default="false",
    ),
}
