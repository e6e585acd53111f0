"""The sums in docs/costs.md and docs/poller.md are right."""

import re
from math import prod
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for page in ("costs.md", "poller.md")
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
]
SUMS = [row for row in ROWS if len(row) == 3 and re.match(r"[\d.]+ ", row[1])]


def value(formula: str) -> float:
    """The product of the numbers at the beginning of each factor."""
    numbers = [float(re.findall(r"[\d.]+", factor)[0]) for factor in formula.split("×")]
    return prod(numbers, start=1.0)


@pytest.mark.parametrize("row", SUMS, ids=lambda row: row[0])
def test_a_line_is_its_sum(row: list[str]) -> None:
    assert float(row[2]) == pytest.approx(value(row[1]), abs=0.006)


def test_what_is_together_is_the_sum_of_the_lines_above() -> None:
    lines: list[float] = []
    togethers = 0
    for row in ROWS:
        if row[0] == "together":
            togethers += 1
            assert float(row[2]) == pytest.approx(sum(lines), abs=0.02)
        if row in SUMS:
            lines.append(float(row[2]))
        else:
            lines = []

    assert togethers == 5
