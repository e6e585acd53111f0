"""Every claim of docs/outbound.md that a table makes."""

from pathlib import Path

import pytest

from connector_sdk.compatibility import RULES, Compatibility
from devkit.conformance.improvements import IMPROVEMENTS

PAGE = (Path(__file__).resolve().parents[2] / "docs/outbound.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", IMPROVEMENTS)
def test_the_page_names_every_improvement(name: str) -> None:
    assert f"| {name} |" in PAGE


@pytest.mark.parametrize("name", RULES)
def test_the_page_has_every_rule_that_differs(name: str) -> None:
    rule = RULES[name]
    shown = ["yes" if value else "no" for value in (rule.v8_8, rule.v8_10)]
    assert f"| {rule.meaning} | {shown[0]} | {shown[1]} |" in PAGE


@pytest.mark.parametrize("name", RULES)
def test_each_version_has_its_own_value_for_every_rule(name: str) -> None:
    assert getattr(Compatibility.of("8.8"), name) != getattr(Compatibility.of("8.10"), name)
