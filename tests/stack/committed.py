"""The committed template as data, with the functions that it is made of."""

from pathlib import Path
from typing import Any

from devkit.generate import catalogue
from devkit.generate.cloudformation import read_template

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "template.yaml").read_text(encoding="utf-8")
TEMPLATE = read_template(TEXT)
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
FUNCTIONS = catalogue(ROOT)
IDS = [function.id for function in FUNCTIONS]
OUTBOUND = [function for function in FUNCTIONS if function.group == "outbound"]
INBOUND = [function for function in FUNCTIONS if function.is_webhook]


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name]["Properties"]
    return found


def statements(function: str) -> list[dict[str, Any]]:
    """What the role allows; statements that depend on a condition as if it were true."""
    return [one for one in own_policy(function) if one["Effect"] == "Allow"]


def own_policy(function: str) -> list[dict[str, Any]]:
    """All statements of the role, as if every condition were true."""
    policies = properties(f"{function}Role")["Policies"]
    written = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    return [one["Fn::If"][1] if "Fn::If" in one else one for one in written]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def actions(function: str) -> set[str]:
    return {action for statement in statements(function) for action in as_list(statement["Action"])}


def resources(function: str, action: str) -> list[Any]:
    allowing = [one for one in statements(function) if action in as_list(one["Action"])]
    return [resource for one in allowing for resource in as_list(one["Resource"])]


def of_type(resource_type: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in RESOURCES.items() if one["Type"] == resource_type}
