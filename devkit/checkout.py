"""The checkout that this kit runs from: its folder, and the tools with a virtual environment of their own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from connector_sdk.errors import SdkError

ROOT = Path(__file__).parents[1]


class ToolMissing(SdkError):
    """A tool is not there and could not be installed; the message says why."""


def tool(name: str) -> Path:
    """The bin folder of `sam`, `emulator`, `lambda` …, made by scripts/tool if need be. Raises ToolMissing."""
    made = subprocess.run(  # noqa: S603
        [shutil.which("sh") or "/bin/sh", str(ROOT / "scripts" / "tool"), name],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise ToolMissing(f"{name} is not there and could not be installed: {made.stderr.strip()[-300:]}")
    return Path(made.stdout.strip())
