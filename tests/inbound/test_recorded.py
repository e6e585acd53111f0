"""Every recorded case of Camunda's Java runtime, and the short list of cases in which we mean to differ."""

import re
from collections import Counter
from typing import Any, NamedTuple

import pytest

from devkit.conformance import json_lines
from devkit.conformance.compare.inbound import difference, skipped
from devkit.conformance.inbound import results
from tests.recorded_cases import ROOT, is_sampled, recorded_file


class Improvement(NamedTuple):
    """A rule by which we answer otherwise, and the cases that it touches (a pattern over their ids)."""

    reason: str
    cases: str


IMPROVEMENTS = {
    "engine trouble is stored": Improvement(
        "an engine that is away or refuses is no reason to lose an event: it is kept and answered 2xx, not 500",
        r"engineRest/.*-(4\d\d|5\d\d|204|200-not-json|500-html|404-text|connection-closed|\d+-then-200)|flow/order-engine-404",
    ),
    "a failing expression is 422": Improvement(
        "the sender's event does not fit the model, or the model is wrong: 500 says neither",
        r"activation/(07|17|message-09)|consumeUnmatched/.*\|=request\.body\.a ="
        r"|resultExpression/(018|025|047)|messageId/.*-(null|missing|no-equals-text)|flow/github-pr-opened-no-delivery",
    ),
    "unknown methods are 405, unknown paths 404": Improvement(
        "Camunda's runtime answers 500 to both, with the text of a Java exception",
        r"context/(double-slash|upper-inbound|other-path|unknown-PATCH|inbound-(post|delete|get|put))",
    ),
    "multipart bodies that cannot be read are 400, large ones are taken": Improvement(
        "a sender should know what was wrong with its body; nothing is wrong with more than one MiB of it",
        r"multipart/(no-boundary|too-large|broken.*|.*large.*)",
    ),
    "a missing secret stops one element": Improvement(
        "the other webhooks of the process can do without it", r"secrets/missing-breaks-sibling"
    ),
    "a failed activation stops one element and is tried again": Improvement(
        "a dead connector neither takes requests nor keeps its path, and does not take its siblings along",
        r"connectorThrows/activation-fails.*|version/activation-failing-new-version-phase2",
    ),
}
NOT_BUILT = {
    "repeated answer headers": Improvement(
        "two headers that differ in case only: API Gateway's answers have one value for each", r"response/062"
    ),
}


def recorded_webhooks() -> list[dict[str, Any]]:
    """The cases, wherever they are; none if they are nowhere."""
    file = recorded_file("inbound/cases.jsonl.gz")
    return [case for case in json_lines.read(file) if case["transport"] == "rest" and not skipped(case)] if file else []


def named(case_id: str) -> str | None:
    """The rule that lets a case differ."""
    rules = IMPROVEMENTS | NOT_BUILT
    return next((name for name, rule in rules.items() if re.fullmatch(rule.cases, case_id)), None)


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

    assert all(counted[name] for name in IMPROVEMENTS | NOT_BUILT)
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
