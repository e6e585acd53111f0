"""What an expression may cost: everything up to a limit works, the next is an error that names the limit."""

import pytest

from connector_sdk.feel import FeelEvaluationError, FeelSyntaxError, connector_json, evaluate, parse, scope
from connector_sdk.feel.limits import (
    MAX_EXPONENT,
    MAX_EXPRESSION_LENGTH,
    MAX_LIST_SIZE,
    MAX_NESTING,
    MAX_SCALE,
    MAX_STEPS,
    MAX_STRING_LENGTH,
    MAX_WARNINGS,
    MAX_WRITTEN_VALUES,
)


def test_an_expression_may_be_as_long_as_the_limit_and_no_longer() -> None:
    longest = '"' + "a" * (MAX_EXPRESSION_LENGTH - 2) + '"'
    assert parse(longest).evaluate().value == "a" * (MAX_EXPRESSION_LENGTH - 2)
    with pytest.raises(FeelSyntaxError, match="65537 characters, 65536 are allowed"):
        parse(longest + " ")


@pytest.mark.parametrize(
    ("opening", "closing"), [("(", ")"), ("[", "]"), ("if true then ", " else 0"), ("abs(", ")"), ("{a: ", "}")]
)
def test_expressions_may_be_nested_up_to_the_limit(opening: str, closing: str) -> None:
    inside = MAX_NESTING - 1
    assert parse(opening * inside + "1" + closing * inside).evaluate().warnings is not None
    with pytest.raises(FeelSyntaxError, match="64 are allowed"):
        parse(opening * (inside + 1) + "1" + closing * (inside + 1))


@pytest.mark.parametrize(
    "text", ["(" * 60_000, "[" * 60_000, "f(" * 30_000, "f([" * 20_000, "-" * 60_000, "{a:" * 20_000]
)
def test_endless_nesting_is_a_syntax_error_and_soon(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse(text)


def test_going_back_does_not_take_exponential_time() -> None:
    with pytest.raises(FeelSyntaxError):
        parse("(" * 45 + "1..2" + ")" * 44 + " x")
    with pytest.raises(FeelSyntaxError):
        parse("f([" * 40 + "1" + "])" * 39)


def test_long_chains_of_operators_are_no_nesting() -> None:
    assert evaluate("+".join(["1"] * 10_000)).value == 10_000
    assert evaluate(" and ".join(["true"] * 7_000)).value is True
    cases = "".join(f'if a = {n} then "{n}" else ' for n in range(2_000))
    assert evaluate(cases + '"none"', {"a": 1_999}).value == "1999"
    assert evaluate("a" + "[1]" * 1_000, {"a": [[1]]}).value is None


@pytest.fixture
def few_steps(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(scope, "MAX_STEPS", 1_000)
    return 1_000


def test_a_loop_may_run_as_many_steps_as_the_limit_and_no_more(few_steps: int) -> None:
    assert evaluate(f"(for a in 1..{few_steps} return a)[-1]").value == few_steps
    with pytest.raises(FeelEvaluationError, match="more than 1000 steps"):
        evaluate(f"count(for a in 1..{few_steps + 1} return 0)")
    with pytest.raises(FeelEvaluationError, match="more than 1000 steps"):
        evaluate("every a in 1..40, b in 1..40 satisfies a > 0")
    with pytest.raises(FeelEvaluationError, match="more than 1000 steps"):
        evaluate("for a in 1..40 return xs[item > a]", {"xs": list(range(40))})


def test_functions_that_call_functions_are_bounded_by_steps(few_steps: int) -> None:
    doubling = ", ".join(f"f{n}: function(x) f{n - 1}(x) + f{n - 1}(x)" for n in range(1, 40))
    with pytest.raises(FeelEvaluationError, match="steps"):
        evaluate(f"{{f0: function(x) x, {doubling}, r: f39(1)}}")


@pytest.mark.wide
def test_the_step_budget_is_two_million() -> None:
    within = "count(for a in xs, b in xs, c in 1..2 return 0)"
    assert evaluate(within, {"xs": list(range(1_000))}).value == MAX_STEPS


def test_functions_that_call_functions_very_deep_are_an_error_of_feel() -> None:
    chain = ", ".join(f"f{n}: function(x) [[[[f{n - 1}(x)]]]]" for n in range(1, 1_500))
    with pytest.raises(FeelEvaluationError, match="too deep"):
        evaluate(f"{{f0: function(x) x, {chain}, r: f1499(1)}}")


def test_a_range_may_have_as_many_numbers_as_the_limit_and_no_more() -> None:
    assert evaluate(f"some x in 1..{MAX_LIST_SIZE} satisfies x = 1").value is True
    with pytest.raises(FeelEvaluationError, match="more than 2000000 numbers"):
        evaluate(f"some x in 1..{MAX_LIST_SIZE + 1} satisfies x = 1")
    with pytest.raises(FeelEvaluationError, match="numbers"):
        evaluate("for x in 1..10**90 return 1")


def test_a_list_may_become_as_long_as_the_limit_and_no_longer() -> None:
    half = [0] * (MAX_LIST_SIZE // 2)
    assert evaluate("count(concatenate(a, a))", {"a": half}).value == MAX_LIST_SIZE
    with pytest.raises(FeelEvaluationError, match="more than 2000000 items"):
        evaluate("concatenate(a, a, 1)", {"a": half})


def test_a_text_may_become_as_long_as_the_limit_and_no_longer() -> None:
    half = "a" * (MAX_STRING_LENGTH // 2)
    assert len(evaluate("a + a", {"a": half}).value) == MAX_STRING_LENGTH
    with pytest.raises(FeelEvaluationError, match="longer than 10000000 characters"):
        evaluate('a + a + "b"', {"a": half})
    with pytest.raises(FeelEvaluationError, match="longer than"):
        evaluate("string join([a, a, a])", {"a": half})


def test_an_exponent_may_be_as_large_as_the_limit_and_no_larger() -> None:
    assert evaluate(f"1 ** {MAX_EXPONENT}").value == 1
    with pytest.raises(FeelEvaluationError, match="100001 is beyond 100000"):
        evaluate(f"1 ** {MAX_EXPONENT + 1}")
    assert evaluate(f'number("1e{MAX_EXPONENT}") > 0').value is True
    assert evaluate(f'number("1e{MAX_EXPONENT + 1}")').value is None


def test_numbers_that_outgrow_every_exponent_are_an_error() -> None:
    with pytest.raises(FeelEvaluationError, match="too large"):
        evaluate("((((10 ** 100000) ** 100000)))")


def test_a_scale_may_be_as_low_as_the_limit_and_any_height() -> None:
    assert evaluate(f"round up(1.121, {-MAX_SCALE}) > 0").value is True
    with pytest.raises(FeelEvaluationError, match="-6177 is beyond -6176"):
        evaluate(f"round up(1.121, {-MAX_SCALE - 1})")
    assert str(evaluate("round up(1.121, 1234567)").value) == "1.121"


def test_no_more_warnings_are_kept_than_the_limit() -> None:
    assert len(evaluate(f"for x in 1..{MAX_WARNINGS - 1} return missing").warnings) == MAX_WARNINGS - 1
    assert len(evaluate(f"for x in 1..{MAX_WARNINGS * 2} return missing").warnings) == MAX_WARNINGS


def test_values_that_share_parts_are_written_up_to_the_limit_and_no_further(few_steps: int) -> None:
    shared = "{a: [1, 1], " + ", ".join(f"{chr(98 + n)}: [{chr(97 + n)}, {chr(97 + n)}]" for n in range(25)) + "}.z"
    value = evaluate(shared).value
    with pytest.raises(FeelEvaluationError, match=f"more than {MAX_WRITTEN_VALUES} values"):
        connector_json(value)
    with pytest.raises(FeelEvaluationError, match="values"):
        evaluate(f"string({shared})")
    with pytest.raises(FeelEvaluationError, match="steps"):
        evaluate(f"flatten({shared})")


SHARED = ", ".join(["a0: [1, 1]", *(f"a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 40))])
TWIN = SHARED.replace("a", "b")


def test_values_that_share_parts_are_compared_and_described_soon() -> None:
    assert evaluate(f"{{{SHARED}, {TWIN}, r: a39 = b39}}.r").value is True
    assert evaluate(f"{{{SHARED}, {TWIN}, r: a39 in [b39]}}.r").value is True
    assert len(evaluate(f"{{{SHARED}, r: a39 + 1}}.r").warnings[0].message) < 200


def test_texts_and_lists_that_are_built_again_and_again_use_up_the_budget() -> None:
    with pytest.raises(FeelEvaluationError, match="steps"):
        evaluate("count(for i in 1..1000 return a + a)", {"a": "a" * 1_000_000})
    with pytest.raises(FeelEvaluationError, match="steps"):
        evaluate("count(for i in 1..1000 return reverse(a))", {"a": [1] * 100_000})


@pytest.mark.parametrize(
    "call", ["sum(xs)", "count(xs)", "list contains(xs, 1)", "string length(text)", 'get value(c, "a")']
)
def test_what_a_function_reads_counts_as_steps(call: str, few_steps: int) -> None:
    variables = {"xs": [0] * 10_000, "text": "é" * 100_000, "c": {str(n): n for n in range(10_000)}}

    with pytest.raises(FeelEvaluationError, match=f"more than {few_steps} steps"):
        evaluate(f"for i in 1..100 return {call}", variables)
