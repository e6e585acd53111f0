"""Secrets: `{{secrets.NAME}}` in a job's variables or a webhook's properties, and keeping their values out of texts."""

from connector_sdk.secrets.masking import MASK, mask, mask_tree
from connector_sdk.secrets.placeholders import Resolved, resolve
from connector_sdk.secrets.provider import CachedSecrets, EnvironmentSecrets, SecretProvider
from connector_sdk.secrets.sources import EngineSettings, SecretSources, secrets_from

__all__ = [
    "MASK",
    "CachedSecrets",
    "EngineSettings",
    "EnvironmentSecrets",
    "Resolved",
    "SecretProvider",
    "SecretSources",
    "mask",
    "mask_tree",
    "resolve",
    "secrets_from",
]
