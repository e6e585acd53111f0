"""Functions to run, as their template has them: from the sources, or as `make build` left them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from devkit.checkout import ROOT
from devkit.generate import UnknownFunction, template
from devkit.generate.cloudformation import read_template

FUNCTION_TYPE, LAYER_TYPE = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
MEMORY_MB = 512
"""Where a template leaves the memory to a parameter without a default."""


@dataclass(frozen=True, slots=True)
class HostedFunction:
    """What the host needs to know about a function."""

    name: str
    """Its public name, such as `http-json`."""
    group: str
    handler: str
    """`functions.outbound.http_json.app.handler`: the same everywhere."""
    root: Path
    """The folder that stands for /var/task."""
    layers: tuple[Path, ...] = ()
    """Folders that stand for /opt/python."""
    timeout_seconds: float = 30.0
    memory_mb: int = MEMORY_MB
    variables: Mapping[str, str] = field(default_factory=dict)


def from_source(root: Path = ROOT) -> dict[str, HostedFunction]:
    """Every function of a checkout, by name, as its template would have it; the SDK stands for the layer."""
    content = read_template(template(root))
    found = (_function(root, one, content, (root / "layers" / "sdk",)) for one in _of(content, FUNCTION_TYPE).values())
    return {one.name: one for one in found}


def built(build: Path) -> dict[str, HostedFunction]:
    """Every function of a build folder (.aws-sam/build), by name. Raises UnknownFunction if nothing is built there."""
    try:
        content = read_template((build / "template.yaml").read_text())
        functions, layers = _of(content, FUNCTION_TYPE), _of(content, LAYER_TYPE)
    except (OSError, KeyError, yaml.YAMLError) as error:
        raise UnknownFunction(f"no built functions in {build}: run `make build` first") from error
    build = build.resolve()  # functions run in folders of their own
    folders = tuple(build / name / "python" for name in layers)
    found = (_function(build / name, one, content, folders) for name, one in functions.items())
    return {one.name: one for one in found}


def choose(functions: Mapping[str, HostedFunction], name: str) -> HostedFunction:
    """The function of that name. Raises UnknownFunction."""
    found = functions.get(name.replace("_", "-"))
    if found is None:
        raise UnknownFunction(f"no function is called {name}; there are {', '.join(sorted(functions))}")
    return found


def _of(template: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    """The properties of a template's resources of one type, by logical id. Raises KeyError."""
    return {name: one.get("Properties", {}) for name, one in template["Resources"].items() if one["Type"] == kind}


def _function(
    root: Path, properties: Mapping[str, Any], template: Mapping[str, Any], layers: tuple[Path, ...]
) -> HostedFunction:
    group = properties["Handler"].split(".")[1]
    memory = properties.get("MemorySize", MEMORY_MB)
    if isinstance(memory, dict):
        memory = template.get("Parameters", {}).get(memory.get("Ref"), {}).get("Default", MEMORY_MB)
    return HostedFunction(
        name=properties["FunctionName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"),
        group=group,
        handler=properties["Handler"],
        root=root,
        layers=layers,
        timeout_seconds=float(properties["Timeout"]),
        memory_mb=int(memory),
    )
