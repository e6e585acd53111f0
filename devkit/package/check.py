"""The rules for a build. `sam deploy` itself checks none of them: without a build it ships the whole checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from devkit.generate.cloudformation import read_template

MACHINES = {"x86_64": 0x3E, "arm64": 0xB7}
"""`e_machine` of an ELF file for Lambda's architectures."""
_ELF_MACHINE = slice(18, 20)
_TAG = "cpython-313"
FOREIGN = frozenset({"devkit", "layers", "tests", "examples", "docs", ".venv", ".git", "connector_sdk"})
"""Folders of the checkout, and the layer's package, that no function carries."""
LEFT_BEHIND = frozenset({"function.yaml", "icon.svg", "element-template.json", "requirements.txt"})
_HANDLER = re.compile(r"functions\.(\w+)\.(\w+)\.app\.handler")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a build."""

    where: str
    what: str


def check(build: Path, architecture: str) -> list[Finding]:
    """Everything that is wrong with the build in a folder; empty if it may be deployed."""
    try:
        template = read_template((build / "template.yaml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        return [Finding(str(build), f"there is no finished build ({type(error).__name__})")]
    built = _built(template)
    if not built:
        return [Finding(str(build), "there is no finished build (template.yaml has no functions and no layer)")]
    return [one for name, resource in built.items() for one in _artifact(build / name, resource, architecture)]


def _built(template: object) -> dict[str, dict[str, Any]]:
    """The resources that sam builds, by logical id; none for a template that is empty or something else."""
    resources = template.get("Resources") if isinstance(template, dict) else None
    if not isinstance(resources, dict):
        return {}
    return {
        str(name): resource
        for name, resource in resources.items()
        if isinstance(resource, dict) and str(resource.get("Type")) in _RULES
    }


def _artifact(folder: Path, resource: dict[str, Any], architecture: str) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(folder.name, "was not built")
        return
    properties = resource.get("Properties")
    yield from _RULES[resource["Type"]](folder, properties if isinstance(properties, dict) else {})
    yield from _compiled(folder)
    for library in sorted(folder.rglob("*.so*")):
        machine = int.from_bytes(library.read_bytes()[_ELF_MACHINE], "little")
        if machine != MACHINES[architecture]:
            yield Finding(
                str(library.relative_to(folder.parent)), f"is not for {architecture} (ELF machine {machine:#x})"
            )


def _compiled(folder: Path) -> Iterator[Finding]:
    """Every module has its .pyc, and nothing else is compiled."""
    for source in sorted(folder.rglob("*.py")):
        if not (source.parent / "__pycache__" / f"{source.stem}.{_TAG}.pyc").is_file():
            yield Finding(str(source.relative_to(folder.parent)), f"has no .pyc of {_TAG}")


def _layer(folder: Path, _: dict[str, Any]) -> Iterator[Finding]:
    if not (folder / "python" / "connector_sdk").is_dir():
        yield Finding(folder.name, "holds no python/connector_sdk")


def _function(folder: Path, properties: dict[str, Any]) -> Iterator[Finding]:
    """A function holds its own folder under its import name, and nothing else of the project."""
    named = properties.get("Handler")
    handler = _HANDLER.fullmatch(str(named))
    own = f"{handler[1]}/{handler[2]}" if handler else ""
    if not handler or not (folder / "functions" / own / "app.py").is_file():
        yield Finding(folder.name, f"does not hold its handler {named}")
    for other in sorted(path for path in folder.glob("functions/*/*") if path.is_dir()):
        if other.relative_to(folder / "functions").as_posix() != own:
            yield Finding(folder.name, f"holds another function: {other.relative_to(folder)}")
    for path in sorted(folder.iterdir()):
        if path.name in FOREIGN:
            yield Finding(folder.name, f"holds {path.name}, which does not belong into a function")
    for path in sorted(folder.glob("functions/*/*/*")):
        if path.name in LEFT_BEHIND:
            yield Finding(folder.name, f"holds {path.name}, which only the build needs")


_RULES = {"AWS::Serverless::LayerVersion": _layer, "AWS::Serverless::Function": _function}
