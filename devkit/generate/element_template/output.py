"""Result variable and result expression, as headers of a task or properties of an event."""

from __future__ import annotations

import json
from typing import Any, Literal

from connector_sdk.template import ElementTemplate


def output(said: ElementTemplate, binding: Literal["zeebe:taskHeader", "zeebe:property"]) -> list[dict[str, Any]]:
    """Both properties; what they hold at first is the author's."""
    name = "key" if binding == "zeebe:taskHeader" else "name"
    more: dict[str, Any] = {}
    if said.result_expression is not None:
        more["value"] = f"={said.result_expression}"
    if said.result_example is not None:
        more["tooltip"] = f"Example of an answer: <code>{json.dumps(said.result_example, ensure_ascii=False)}</code>"
    return [
        {
            "id": "resultVariable",
            "label": "Result variable",
            "description": "Name of the process variable that takes the whole answer",
            "type": "String",
            "group": "output",
            "optional": True,
            "binding": {"type": binding, name: "resultVariable"},
        },
        {
            "id": "resultExpression",
            "label": "Result expression",
            "description": "Expression that makes process variables of the answer",
            "type": "Text",
            "group": "output",
            "feel": "required",
            "optional": True,
            **more,
            "binding": {"type": binding, name: "resultExpression"},
        },
    ]
