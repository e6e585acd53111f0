"""Durations as Java reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.java_duration import milliseconds


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("PT1M30S", 90_000),
        ("pt1s", 1000),
        ("P1D", 86_400_000),
        ("P1DT2H", 93_600_000),
        ("PT0.001S", 1),
        ("+PT1S", 1000),
        ("P99999999999D", 8_639_999_999_913_600_000),
        ("P2DT30M", 174_600_000),
        ("pt0.5s", 500),
        ("PT0,5S", 500),
        ("-PT1H", -3_600_000),
        ("PT-1H", -3_600_000),
        ("-PT-1.5S", 1_500),
        ("PT0.0009S", 0),
        ("-PT0.0009S", 0),
        ("PT1H-0.0015S", 3_599_998),
        ("PT9223372036854775.807S", 2**63 - 1),
    ],
)
def test_a_duration_is_read_and_cut_to_milliseconds(text: str, length: int) -> None:
    assert milliseconds(text) == length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "P1W",
        "P1M",
        "P1Y",
        "1H",
        "PT1",
        "PT1H ",
        " PT1S",
        "5",
        "R3/PT1S",
        "PT1.S1",
        "PT٣S",
        "PT.5S",
        "PT9223372036854775.808S",
    ],
)
def test_what_java_would_not_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration such as PT1H|longer than milliseconds can say"):
        milliseconds(text)


@given(st.integers(0, 10**9))
def test_every_number_of_seconds_survives(seconds: int) -> None:
    assert milliseconds(f"PT{seconds}S") == seconds * 1000
