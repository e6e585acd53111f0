"""What feel-scala answered to thousands of expressions, and what this FEEL answers."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from devkit.conformance.compare.feel import difference, skipped
from devkit.conformance.feel import results
from tests.recorded_cases import is_sampled, recorded

# The order in which a Java map hands out three keys is nothing that an expression could rely on.
LEFT = frozenset({"curated-connectors/00042"})


def expressions() -> list[dict[str, Any]]:
    """Of the copy that may be shared only those cases that were made up; all of them where there are more."""
    cases = recorded("feel/cases.jsonl.gz", "feel/generated.jsonl.gz")
    return [case for case in cases if not skipped(case) and case["id"] not in LEFT]


def differences(cases: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    every = list(cases)
    found = ((case["id"], difference(case, result)) for case, result in zip(every, results(every), strict=True))
    return {case_id: text for case_id, text in found if text is not None}


def test_a_tenth_of_the_recorded_expressions_evaluate_as_in_feel_scala() -> None:
    assert differences(filter(is_sampled, expressions())) == {}


@pytest.mark.wide
def test_all_recorded_expressions_evaluate_as_in_feel_scala() -> None:
    assert differences(expressions()) == {}
