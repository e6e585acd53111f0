"""Every answer of the recorded scenarios against Camunda's OpenAPI specification (`make api`)."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.conformance.engine import target as runner_target
from devkit.conformance.engine.http import Answer, Request, json_request, send
from devkit.conformance.engine.runner import load, run_one
from devkit.conformance.engine.target import Target, clock_of, probe_of
from devkit.engine import server
from tests.engine.specification import UNDOCUMENTED, Specification

RECORDED = Path(__file__).parents[1] / "recorded" / "engine"
GAPS = {
    "GET /nope: no such operation": "the scenario asks for a path that does not exist",
    "POST /process-instances/1/nope: no such operation": "the same",
    " 415: undocumented status": "another media type; Spring's answer",
    **{f"{where}: undocumented status": reason for where, reason in UNDOCUMENTED.items()},
}
"""What Zeebe does and its specification does not say, with the reason."""
NOT_MET = {gap for gap in GAPS if "/documents" in gap}
"""Gaps that only requests which no scenario makes find; the others must still be met."""
SEARCHES = (
    *("process-definitions", "process-instances", "element-instances", "variables", "incidents", "jobs"),
    *("message-subscriptions", "correlated-message-subscriptions", "user-tasks"),
)


@pytest.fixture(scope="module")
def specification() -> Specification:
    return Specification()


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with server.start() as running:
        yield f"{running.address}/v2"


@pytest.mark.timeout(300)
def test_every_answer_of_the_scenarios_is_as_specified(
    specification: Specification, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: Counter[str] = Counter()

    def judge(request: Request, answer: Answer) -> Answer:
        faults.update(specification.faults(request.method, request.path, answer.status, answer.type, answer.body))
        return answer

    monkeypatch.setattr(runner_target, "send", lambda base, request: judge(request, send(base, request)))
    target = Target(base, clock_of("v2", base), probe_of("v2", base), settle=0, patience=2)
    for number, spec in enumerate(load([RECORDED / "scenarios", RECORDED / "more"])):
        run_one(spec, target, f"-o-{number}", {})
    for what in SEARCHES:
        request = json_request("POST", f"/{what}/search", {"page": {"limit": 10_000}})
        judge(request, send(base, request))
    unlisted = [fault for fault in faults if not any(gap in fault for gap in GAPS)]
    assert not unlisted, "\n".join(f"{faults[fault]:5d} {fault}" for fault in sorted(unlisted))
    assert {gap for gap in GAPS if not any(gap in fault for fault in faults)} == NOT_MET
