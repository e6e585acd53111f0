"""A project to write into."""

import shutil
from pathlib import Path

import pytest

from devkit.checkout import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "functions", tmp_path / "functions")
    shutil.copy(ROOT / "stack.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
