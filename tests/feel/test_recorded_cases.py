"""What feel-scala answered to thousands of expressions, and what this FEEL answers."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from devkit.conformance import json_lines
from devkit.conformance.compare.feel import difference, skipped
from devkit.conformance.feel import results

ROOT = Path(__file__).resolve().parents[2]
PLACES = (
    Path(os.environ.get("CONFORMANCE_DIR", "/nowhere")) / "feel/cases.jsonl.gz",
    ROOT.parent / "shared/conformance/feel/cases.jsonl.gz",
    ROOT / "tests/recorded/feel/generated.jsonl.gz",
)
SAMPLE = 10
# The order in which a Java map hands out three keys is nothing that an expression could rely on.
LEFT = frozenset({"curated-connectors/00042"})


def recorded() -> list[dict[str, Any]]:
    file = next((place for place in PLACES if place.exists()), None)
    if file is None:
        pytest.skip("the recorded FEEL cases are not here (tests/recorded/feel or CONFORMANCE_DIR)")
    return [case for case in json_lines.read(file) if not skipped(case) and case["id"] not in LEFT]


def is_sampled(case: Mapping[str, Any]) -> bool:
    return int(hashlib.sha256(case["id"].encode()).hexdigest(), 16) % SAMPLE == 0


def differences(cases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    every = list(cases)
    found = ((case["id"], difference(case, result)) for case, result in zip(every, results(every), strict=True))
    return {case_id: text for case_id, text in found if text is not None}


def test_a_tenth_of_the_recorded_expressions_evaluate_as_in_feel_scala() -> None:
    assert differences(filter(is_sampled, recorded())) == {}


@pytest.mark.wide
def test_all_recorded_expressions_evaluate_as_in_feel_scala() -> None:
    assert differences(recorded()) == {}
