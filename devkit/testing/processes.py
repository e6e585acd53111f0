"""What every program that tests start has in common: the environment it inherits, and how it is stopped."""

from __future__ import annotations

import subprocess

from connector_sdk.settings import environment

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
"""Variables of this process that a program gets as well; no CAMUNDA_* and no secrets by accident."""


def inherited_environment() -> dict[str, str]:
    """Those of the inherited variables that are set."""
    return {name: environment()[name] for name in INHERITED if name in environment()}


def stop(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask a process to end, and end it when it has not after so many seconds."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(seconds)
