"""Installs the Modeler's libraries and Camunda's official templates from npm into `.cache/modeler`, once per lock."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "node"
CACHE = Path(__file__).parents[2] / ".cache" / "modeler"
INSTALL_TIMEOUT_SECONDS = 300
SERVER = Path("dist/serve.mjs")
TEMPLATES = Path("node_modules/@camunda/connectors-element-templates/src/element-templates")


class ModelerUnavailable(Exception):
    """Node or npm is missing, or npm could not install; the message says which and what to do."""


def missing_tool() -> str | None:
    """Why the Modeler cannot run on this machine, or None: a reason for `pytest.skip`."""
    absent = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    return f"{' and '.join(absent)} not found; the headless Modeler needs Node.js 20 or newer" if absent else None


def install() -> Path:
    """Give back the folder with the built Modeler, after `npm ci` if the lock or a source changed.

    Raises ModelerUnavailable.
    """
    if reason := missing_tool():
        raise ModelerUnavailable(reason)
    stamp = CACHE / "installed"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != _fingerprint():
        shutil.rmtree(CACHE, ignore_errors=True)
        shutil.copytree(SOURCES, CACHE, ignore=shutil.ignore_patterns("node_modules", "dist"))
        _run("npm", "ci", "--ignore-scripts", "--no-progress")
        _run("node", "build.mjs")
        stamp.write_text(_fingerprint(), encoding="utf-8")
    return CACHE


def official_template(template_id: str, version: int) -> dict[str, Any]:
    """One of Camunda's own templates, as published. Raises ModelerUnavailable, or LookupError if there is none."""
    for file in sorted((install() / TEMPLATES).glob("*.json")):
        found = json.loads(file.read_text(encoding="utf-8"))
        for template in found if isinstance(found, list) else [found]:
            if template["id"] == template_id and template.get("version") == version:
                return dict(template)
    raise LookupError(f"no official template {template_id} in version {version}")


def _fingerprint() -> str:
    files = sorted(file for file in SOURCES.rglob("*") if file.is_file() and "node_modules" not in file.parts)
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(SOURCES)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _run(tool: str, *arguments: str) -> None:
    command = [shutil.which(tool) or tool, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - npm and node with fixed arguments
            command, cwd=CACHE, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ModelerUnavailable(f"{tool} did not finish in {INSTALL_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "npm warn" not in line.lower()]
        raise ModelerUnavailable(f"`{tool} {' '.join(arguments)}` failed: {' '.join(lines)[:500]}")
