"""Fetches a real Zeebe engine from Maven Central, once."""

from __future__ import annotations

from pathlib import Path

from devkit.testing.archives import unpacked
from devkit.testing.parts import cache, made_whole

ZEEBE_VERSION = "8.6.0"
ZEEBE_ARTIFACT = f"io.camunda:camunda-zeebe:{ZEEBE_VERSION}:tar.gz"


def zeebe_home() -> Path:
    """The unpacked engine; downloaded with Maven the first time. Raises PartMissing."""
    home = cache() / f"camunda-zeebe-{ZEEBE_VERSION}"
    if not home.exists():
        with made_whole(home) as unfinished:
            unpacked("the engine, 300 MB", ZEEBE_ARTIFACT, unfinished.parent)
            (unfinished.parent / home.name).rename(unfinished)
    return home
