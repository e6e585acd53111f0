"""Addresses that options take."""

from __future__ import annotations

from connector_sdk.settings import SETTINGS
from devkit.cli.problems import Refusal


def http_address(text: str, option: str) -> str:
    """The address that `option` names, or nothing. Raises Refusal for what is no address."""
    try:
        return str(SETTINGS["public_address"].read(text))
    except ValueError as error:
        raise Refusal(f"{option} should be {error}, such as https://hooks.example.com") from error
