"""What Camunda's Java connector runtime 8.8.7 did with recorded jobs, and what the REST function does with them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from devkit.conformance.compare.jobs import difference, skipped
from devkit.conformance.improvements import IMPROVEMENTS, improvement
from devkit.conformance.jobs import results
from tests.recorded_cases import is_sampled, recorded


def jobs() -> list[dict[str, Any]]:
    return [case for case in recorded("jobs/cases.jsonl.gz") if not skipped(case)]


def differences(cases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    every = list(cases)
    found = {}
    for case, result in zip(every, results(every), strict=True):
        text = difference(case, result)
        if text is not None and improvement(case, result) is None:
            found[case["id"]] = text
    return found


def test_a_sample_of_the_recorded_jobs_ends_as_in_camundas_runtime() -> None:
    assert differences(case for case in jobs() if is_sampled(case)) == {}


@pytest.mark.wide
def test_every_recorded_job_ends_as_in_camundas_runtime() -> None:
    assert differences(jobs()) == {}


@pytest.mark.wide
def test_each_improvement_touches_as_many_recorded_jobs_as_its_page_says() -> None:
    every = jobs()
    pairs = zip(every, results(every), strict=True)
    found = Counter(improvement(case, result) for case, result in pairs if difference(case, result))
    page = (Path(__file__).resolve().parents[2] / "docs/outbound.md").read_text(encoding="utf-8")
    written = {name: int(count) for name, count in re.findall(r"^\|.*\| ([a-z -]+) \| (\d+) \|", page, re.MULTILINE)}
    assert dict(found) == written
    assert set(found) == set(IMPROVEMENTS)
