"""Dates and times as java.time has them: gaps, overlaps, and years that Python's datetime does not know."""

import pytest

from connector_sdk.feel import FeelEvaluationError, evaluate


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        # In a gap the local time moves on by its length; in an overlap the earlier offset counts.
        ('@"2024-03-31T02:30:00@Europe/Berlin"', "2024-03-31T03:30:00@Europe/Berlin"),
        ('@"2024-10-27T02:30:00@Europe/Berlin".time offset', "PT2H"),
        # Days and hours are lengths on the time line, months are steps of the calendar.
        ('@"2024-03-30T12:00:00@Europe/Berlin" + @"P1D"', "2024-03-31T13:00:00@Europe/Berlin"),
        ('@"2024-02-29T12:00:00@Europe/Berlin" + @"P1M"', "2024-03-29T12:00:00@Europe/Berlin"),
        ('(@"2024-10-27T02:30:00@Europe/Berlin" + @"PT1H").time offset', "PT1H"),
        ('(@"2024-10-27T02:30:00@Europe/Berlin" + @"PT1H" + @"P1Y" - @"P1Y").time offset', "PT1H"),
        ('@"2024-10-27T02:30:00@Europe/Berlin" + @"PT1H" - @"2024-10-27T02:30:00@Europe/Berlin"', "PT1H"),
        # Years beyond what datetime knows; rules of a zone repeat every 400 years.
        ('date("-0044-03-15") - date("2024-03-15")', "-P755322D"),
        ('date(999999999, 12, 31) - @"P1Y"', "+999999998-12-31"),
        ('@"99999-07-01T12:00:00@Europe/Berlin".time offset', "PT2H"),
        ('@"99999-12-31T12:00:00@Europe/Berlin".time offset', "PT1H"),
        ('@"-0001-01-01T00:00:00@Europe/Berlin".time offset', "PT53M28S"),
        ('@"0000-02-29" + @"P1Y"', "0001-02-28"),
        # A time in a zone has the zone's standard offset.
        ('time("10:00:00@Europe/London").time offset', "P0D"),
        ('time("10:00:00@Australia/Melbourne").time offset', "PT10H"),
        # Times go round at midnight, and keep their zone.
        ('@"23:30:00@Europe/Berlin" + @"PT1H"', "00:30:00@Europe/Berlin"),
        ('@"01:00:00+02:00" - @"23:00:00Z"', "P1D"),
        ('@"P1Y2M" * 1.9', "P1Y2M"),
        ('@"PT1H" * 0.5', "P0D"),
        ('@"P1Y" / 5', "P2M"),
        ('date and time(@"2024-02-29T10:00:00", "Asia/Kolkata")', "2024-02-29T10:00:00@Asia/Kolkata"),
        ('date and time(@"2024-02-29T10:00:00Z", "+02:00")', "2024-02-29T12:00:00+02:00"),
        ('date and time(@"2024-02-29T10:00:00Z", "GMT+2")', "2024-02-29T12:00:00@GMT+2"),
    ],
)
def test_a_calculation_with_time_comes_to(expression: str, text: str) -> None:
    assert str(evaluate(expression).value) == text


@pytest.mark.parametrize(
    "expression",
    [
        'date("2023-02-29")',
        "date(2023, 2, 29)",
        'time("24:00:00")',
        "time(10, 60, 0)",
        'date and time("2024-02-29T10:00:00@Mars/Olympus")',
        'date and time("2024-02-29T10:00:00@../../etc/passwd")',
        'date and time(@"2024-02-29T10:00:00", "Mars/Olympus")',
        'duration("P1Y2D")',
        'duration("P")',
        'duration("PT")',
        '@"nonsense"',
    ],
)
def test_what_java_time_does_not_have_is_null(expression: str) -> None:
    assert evaluate(expression).value is None


def test_a_date_beyond_javas_last_fails_the_evaluation() -> None:
    with pytest.raises(FeelEvaluationError):
        evaluate('date(999999999, 12, 31) + @"P1D"')


def test_equal_instants_at_different_offsets_are_not_equal_values() -> None:
    assert evaluate('@"2024-02-29T10:00:00Z" = @"2024-02-29T11:00:00+01:00"').value is False
    assert evaluate('@"10:00:00Z" = @"11:00:00+01:00"').value is False
    assert evaluate('@"10:00:00Z" <= @"11:00:00+01:00"').value is True


@pytest.mark.parametrize("text", ["٢٠٢٤-02-29", "1٠:30:00", "2024-02-29T10:3٠:00", "P٢D", "PT٢S", "10:00:00@UTC+٢"])
def test_digits_of_other_scripts_are_no_digits(text: str) -> None:
    assert evaluate("[date(x), time(x), date and time(x), duration(x)]", {"x": text}).value == [None] * 4


def test_an_unknown_zone_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def read(name: str) -> None:
        asked.append(name)
        raise ValueError(name)

    monkeypatch.setattr("zoneinfo.ZoneInfo", read)
    for _ in range(3):
        assert evaluate("time(x)", {"x": "10:00:00@Nowhere/Once"}).value is None
    assert asked == ["Nowhere/Once"]
