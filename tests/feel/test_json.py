"""FEEL values as JSON: as the connector runtime writes results, and as the engine writes variables."""

from typing import Any

import pytest

from connector_sdk.feel import connector_json, engine_json, evaluate


@pytest.mark.parametrize(
    ("expression", "connector", "engine"),
    [
        ("10/5", 2, 2),
        ("1/3", 0.3333333333333333, 0.3333333333333333),
        ("9007199254740993", 9007199254740993, 9007199254740993),
        ("9223372036854775807", 9223372036854775807, 9223372036854775807),
        ("9223372036854775808", 9.223372036854775808e18, -9223372036854775808),
        ("9999999999999999999999999999999999999999", 1e40, -5047021154770878465),
        ("-18446744073709551617", -18446744073709551617.0, -1),
        ("10 ** 63", 1e63, -9223372036854775808),
        ("10 ** 64", 1e64, 0),
        ('[null, true, "a"]', [None, True, "a"], [None, True, "a"]),
        ("{a: {b: 1}, f: function(x) x}", {"a": {"b": 1}}, {"a": {"b": 1}}),
        ("[function(x) x]", [None], [None]),
        ("concatenate([], [1..3])", [None], [None]),
        ('date("2024-02-29")', "2024-02-29", "2024-02-29"),
        ("date(12024, 2, 29)", "+12024-02-29", "+12024-02-29"),
        ('time("10:00:00")', "10:00:00", "10:00"),
        ('time("10:00:30.5")', "10:00:30.5", "10:00:30.500"),
        ('time("10:00:00+01:00")', "10:00+01:00", "10:00:00+01:00"),
        ('date and time("2024-02-29T10:00:00")', "2024-02-29T10:00:00", "2024-02-29T10:00"),
        ('date and time("2024-02-29T10:00:00Z")', "2024-02-29T10:00:00Z", "2024-02-29T10:00Z"),
        (
            '@"2024-02-29T10:00:00@Europe/Berlin"',
            "2024-02-29T10:00:00+01:00",
            "2024-02-29T10:00+01:00[Europe/Berlin]",
        ),
        ('duration("P1DT90M")', "PT25H30M", "PT25H30M"),
        ('duration("-P1D")', "PT-24H", "PT-24H"),
        ('duration("-PT1.5S")', "PT-1.5S", "PT-1.5S"),
        ('duration("PT0S")', "PT0S", "PT0S"),
        ('duration("P14M")', "P1Y2M", "P1Y2M"),
        ('duration("-P14M")', "P-1Y-2M", "P-1Y-2M"),
        ('duration("P0M")', "P0D", "P0D"),
    ],
)
def test_a_value_is_written_for_connectors_and_for_the_engine(expression: str, connector: Any, engine: Any) -> None:
    value = evaluate(expression).value
    assert connector_json(value) == connector
    assert engine_json(value) == engine


def test_whole_numbers_are_integers_however_they_came() -> None:
    value = evaluate("[a, b, c, d]", {"a": 2.0, "b": 1e3, "c": 2**53 + 1, "d": 0.1}).value
    assert [type(number) for number in connector_json(value)] == [int, int, int, float]
    assert connector_json(value) == [2, 1000, 9007199254740993, 0.1]


@pytest.mark.parametrize(
    ("names", "written"),
    [
        ("d c b a", "d c b a"),
        ("destination origin units language mode key", "key language origin units mode destination"),
        (
            "state scope assignee_id assignee_username author_id search",
            "assignee_id scope author_id search state assignee_username",
        ),
        ("a b c d AaAa BBBB", "a b c d AaAa BBBB"),
    ],
)
def test_the_engine_writes_larger_contexts_in_the_order_of_their_hashes(names: str, written: str) -> None:
    context = ", ".join(f"{name}: 1" for name in names.split())

    assert list(engine_json(evaluate(f"{{{context}}}").value)) == written.split()
