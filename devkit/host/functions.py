"""Which functions there are: from the sources, or as `make build` left them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from connector_sdk.errors import SdkError
from devkit.generate.cloudformation import read_template
from functions.runtime.poller.registry import load

ROOT = Path(__file__).parents[2]
FUNCTION_TYPE, LAYER_TYPE = "AWS::Serverless::Function", "AWS::Serverless::LayerVersion"
TIMEOUTS: Mapping[str, float] = {"inbound": 29.0, "runtime": 900.0}
"""Seconds, by group; connectors say it themselves."""
MEMORY_MB = 512


class UnknownFunction(SdkError):
    """No folder under functions/ has that name; the message lists what there is."""


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
    """Every function of a checkout, by name; the SDK stands for the layer."""
    found = (_in_checkout(app, root) for app in sorted((root / "functions").glob("*/*/app.py")))
    return {one.name: one for one in found}


def built(build: Path) -> dict[str, HostedFunction]:
    """Every function of a build folder (.aws-sam/build), by name. Raises UnknownFunction if nothing is built there."""
    try:
        resources = read_template((build / "template.yaml").read_text())["Resources"]
    except (OSError, KeyError, yaml.YAMLError) as error:
        raise UnknownFunction(f"no built functions in {build}: run `make build` first") from error
    build = build.resolve()  # functions run in folders of their own
    layers = tuple(build / name / "python" for name, one in resources.items() if one["Type"] == LAYER_TYPE)
    found = (
        _built(build / name, one["Properties"], layers)
        for name, one in resources.items()
        if one["Type"] == FUNCTION_TYPE
    )
    return {one.name: one for one in found}


def choose(functions: Mapping[str, HostedFunction], name: str) -> HostedFunction:
    """The function of that name. Raises UnknownFunction."""
    found = functions.get(name.replace("_", "-"))
    if found is None:
        raise UnknownFunction(f"no function is called {name}; there are {', '.join(sorted(functions))}")
    return found


def _built(folder: Path, properties: Mapping[str, Any], layers: tuple[Path, ...]) -> HostedFunction:
    _, group, module, *_ = properties["Handler"].split(".")
    memory = properties.get("MemorySize")
    return HostedFunction(
        name=module.replace("_", "-"),
        group=group,
        handler=properties["Handler"],
        root=folder,
        layers=layers,
        timeout_seconds=float(properties["Timeout"]),
        memory_mb=memory if isinstance(memory, int) else MEMORY_MB,
    )


def _in_checkout(app: Path, root: Path) -> HostedFunction:
    group, folder = app.parts[-3:-1]
    name = folder.replace("_", "-")
    return HostedFunction(
        name=name,
        group=group,
        handler=f"functions.{group}.{folder}.app.handler",
        root=root,
        layers=(root / "layers" / "sdk",),
        timeout_seconds=TIMEOUTS[group] if group in TIMEOUTS else load(name)[0].timeout_seconds,
    )
