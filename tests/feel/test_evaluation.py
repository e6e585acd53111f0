"""The public interface: read once, evaluate often, and be told what went wrong and where."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector_sdk import feel
from connector_sdk.feel import FeelEvaluationError, FeelSyntaxError, HostFunction, evaluate, parse, parse_unary_tests


def test_an_expression_is_read_once_and_evaluated_often() -> None:
    expression = parse("a + 1")
    assert [expression.evaluate({"a": number}).value for number in (1, 2.5, Decimal("0.10"))] == [
        Decimal(2),
        Decimal("3.5"),
        Decimal("1.10"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "wanted"),
    [
        ("if a then b", 1, 12, "else"),
        ("{a: 1,\n b: }", 2, 5, "a value"),
        ("[1, 2", 1, 6, "]"),
        ("1 +", 1, 4, "a value"),
        ("", 1, 1, "a value"),
        ("a /* b", 1, 3, "comment"),
        ("1 < 2 < 3", 1, 7, "the end"),
        ('"open', 1, 1, "text in quotes"),
    ],
)
def test_a_syntax_error_says_where_and_what_was_expected(text: str, line: int, column: int, wanted: str) -> None:
    with pytest.raises(FeelSyntaxError, match=wanted) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("missing", "NO_VARIABLE_FOUND"),
        ("{a: 1}.b", "NO_CONTEXT_ENTRY_FOUND"),
        ("(1).b", "NO_PROPERTY_FOUND"),
        ("nope(1)", "NO_FUNCTION_FOUND"),
        ("upper case(1)", "FUNCTION_INVOCATION_FAILURE"),
        ('1 + "a"', "INVALID_TYPE"),
        ('1 < "a"', "NOT_COMPARABLE"),
    ],
)
def test_what_is_null_instead_of_failing_leaves_a_warning(expression: str, kind: str) -> None:
    evaluation = evaluate(expression)
    assert evaluation.value is None
    assert [warning.type for warning in evaluation.warnings] == [kind]
    assert evaluation.warnings[0].message


def test_the_time_is_the_hosts() -> None:
    def now() -> datetime:
        return datetime(2024, 2, 29, 12, 34, 56, 789_000, tzinfo=UTC)

    assert str(evaluate("now()", now=now).value) == "2024-02-29T12:34:56.789@UTC"
    assert str(evaluate("today()", now=now).value) == "2024-02-29"
    berlin = datetime(2024, 7, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert str(evaluate("now()", now=lambda: berlin).value) == "2024-07-01T00:00:00@Europe/Berlin"
    with pytest.raises(FeelEvaluationError, match="clock"):
        evaluate("now()")


def test_the_host_may_add_functions() -> None:
    def greet(name: Any, greeting: Any = "Hello") -> str:
        if name is None:
            raise FeelEvaluationError("greet needs a name")
        return f"{greeting}, {name}"

    functions = {"greet": HostFunction((("name",), ("name", "greeting")), greet)}
    assert evaluate('greet("Ada")', functions=functions).value == "Hello, Ada"
    assert evaluate('greet(greeting: "Hi", name: "Ada")', functions=functions).value == "Hi, Ada"
    assert evaluate('greet("Ada", "Hi", 1)', functions=functions).warnings[0].type == "NO_FUNCTION_FOUND"
    assert evaluate('greet("Ada")').value is None
    with pytest.raises(FeelEvaluationError, match="greet needs a name"):
        evaluate("greet(null)", functions=functions)


def test_an_assertion_that_does_not_hold_fails_the_evaluation() -> None:
    with pytest.raises(FeelEvaluationError, match="too small"):
        evaluate('[1, assert(a, a > 5, "too small")]', {"a": 1})


def test_unary_tests_ask_about_a_value() -> None:
    assert parse_unary_tests("< 5, [10..20]").test(12).value is True
    assert parse_unary_tests("not(1, 2)").test(2).value is False
    assert parse_unary_tests("-").test(None).value is True
    assert parse_unary_tests("odd(?)").test(3).value is True
    assert parse_unary_tests("limit").test(3, {"limit": 3}).value is True


def test_a_function_sees_only_what_was_before_it_so_none_calls_itself() -> None:
    assert evaluate("{f: function(n) if n = 0 then 0 else f(n - 1), r: f(3)}.r").value is None
    assert evaluate("{a: 1, f: function() [a, b], b: 2, r: f()}.r").value == [1, None]


def test_the_results_so_far_do_not_change_later() -> None:
    assert evaluate("for i in 1..3 return partial").value == [[], [[]], [[], [[]]]]
    assert evaluate("for i in 1..4 return if i < 3 then i else partial[-1] + partial[-2]").value == [1, 2, 3, 5]


def test_the_input_is_never_changed() -> None:
    data = {"a": {"b": [1, 2]}}
    evaluate('{c: context put(a, "b", 3), d: append(a.b, 3), e: a}', data)
    assert data == {"a": {"b": [1, 2]}}


def test_only_feels_own_names_are_public() -> None:
    assert sorted(feel.__all__) == feel.__all__
    assert all(hasattr(feel, name) for name in feel.__all__)
