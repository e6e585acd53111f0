"""Values of any size are null, or an error of FEEL; no other error leaves the package."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from connector_sdk.feel import FeelEvaluationError, connector_json, engine_json, evaluate, parse
from connector_sdk.feel.limits import MAX_DEPTH, MAX_STRING_LENGTH

DIGITS = "9" * 5_000


@pytest.mark.parametrize("text", [f"P{DIGITS}D", f"PT{DIGITS}S", f"P{DIGITS}Y", f"-P{DIGITS}M", f"PT-{DIGITS}H"])
def test_a_duration_with_more_digits_than_a_long_is_no_duration(text: str) -> None:
    assert parse(f'@"{text}"').evaluate().value is None
    assert evaluate(f'@"{text}"').value is None
    assert evaluate("duration(x)", {"x": text}).value is None


def test_a_duration_may_be_as_long_as_a_long_and_no_longer() -> None:
    assert evaluate('string(@"P9223372036854775807M")').value == "P768614336404564650Y7M"
    assert evaluate('@"P9223372036854775808M"').value is None
    assert evaluate('string(@"PT9223372036854775807S")').value == "P106751991167300DT15H30M7S"
    assert evaluate('@"PT9223372036854775808S"').value is None


@pytest.mark.parametrize("unit", ["P1000000000M", "P1000000000D"])
def test_durations_that_are_multiplied_without_end_are_an_error(unit: str) -> None:
    grown = f'@"{unit}"' + " * 1000000000" * 900
    with pytest.raises(FeelEvaluationError, match="a duration would be longer than 9223372036854775807"):
        evaluate(grown)
    with pytest.raises(FeelEvaluationError, match="a duration would be longer than 9223372036854775807"):
        evaluate(f"string({grown})")


def test_the_logarithm_of_what_no_double_can_hold_is_null() -> None:
    assert evaluate('log(number("1E-400"))').value is None
    assert evaluate('log(number("1E400"))').value is None


@pytest.mark.parametrize("expression", ["9" * 5_000, f"[{'9' * 5_000}]", f"string({'9' * 5_000})"])
def test_numbers_with_thousands_of_digits_are_written(expression: str) -> None:
    value = evaluate(expression).value
    assert connector_json(value) is not None
    assert engine_json(value) is not None


def deep(levels: int, inside: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = inside(value)
    return value


@pytest.mark.parametrize("inside", [lambda value: [value], lambda value: {"a": value}], ids=["lists", "contexts"])
@pytest.mark.parametrize("write", [connector_json, engine_json])
def test_values_may_be_nested_up_to_the_limit(write: Callable[[Any], Any], inside: Callable[[Any], Any]) -> None:
    written = write(evaluate("x", {"x": deep(MAX_DEPTH, inside)}).value)
    for _ in range(MAX_DEPTH):
        [written] = written if isinstance(written, list) else written.values()
    assert written == 1
    for levels in (MAX_DEPTH + 1, 50_000):
        with pytest.raises(FeelEvaluationError, match="nested deeper than 1000 levels"):
            evaluate("x", {"x": deep(levels, inside)})
        with pytest.raises(FeelEvaluationError, match="nested deeper than 1000 levels"):
            write(deep(levels, inside))


@pytest.mark.parametrize("write", ["string", "to json"])
def test_a_text_of_many_long_texts_is_refused_before_it_is_put_together(write: str) -> None:
    half = "a" * (MAX_STRING_LENGTH // 2)
    tracemalloc.start()
    try:
        for value in ("for i in 1..200 return s", "{a: for i in 1..200 return {b: s}}"):
            with pytest.raises(FeelEvaluationError, match="longer than 10000000 characters"):
                evaluate(f"{write}({value})", {"s": half})
        assert tracemalloc.get_traced_memory()[1] < 10 * MAX_STRING_LENGTH
    finally:
        tracemalloc.stop()
    with pytest.raises(FeelEvaluationError, match="longer than 10000000 characters"):
        evaluate(f"{write}(for i in 1..200 return c)", {"c": {half: 1}})
