"""Every recorded case of Camunda's Java runtime, and the short list of cases in which we mean to differ."""

import re
from collections import Counter
from typing import Any

import pytest

from devkit.conformance import json_lines
from devkit.conformance.compare.inbound import difference, skipped
from devkit.conformance.inbound import results
from devkit.conformance.inbound_improvements import IMPROVEMENTS, named
from tests.recorded_cases import ROOT, is_sampled, recorded_file


def recorded_webhooks() -> list[dict[str, Any]]:
    """The cases, wherever they are; none if they are nowhere."""
    file = recorded_file("inbound/cases.jsonl.gz")
    return [case for case in json_lines.read(file) if case["transport"] == "rest" and not skipped(case)] if file else []


CASES = recorded_webhooks()
PARAMETERS = [
    pytest.param(case, id=case["id"], marks=() if is_sampled(case) else pytest.mark.wide) for case in CASES
] or [pytest.param({}, id="none", marks=pytest.mark.skip(reason="the recorded webhook cases are not here"))]


@pytest.mark.parametrize("case", PARAMETERS)
def test_a_recorded_webhook_case_ends_as_it_did_in_java(case: dict[str, Any]) -> None:
    [result] = results([case])
    found = difference(case, result)

    if named(case["id"]) is None:
        assert found is None
    else:
        assert found is not None, "this case agrees: take it off the list of differences"


@pytest.mark.skipif(not CASES, reason="the recorded webhook cases are not here")
def test_improvements_are_few_and_every_one_is_seen() -> None:
    counted = Counter(named(case["id"]) for case in CASES)

    assert all(counted[name] for name in IMPROVEMENTS)
    assert sum(counted[name] for name in IMPROVEMENTS) <= 90


@pytest.mark.skipif(not CASES, reason="the recorded webhook cases are not here")
def test_the_documentation_lists_every_improvement_with_its_number_of_cases() -> None:
    page = (ROOT / "docs/webhooks.md").read_text()
    counted = Counter(named(case["id"]) for case in CASES)

    listed = dict(re.findall(r"^\| (.+?) \| (\d+) \|", page, re.MULTILINE))
    assert listed == {name: str(counted[name]) for name in IMPROVEMENTS}
    assert f"out of {len(CASES)} recorded" in page


def test_cases_over_grpc_are_skipped_with_a_reason() -> None:
    assert list(results([{"id": "x", "transport": "grpc"}])) == [
        {"id": "x", "skip": "recorded over gRPC; the kit speaks REST only"}
    ]
