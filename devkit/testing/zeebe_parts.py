"""Fetches a real Zeebe engine from Maven Central, once."""

from __future__ import annotations

import tarfile
from pathlib import Path

from devkit.testing.parts import PartMissing, cache, made_whole, maven

ZEEBE_VERSION = "8.6.0"
ZEEBE_ARTIFACT = f"io.camunda:camunda-zeebe:{ZEEBE_VERSION}:tar.gz"


def zeebe_home() -> Path:
    """The unpacked engine; downloaded with Maven the first time. Raises PartMissing."""
    home = cache() / f"camunda-zeebe-{ZEEBE_VERSION}"
    if not home.exists():
        with made_whole(home) as unfinished:
            archive = _download(unfinished.parent)
            _unpack(archive, unfinished.parent)
            (unfinished.parent / home.name).rename(unfinished)
    return home


def _download(folder: Path) -> Path:
    goal = ["dependency:copy", f"-Dartifact={ZEEBE_ARTIFACT}", f"-DoutputDirectory={folder}"]
    maven("the engine, 300 MB", ZEEBE_ARTIFACT, *goal)
    return folder / f"camunda-zeebe-{ZEEBE_VERSION}.tar.gz"


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack below `folder` and nowhere else. Python before 3.11.4 has no filters, so members are looked at here."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, filter="data")
            return
        outside = next((member.name for member in tar if not _stays_inside(member, folder)), None)
        if outside is not None:
            raise PartMissing(f"{archive.name} holds {outside}, which would land outside its folder")
        tar.extractall(folder)  # noqa: S202 - looked at above


def _stays_inside(member: tarfile.TarInfo, folder: Path) -> bool:
    """Files and folders below `folder`; the engine's archive has no links and no devices."""
    inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
    return inside and (member.isfile() or member.isdir())
