"""Installs the Modeler's libraries and Camunda's official templates from npm into the cache folder, once per lock."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from connector_sdk.errors import SdkError
from devkit.testing.parts import cache

SOURCES = Path(__file__).parent / "node"
PANEL = Path(__file__).parent / "panel"
"""The same for a browser: Camunda's whole modeler with its properties panel."""
INSTALL_TIMEOUT_SECONDS = 300
NODE_MAJOR = 20
SERVER = Path("dist/serve.mjs")
TEMPLATES = Path("node_modules/@camunda/connectors-element-templates/src/element-templates")


class ModelerUnavailable(SdkError):
    """Node or npm is missing, or npm could not install; the message says which and what to do."""


def missing_tool() -> str | None:
    """Why the Modeler cannot run on this machine, or None: a reason for `pytest.skip`."""
    absent = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if absent:
        return f"{' and '.join(absent)} not found; the headless Modeler needs Node.js {NODE_MAJOR} or newer"
    version = _node_version()
    major = version.removeprefix("v").partition(".")[0]
    if not major.isdecimal() or int(major) < NODE_MAJOR:
        return f"node is {version or 'broken'}; the headless Modeler needs Node.js {NODE_MAJOR} or newer"
    return None


def install(sources: Path = SOURCES) -> Path:
    """Give back the folder with the built Modeler, after `npm ci` if the lock or a source changed.

    Raises ModelerUnavailable.
    """
    if reason := missing_tool():
        raise ModelerUnavailable(reason)
    name = "modeler" if sources == SOURCES else sources.name
    target = cache() / f"{name}-{_fingerprint(sources)[:12]}"
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unfinished-") as folder:
            unfinished = Path(folder) / "modeler"
            shutil.copytree(sources, unfinished, ignore=shutil.ignore_patterns("node_modules", "dist"))
            _run(unfinished, "npm", "ci", "--ignore-scripts", "--no-progress")
            if (sources / "build.mjs").is_file():
                _run(unfinished, "node", "build.mjs")
            # It gets its name when it is whole; if another process was faster, its folder is as good.
            with contextlib.suppress(OSError):
                unfinished.rename(target)
    return target


def official_template(template_id: str, version: int | None) -> Mapping[str, Any]:
    """One of Camunda's own templates, as published. Raises ModelerUnavailable, or LookupError if there is none."""
    found = official_templates().get((template_id, version))
    if found is None:
        raise LookupError(f"no official template {template_id} in version {version}")
    return found


def official_templates() -> Mapping[tuple[str, int | None], Mapping[str, Any]]:
    """All of Camunda's own templates, by id and version; the oldest have no version. Raises ModelerUnavailable."""
    return _read_templates(install() / TEMPLATES)


@lru_cache(maxsize=1)
def _read_templates(folder: Path) -> Mapping[tuple[str, int | None], Mapping[str, Any]]:
    contents = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]
    every = [one for found in contents for one in (found if isinstance(found, list) else [found])]
    return {(template["id"], template.get("version")): template for template in every}


def _node_version() -> str:
    node = shutil.which("node") or "node"
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - no arguments
    return done.stdout.strip()


def _fingerprint(sources: Path) -> str:
    files = sorted(file for file in sources.rglob("*") if file.is_file() and "node_modules" not in file.parts)
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(sources)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _run(folder: Path, tool: str, *arguments: str) -> None:
    command = [shutil.which(tool) or tool, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - npm and node with fixed arguments
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelerUnavailable(f"{tool} did not finish in {INSTALL_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "npm warn" not in line.lower()]
        raise ModelerUnavailable(f"`{tool} {' '.join(arguments)}` failed: {' '.join(lines)[:500]}")
