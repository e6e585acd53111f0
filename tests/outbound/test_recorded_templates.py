"""Official element templates from the Modeler to the engine's command, as they ran on Camunda's runtime 8.8.7."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from devkit.conformance.compare.templates import difference, skipped
from devkit.conformance.templates import results
from devkit.modeler import missing_tool
from tests.recorded_cases import is_sampled, recorded

SAMPLE = 15
WIDE_SECONDS = 900


def templates() -> list[dict[str, Any]]:
    return [case for case in recorded("jobs/templates.jsonl.gz") if not skipped(case)]


def differences(cases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    if reason := missing_tool():
        pytest.skip(reason)
    every = list(cases)
    pairs = zip(every, results(every), strict=True)
    return {case["id"]: text for case, result in pairs if (text := difference(case, result)) is not None}


def test_a_sample_of_the_official_templates_runs_as_on_camundas_runtime() -> None:
    assert differences(case for case in templates() if is_sampled(case, SAMPLE)) == {}


@pytest.mark.wide
@pytest.mark.timeout(WIDE_SECONDS)
def test_every_official_template_runs_as_on_camundas_runtime() -> None:
    assert differences(templates()) == {}


JUDGED: dict[str, Any] = {
    "id": "t-one",
    "variablesSha256": "v",
    "headersSha256": "h",
    "requests": [],
    "outcome": {"command": "completion", "body": {"variables": {}}},
    "compare": ["requests", "command"],
}


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ({}, None),
        ({"problem": "the engine refused it"}, "there is no job: the engine refused it"),
        ({"variablesSha256": "other"}, "the job's variables are not those of the recorded job"),
        ({"headersSha256": "other"}, "the job's headers are not those of the recorded job"),
        ({"requests": [{}]}, "number of requests 1, expected 0"),
    ],
)
def test_a_template_is_judged_by_its_job_first(result: dict[str, Any], sentence: str | None) -> None:
    assert difference(JUDGED, {**JUDGED, **result}) == sentence
