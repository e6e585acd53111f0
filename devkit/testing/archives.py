"""Servers that Maven Central has as an archive."""

from __future__ import annotations

import tarfile
import tempfile
from pathlib import Path

from devkit.testing.parts import PartMissing, maven


def unpacked(what: str, artifact: str, folder: Path) -> None:
    """Download a tar.gz, called `what` in messages, and unpack it into a folder. Raises PartMissing."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as downloaded:
        maven(what, artifact, "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={downloaded}")
        [archive] = Path(downloaded).iterdir()
        _unpack(archive, folder)


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
