"""docs/compatibility.md is what a run finds: a sample of the REST templates here, the whole page in CI."""

import gzip
import json
from collections.abc import Iterator

import pytest

from devkit.conformance.compatibility import Verdict, verdicts
from devkit.conformance.compatibility_page import PAGE, RECORDED, rows, written
from devkit.conformance.template_tasks import JOB_TYPE
from devkit.modeler import missing_tool

SAMPLE = 29
"""Of about 700 versions; every fifth is on REST."""
WIDE_SECONDS = 600


def sampled() -> Iterator[Verdict]:
    if reason := missing_tool():
        pytest.skip(reason)
    lines = gzip.decompress(RECORDED.read_bytes()).splitlines()
    yield from verdicts([json.loads(line) for line in lines], SAMPLE)


def listed() -> set[tuple[str, str, str]]:
    """Template, type and state of each line."""
    cells = (line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `io."))
    return {(cell[0].strip("| `"), cell[2].strip("`"), cell[3]) for cell in cells}


def test_a_sample_of_the_official_templates_ends_as_the_page_says() -> None:
    found = [one for one in sampled() if one.served_as == JOB_TYPE]

    assert len(found) >= 5
    known = listed()
    assert [one for one in found if (one.template_id, one.served_as, one.state) not in known] == []


@pytest.mark.wide
@pytest.mark.timeout(WIDE_SECONDS)
def test_the_page_is_what_a_run_finds() -> None:
    if reason := missing_tool():
        pytest.skip(reason)
    assert written() == PAGE.read_text(encoding="utf-8")


def test_neighbouring_versions_with_the_same_end_share_a_line() -> None:
    found = [
        Verdict("a", "A", None, "t:1", "works"),
        Verdict("a", "A", 1, "t:1", "works"),
        Verdict("a", "A", 2, "t:1", "partly", "without x|y"),
        Verdict("b", "B", 7, "={x: 1}", "not yet"),
        Verdict("c", "C", 1, "", "not yet"),
    ]
    assert list(rows(found))[2:] == [
        "| `a` | none to 1 | `t:1` | works |  |",
        "| `a` | 2 | `t:1` | partly | without x¦y |",
        "| `b` | 7 | an expression | not yet |  |",
        "| `c` | 1 | none | not yet |  |",
    ]
