"""Numbers with more digits than a double, and beyond every exponent that a text may have."""

from decimal import Decimal

import pytest

from connector_sdk.feel import connector_json, engine_json, evaluate
from connector_sdk.feel.limits import MAX_EXPONENT


def test_the_bounds_of_a_loop_keep_all_their_digits() -> None:
    first, last = "1234567890123456789012345678901231", "1234567890123456789012345678901233"
    counted = evaluate(f"for x in {first}..{last} return string(x)").value
    assert counted == [first, "1234567890123456789012345678901232", last]
    counted = evaluate(f"for x in {last}..{first} return string(x)").value
    assert counted == [last, "1234567890123456789012345678901232", first]


def test_an_index_keeps_all_its_digits() -> None:
    assert evaluate("xs[1.0000000000000000000000000000000001]", {"xs": ["a", "b"]}).value == "a"
    assert evaluate("xs[-1234567890123456789012345678901234]", {"xs": ["a", "b"]}).value is None
    assert evaluate("xs[-2]", {"xs": ["a", "b"]}).value == "a"


def test_a_second_of_many_digits_is_cut_to_nanoseconds() -> None:
    assert evaluate("string(time(10, 0, 59.9999999999999999999999999999999))").value == "10:00:59.999999999"
    assert evaluate("string(time(10, 0, 12884901888.5))").value == "10:00:00.5"
    assert evaluate("time(10, 0, 2.0 ** 100 + 0.5)").value is not None


@pytest.mark.parametrize(
    ("number", "is_even", "is_odd"),
    [
        ("10**40", True, False),
        ("10**40000", True, False),
        ("1234567890123456789012345678901234567890123", False, True),
        ("-1234567890123456789012345678901234567890122", True, False),
        ("-3", False, True),
        ("1.5", False, False),
        ("0", True, False),
    ],
)
def test_any_number_is_even_or_odd_or_no_whole_number(number: str, is_even: bool, is_odd: bool) -> None:
    assert evaluate(f"even({number})").value is is_even
    assert evaluate(f"odd({number})").value is is_odd


def test_connectors_get_a_text_for_what_no_double_can_hold() -> None:
    written = connector_json(evaluate("[10**400, -10**401]").value)
    assert written == ["Infinity", "-Infinity"]
    assert evaluate("a[1] + 1", {"a": written}).value is None


def test_numbers_of_json_may_have_the_exponent_that_number_allows_and_no_larger() -> None:
    assert evaluate("from json(x) > 0", {"x": f"1E{MAX_EXPONENT}"}).value is True
    for text in (f"1E{MAX_EXPONENT + 1}", f"[1.5e-{MAX_EXPONENT + 1}]", "1E" + "9" * 5_000):
        assert evaluate("from json(x)", {"x": text}).value is None


def test_the_engine_never_writes_out_the_digits_of_a_huge_exponent() -> None:
    assert engine_json(Decimal("1E999999999")) == 0
    assert engine_json(Decimal("1E-999999999")) == 0.0
    assert connector_json(Decimal("-1E999999999")) == "-Infinity"
