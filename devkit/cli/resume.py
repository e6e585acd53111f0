"""`connectors resume`: the jobs of a connector that was paused."""

from __future__ import annotations

from devkit.cli.pause import Address, Name, Stack, tell


def resume(connector: Name, stack: Stack = "", address: Address = "") -> int:
    """Ask for the jobs of a connector again that `connectors pause` has paused."""
    return tell(connector, stack, address, paused=False)
