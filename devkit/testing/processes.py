"""What every program that tests start has in common: the environment it inherits."""

from __future__ import annotations

from connector_sdk.settings import environment

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
"""Variables of this process that a program gets as well; no CAMUNDA_* and no secrets by accident."""


def inherited_environment() -> dict[str, str]:
    """Those of the inherited variables that are set."""
    return {name: environment()[name] for name in INHERITED if name in environment()}
