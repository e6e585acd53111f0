"""A template as data: YAML with CloudFormation's short tags in their long form."""

from __future__ import annotations

from typing import Any

import yaml

_LONG = {"Ref": "Ref", "Condition": "Condition"}


class _Loader(yaml.SafeLoader):
    """Knows `!Ref x` as {"Ref": "x"} and `!Name x` as {"Fn::Name": x}."""


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        value = value.split(".", 1) if suffix == "GetAtt" else value
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise yaml.constructor.ConstructorError(None, None, f"!{suffix} has a mapping as its value", node.start_mark)
    return {_LONG.get(suffix, f"Fn::{suffix}"): value}


_Loader.add_multi_constructor("!", _tagged)


def read_template(text: str) -> dict[str, Any]:
    """Read a template's text. Raises yaml.YAMLError."""
    template: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with tags that make dictionaries
    return template
