"""What Camunda's Java connector runtime 8.8.7 did with recorded jobs, and what the REST function does with them."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from devkit.conformance import json_lines
from devkit.conformance.compare.jobs import difference, skipped
from devkit.conformance.improvements import IMPROVEMENTS, improvement
from devkit.conformance.jobs import results

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    ROOT / "tests/recorded/jobs",
    Path(os.environ.get("CONFORMANCE_DIR", "/nowhere")) / "jobs",
    ROOT.parent / "shared/conformance/jobs",
)
SAMPLE = 10


def recorded() -> list[dict[str, Any]]:
    for place in PLACES:
        file = place / "cases.jsonl.gz"
        if file.exists():
            return [case for case in json_lines.read(file) if not skipped(case)]
    pytest.skip("the recorded jobs are not here (tests/recorded/jobs or CONFORMANCE_DIR)")


def is_sampled(case: Mapping[str, Any]) -> bool:
    return int(hashlib.sha256(case["id"].encode()).hexdigest(), 16) % SAMPLE == 0


def differences(cases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    every = list(cases)
    found = {}
    for case, result in zip(every, results(every), strict=True):
        text = difference(case, result)
        if text is not None and improvement(case, result) is None:
            found[case["id"]] = text
    return found


def test_a_sample_of_the_recorded_jobs_ends_as_in_camundas_runtime() -> None:
    assert differences(case for case in recorded() if is_sampled(case)) == {}


@pytest.mark.wide
def test_every_recorded_job_ends_as_in_camundas_runtime() -> None:
    assert differences(recorded()) == {}


@pytest.mark.wide
def test_every_improvement_is_still_one() -> None:
    every = recorded()
    pairs = zip(every, results(every), strict=True)
    named = {improvement(case, result) for case, result in pairs if difference(case, result)}
    assert set(IMPROVEMENTS) <= named
