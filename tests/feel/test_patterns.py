"""Java's regular expressions: what Python spells alike it matches alike, the rest as java.util.regex documents it."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_sdk.feel import FeelEvaluationError, evaluate
from connector_sdk.feel.errors import InvocationFailure
from connector_sdk.feel.limits import (
    MAX_INSTRUCTIONS,
    MAX_MATCHED_LENGTH,
    MAX_PATTERN_LENGTH,
    MAX_REPEAT,
    MAX_STRING_LENGTH,
)
from connector_sdk.feel.match_budget import MatchBudget
from connector_sdk.feel.patterns import compile_pattern

ATOMS = (
    "a",
    "b",
    "c",
    ".",
    "[ab]",
    "[^a]",
    "\\d",
    "\\w",
    "(?:ab)",
    "(a|ab)",
    "(b*)",
    "(?=a)",
    "(?<=b)",
    "(?!b)",
    "\\b",
    "^",
    "$",
)
QUANTIFIERS = ("", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??", "*+")
pieces = st.tuples(st.sampled_from(ATOMS), st.sampled_from(QUANTIFIERS)).map(
    lambda piece: piece[0] + (piece[1] if piece[0][-1] not in "^$b" and not piece[0].startswith("(?") else "")
)
patterns = st.lists(pieces, min_size=1, max_size=5).map("".join) | st.lists(pieces, min_size=2, max_size=4).map(
    "|".join
)


@settings(max_examples=500, deadline=None)
@given(patterns, st.text("abc1 ", max_size=8))
def test_patterns_that_both_languages_know_match_as_in_python(pattern: str, text: str) -> None:
    expected = re.search(pattern, text, re.ASCII)
    compiled = compile_pattern(pattern)
    found = next(compiled.find_all(text, MatchBudget()), None)
    assert (found and (found.start, found.end)) == (expected and expected.span())


@settings(max_examples=500, deadline=None)
@given(st.text("ab()[]{}*+?|\\^$.-&1,:<>=!pQEdx ", max_size=12), st.text("ab1", max_size=6))
def test_any_text_is_a_pattern_or_refused(pattern: str, text: str) -> None:
    with contextlib.suppress(InvocationFailure, FeelEvaluationError):
        list(compile_pattern(pattern).find_all(text, MatchBudget()))


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "found"),
    [
        ("[a-z&&[^aeiou]]+", "", "education", ["d", "c", "t", "n"]),
        ("[a-c[x-z]]+", "", "abxyk", ["abxy"]),
        ("\\p{Lu}\\p{Ll}+", "", "Ärger Äpfel", ["Ärger", "Äpfel"]),
        ("\\P{Punct}+", "", "a,b", ["a", "b"]),
        ("\\Qa.b\\E", "", "a.b axb", ["a.b"]),
        ("(?<year>\\d{4})-\\k<year>", "", "2024-2024", ["2024-2024"]),
        ("(?i)ab(?-i)c", "", "ABc ABC", ["ABc"]),
        ("a(?i:b)c", "", "aBc ABc", ["aBc"]),
        ("(?>a+)b", "", "aaab", ["aaab"]),
        ("a++a", "", "aaaa", []),
        ("(?<=a{1,3})b", "", "aab", ["b"]),
        ("^.*$", "m", "one\r\ntwo\u2028three", ["one", "two", "three"]),
        ("a.c", "s", "a\nc", ["a\nc"]),
        ("a.c", "", "a\nc", []),
        ("a b # comment", "x", "ab", ["ab"]),
        ("\\x41\\u0042\\x{43}\\0104", "", "ABCD", ["ABCD"]),
        ("\\R", "", "a\r\nb\n", ["\r\n", "\n"]),
        ("$", "", "a\n", ["", ""]),
    ],
)
def test_what_only_java_spells_so_is_understood(pattern: str, flags: str, text: str, found: list[str]) -> None:
    assert [match.group(0) for match in compile_pattern(pattern, flags).find_all(text, MatchBudget())] == found


@pytest.mark.parametrize(
    "pattern", ["[a-z", "a{", "(a", "a)", "*a", "\\y", "[z-a]", "(?<=a+)b", "\\p{Nope}", "a{2,1}", "\\k<x>"]
)
def test_what_java_would_not_compile_makes_the_call_null(pattern: str) -> None:
    evaluation = evaluate("matches(text, pattern)", {"text": "abc", "pattern": pattern})
    assert evaluation.value is None
    assert [warning.type for warning in evaluation.warnings] == ["FUNCTION_INVOCATION_FAILURE"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(a*)*b", "(.*a){12}$", "(a|aa)+$"])
def test_a_pattern_that_would_run_away_is_stopped(pattern: str) -> None:
    with pytest.raises(FeelEvaluationError, match="steps"):
        evaluate("matches(text, pattern)", {"text": "a" * 40 + "!", "pattern": pattern})


def test_a_pattern_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert compile_pattern("a" * MAX_PATTERN_LENGTH).is_found("a", MatchBudget()) is False
    with pytest.raises(FeelEvaluationError, match="1001 characters"):
        compile_pattern("a" * (MAX_PATTERN_LENGTH + 1))


def test_a_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert compile_pattern("b$").is_found("a" * (MAX_MATCHED_LENGTH - 1) + "b", MatchBudget()) is True
    with pytest.raises(FeelEvaluationError, match="100001 characters"):
        compile_pattern("b").is_found("a" * (MAX_MATCHED_LENGTH + 1), MatchBudget())


@pytest.mark.parametrize(
    ("replacement", "result"),
    [("<$1>", "<a>c"), ("${x}", "bc"), ("\\$1", "$1c"), ("$12", "a2c"), ("$0$0", "ababc")],
)
def test_a_replacement_may_name_groups(replacement: str, result: str) -> None:
    assert evaluate("replace(t, p, r)", {"t": "abc", "p": "(a)(?<x>b)", "r": replacement}).value == result


@pytest.mark.parametrize("replacement", ["$3", "$", "\\", "${y}", "$x"])
def test_a_replacement_with_no_such_group_fails(replacement: str) -> None:
    with pytest.raises(FeelEvaluationError):
        evaluate("replace(t, p, r)", {"t": "abc", "p": "(a)(?<x>b)", "r": replacement})


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:){1000}{1000}{1000}",
        "(?=(?=(?=a){1000}){1000}){1000}",
        "(?:(?:a{2}b){1000}+){1000}+",
        "(?:" + "a" * 900 + "){1000}",
        "(?:(?:" + "a" * 900 + ")*){1000}",
        "(?:(?:ab){200}){200}",
    ],
)
def test_a_pattern_that_would_be_compiled_without_end_is_refused(pattern: str) -> None:
    with pytest.raises(FeelEvaluationError, match=f"more than {MAX_INSTRUCTIONS} instructions \\(MAX_INSTRUCTIONS\\)"):
        evaluate("matches(text, pattern)", {"text": "a", "pattern": pattern})


def test_something_may_be_repeated_as_often_as_the_limit_and_no_more() -> None:
    assert compile_pattern(f"^a{{{MAX_REPEAT}}}$").is_found("a" * MAX_REPEAT, MatchBudget()) is True
    for counts in (f"{MAX_REPEAT + 1}", f"1,{MAX_REPEAT + 1}", f"{MAX_REPEAT + 1},"):
        with pytest.raises(FeelEvaluationError, match="1001 times, 1000 are allowed \\(MAX_REPEAT\\)"):
            evaluate("matches(text, pattern)", {"text": "a", "pattern": f"a{{{counts}}}"})


@pytest.mark.parametrize(
    "call",
    ['matches(t, "a*b")', 'replace(t, "a*b", "")', 'split(t, "a*b")', 'extract(t, "a*b")', 'matches(t, "a*B", "i")'],
)
def test_the_patterns_of_one_evaluation_share_their_steps(call: str) -> None:
    expression = f"for i in 1..n return {call}"
    assert evaluate(expression, {"t": "a" * 100, "n": 1}).warnings == ()
    with pytest.raises(FeelEvaluationError, match="MAX_MATCH_STEPS"):
        evaluate(expression, {"t": "a" * 100, "n": 200})


def test_invalid_and_large_patterns_use_up_steps_although_they_match_nothing() -> None:
    for pattern in ("a" * 900 + "(", "(?:a|b){1000}"):
        with pytest.raises(FeelEvaluationError, match="MAX_MATCH_STEPS"):
            evaluate("for i in 1..5000 return matches(t, p)", {"t": "", "p": pattern})


def test_the_longest_text_can_be_searched_for_a_single_character() -> None:
    assert evaluate('matches(t, "\\d")', {"t": "a" * MAX_MATCHED_LENGTH}).value is False


def test_many_groups_cost_by_what_is_remembered() -> None:
    pattern = "(?:" + "(a?)" * 200 + ")*b"
    with pytest.raises(FeelEvaluationError, match="MAX_MATCH_STEPS"):
        evaluate("matches(t, p)", {"t": "a" * 2_000, "p": pattern})


def test_a_replacement_may_make_a_text_as_long_as_the_limit_and_no_longer() -> None:
    tenth = "b" * (MAX_STRING_LENGTH // 10)
    assert len(evaluate('replace(t, "a", r)', {"t": "a" * 10, "r": tenth}).value) == MAX_STRING_LENGTH
    for text, replacement in (("a" * 11, tenth), ("a" * 10 + "c", tenth), ("a" * MAX_MATCHED_LENGTH, tenth)):
        with pytest.raises(FeelEvaluationError, match="longer than 10000000 characters"):
            evaluate('replace(t, "a", r)', {"t": text, "r": replacement})


def test_what_is_wrong_with_a_replacement_does_not_matter_without_a_match() -> None:
    assert evaluate('replace("b", "a", "$9")').value == "b"
