"""`make` says what is missing before it does anything."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from devkit.checkout import ROOT

UNKNOWN = "samconfig.toml has no stack called CONFIG=nope; choose from: default dev prod\n"


def make(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run it without any region, as on a new machine."""
    return subprocess.run(  # noqa: S603 - our own Makefile
        ["make", "--no-print-directory", *arguments],  # noqa: S607 - the person's make
        cwd=ROOT,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.parametrize("target", ["build", "deploy", "delete", "validate"])
def test_a_stack_that_samconfig_does_not_know_is_named_with_those_that_it_knows(target: str, tmp_path: Path) -> None:
    done = make(target, "CONFIG=nope", home=tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith(UNKNOWN)
    assert done.stdout == ""


def test_a_known_stack_is_none_of_these(tmp_path: Path) -> None:
    assert make("known-config", "CONFIG=dev", home=tmp_path).returncode == 0


@pytest.mark.skipif(not (ROOT / ".venv-sam/bin/python").exists(), reason="needs sam: scripts/tool sam")
@pytest.mark.parametrize("target", ["deploy", "delete"])
def test_without_a_region_nothing_is_built_and_nothing_deleted(target: str, tmp_path: Path) -> None:
    done = make(target, home=tmp_path)

    assert done.returncode == 2
    assert "there is no AWS region; say where the stack is, or shall be: export AWS_REGION=" in done.stderr
    assert "Delete the stack?" not in done.stdout
    assert "generate" not in done.stdout
