"""No text and no input makes FEEL raise anything but its own errors."""

import contextlib
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connector_sdk.feel import FeelError, connector_json, engine_json, parse, parse_unary_tests
from connector_sdk.feel.builtins import BUILTINS

WORDS = (
    *"+-*/()[]{}.,:?@=<>\"'`\\ \n",
    *(
        "**",
        "..",
        "!=",
        "<=",
        ">=",
        "//",
        "/*",
        "*/",
        " ",
        "0",
        "1",
        "2.50",
        "-1",
        "1e3",
        "99999999999999999999",
        "a",
        "b",
    ),
    *("null", "true", "false", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or"),
    *(
        "between",
        "instance of",
        "function",
        "external",
        "number",
        "string",
        "Any",
        "item",
        "partial",
        "x",
        '"a"',
        '"1"',
    ),
    *('@"2024-02-29"', '@"PT1H"', '@"P1M"', '@"10:00:00@Europe/Berlin"', 'date("2024-02-29")', "[1..3]", "xs", "o.p"),
    *(f"{name}(" for name in BUILTINS),
)
texts = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join) | st.text(max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abx"), inner, max_size=3),
    max_leaves=5,
)
variables = st.dictionaries(st.sampled_from(("a", "b", "x", "xs", "o", "item")), values, max_size=4)


@settings(max_examples=400, deadline=None)
@given(texts, variables)
@example("a", {"a": float("nan")})
@example("a * a", {"a": 1e308})
@example("1" * 6_000, {})
@example("\ud800", {})
@example('"\ud800"', {})
def test_any_text_evaluates_or_fails_with_an_error_of_feel(text: str, given_variables: dict[str, object]) -> None:
    for read in (parse, parse_unary_tests):
        with contextlib.suppress(FeelError):
            value = read(text).evaluate(given_variables).value
            json.dumps([connector_json(value), engine_json(value)])


points = st.sampled_from(
    (
        *(
            "null",
            "true",
            "0",
            "-1",
            "2.7",
            "1234567.891",
            "10**40",
            '""',
            '"abc"',
            '"(a"',
            '"[0-9]+"',
            "[]",
            "[1,2,3]",
        ),
        *('["a","b"]', "[[1],[2]]", "{a: 1}", "{key: 1, value: 2}", "[2..4]", "(1..5)", "function(x, y) x < y"),
        *('@"2024-02-29"', '@"10:30:00"', '@"10:30:00+02:00"', '@"2024-02-29T10:30:00@Europe/Berlin"', '@"P1Y2M"'),
        *('@"PT90M"', '@"-999999999-01-01"', 'date and time("999999999-12-31T23:59:59Z")', '@"P999999999999D"'),
    )
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(BUILTINS)), st.lists(points, max_size=4), st.sampled_from("+-*/"), points)
def test_any_arguments_evaluate_or_fail_with_an_error_of_feel(
    name: str, arguments: list[str], operator: str, other: str
) -> None:
    for expression in (f"{name}({', '.join(arguments)})", f"{(arguments or ['1'])[0]} {operator} {other}"):
        with contextlib.suppress(FeelError):
            value = parse(expression).evaluate({}).value
            json.dumps([connector_json(value), engine_json(value)])
