"""Official element templates from the Modeler to the engine's command, as they ran on Camunda's runtime 8.8.7."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from devkit.conformance import json_lines
from devkit.conformance.compare.templates import difference, skipped
from devkit.conformance.templates import results
from devkit.modeler import missing_tool

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    ROOT / "tests/recorded/jobs",
    Path(os.environ.get("CONFORMANCE_DIR", "/nowhere")) / "jobs",
    ROOT.parent / "shared/conformance/jobs",
)
SAMPLE = 15
WIDE_SECONDS = 900


def recorded() -> list[dict[str, Any]]:
    for place in PLACES:
        file = place / "templates.jsonl.gz"
        if file.exists():
            return [case for case in json_lines.read(file) if not skipped(case)]
    pytest.skip("the recorded templates are not here (tests/recorded/jobs or CONFORMANCE_DIR)")


def is_sampled(case: Mapping[str, Any]) -> bool:
    return int(hashlib.sha256(case["id"].encode()).hexdigest(), 16) % SAMPLE == 0


def differences(cases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    if reason := missing_tool():
        pytest.skip(reason)
    every = list(cases)
    pairs = zip(every, results(every), strict=True)
    return {case["id"]: text for case, result in pairs if (text := difference(case, result)) is not None}


def test_a_sample_of_the_official_templates_runs_as_on_camundas_runtime() -> None:
    assert differences(case for case in recorded() if is_sampled(case)) == {}


@pytest.mark.wide
@pytest.mark.timeout(WIDE_SECONDS)
def test_every_official_template_runs_as_on_camundas_runtime() -> None:
    assert differences(recorded()) == {}


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
