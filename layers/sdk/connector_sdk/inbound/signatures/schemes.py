"""The vendors' signature schemes, as a model names them."""

from collections.abc import Mapping

from connector_sdk.inbound.signatures.github import GitHubSignature
from connector_sdk.inbound.signatures.gitlab import GitLabToken
from connector_sdk.inbound.signatures.scheme import VendorScheme
from connector_sdk.inbound.signatures.shopify import ShopifySignature
from connector_sdk.inbound.signatures.slack import SlackSignature
from connector_sdk.inbound.signatures.standard_webhooks import StandardWebhooks
from connector_sdk.inbound.signatures.stripe import StripeSignature
from connector_sdk.inbound.signatures.twilio import TwilioSignature

SCHEMES: Mapping[str, type[VendorScheme]] = {
    "standard-webhooks": StandardWebhooks,
    "stripe": StripeSignature,
    "github": GitHubSignature,
    "shopify": ShopifySignature,
    "gitlab": GitLabToken,
    "twilio": TwilioSignature,
    "slack": SlackSignature,
}
"""By the name that a model gives in `inbound.signature.scheme`."""

SCHEMES_BY_HEADER: Mapping[str, str] = {
    "webhook-signature": "standard-webhooks",
    "svix-signature": "standard-webhooks",
    "stripe-signature": "stripe",
    "x-gitlab-token": "gitlab",
    "x-slack-signature": "slack",
}
"""Headers whose values the generic HMAC can never match: named in the generic template, they choose the scheme."""
