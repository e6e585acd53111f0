"""Secrets: `{{secrets.NAME}}` in a job's variables or a webhook's properties, and keeping their values out of texts."""

from connector_sdk.secrets.masking import MASK, mask, mask_tree
from connector_sdk.secrets.placeholders import Resolved, resolve
from connector_sdk.secrets.provider import EnvironmentSecrets, SecretProvider
from connector_sdk.secrets.sources import SecretSources, secrets_from, with_engine_credentials

__all__ = [
    "MASK",
    "EnvironmentSecrets",
    "Resolved",
    "SecretProvider",
    "SecretSources",
    "mask",
    "mask_tree",
    "resolve",
    "secrets_from",
    "with_engine_credentials",
]
