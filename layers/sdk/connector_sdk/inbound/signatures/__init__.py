"""Signature schemes, one a file, each with `verify` for the receiver and `sign` for senders and tests."""

from connector_sdk.inbound.signatures.github import GitHubSignature
from connector_sdk.inbound.signatures.hmac import HmacSignature
from connector_sdk.inbound.signatures.scheme import SignatureScheme, invalid_signature

__all__ = ["GitHubSignature", "HmacSignature", "SignatureScheme", "invalid_signature"]
