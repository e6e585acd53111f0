"""The examples in the functions' docstrings are the documentation, and they are true."""

import doctest
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.feel import evaluate
from connector_sdk.feel.builtins import BUILTINS, FAMILIES
from devkit.conformance.typed import to_typed
from devkit.generate.feel_reference import page

CALLS = {function.call for overloads in BUILTINS.values() for function in overloads}


def examples() -> list[Any]:
    read = doctest.DocTestParser().get_examples
    ordered = sorted(CALLS, key=lambda call: (call.__module__, call.__name__))
    pairs = [(example.source.strip(), example.want.strip()) for call in ordered for example in read(call.__doc__ or "")]
    return [pytest.param(source, want, id=source) for source, want in pairs]


@pytest.mark.parametrize(("expression", "expected"), examples())
def test_an_example_of_the_documentation_is_true(expression: str, expected: str) -> None:
    def now() -> datetime:
        return datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)

    assert to_typed(evaluate(expression, now=now).value) == to_typed(evaluate(expected).value)


def test_every_function_has_a_sentence_and_an_example() -> None:
    parser = doctest.DocTestParser()
    assert [call.__name__ for call in CALLS if not parser.get_examples(call.__doc__ or "")] == []


def test_every_function_of_feel_scala_is_there() -> None:
    assert len(BUILTINS) == 103
    assert {call.__module__ for call in CALLS} == {family.__name__ for family in FAMILIES}


def test_the_reference_page_is_made_of_these_docstrings() -> None:
    written = (Path(__file__).resolve().parents[2] / "docs/feel.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m devkit.generate.feel_reference > docs/feel.md"
