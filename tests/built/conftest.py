"""The package as `sam build` makes it, by the same make rules, in a folder of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

from devkit.checkout import ROOT
from devkit.generate import catalogue

LAYER = "SdkLayer"
BUILD_SECONDS = 110


def python() -> Path:
    """The version that the functions run with; skips where it is missing."""
    found = subprocess.run(["sh", "scripts/python3.13"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    if found.returncode:
        pytest.skip("Python 3.13 is not installed: the functions are compiled with it")
    return Path(found.stdout.strip())


def make(folder: Path, name: str, artifacts: Path, *variables: str) -> None:
    """What sam does for one function or layer."""
    artifacts.mkdir(parents=True)
    made = subprocess.run(  # noqa: S603
        ["make", "--no-print-directory", f"build-{name}", f"ARTIFACTS_DIR={artifacts}", *variables],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    assert made.returncode == 0, made.stderr


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer and every function, for the processor that the template names."""
    python()
    folder = tmp_path_factory.mktemp("build")
    make(ROOT / "layers" / "sdk", LAYER, folder / LAYER)
    for function in catalogue(ROOT):
        make(ROOT, function.id, folder / function.id)
    shutil.copy(ROOT / "template.yaml", folder)
    return folder
