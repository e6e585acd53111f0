"""Numbers with more digits than a double, and beyond every exponent that a text may have."""

from connector_sdk.feel import evaluate


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
