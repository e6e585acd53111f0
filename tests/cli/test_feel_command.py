"""`connectors feel`, as a person calls it."""

import io
import json
from pathlib import Path

import pytest

from devkit.cli.main import execute


def test_the_value_and_its_type_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["feel", '={total: 2 * 3, who: "é"}']) == 0
    assert capsys.readouterr().out == '{\n  "total": 6,\n  "who": "é"\n}\ntype     context\n'


@pytest.mark.parametrize(
    ("expression", "digits"),
    [
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("10 / 3", "3.333333333333333333333333333333333"),
        ("[1, 2.5]", "[\n  1,\n  2.5\n]"),
    ],
)
def test_numbers_are_shown_with_the_digits_that_feel_has(
    expression: str, digits: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["feel", expression]) == 0
    assert capsys.readouterr().out.startswith(f"{digits}\ntype ")


@pytest.mark.parametrize("expression", ["10 ** 400", "0 - 10 ** 400", "{a: [10 ** 400]}"])
def test_json_has_no_infinity(expression: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["feel", expression, "--json"]) == 0
    shown = capsys.readouterr().out
    assert "Infinity" not in shown
    assert "1" in shown
    json.loads(shown, parse_constant=pytest.fail)


def test_json_holds_value_type_and_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["feel", "missing", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "value": None,
        "type": "null",
        "warnings": [{"type": "NO_VARIABLE_FOUND", "message": "No variable found with name 'missing'"}],
    }


def test_variables_come_from_a_file_or_from_stdin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "variables.json"
    file.write_text('{"items": [1, 2, 3]}', encoding="utf-8")
    assert execute(["feel", "items[item > 1]", "--context", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == [2, 3]

    monkeypatch.setattr("sys.stdin", io.StringIO('{"items": [4]}'))
    assert execute(["feel", "items[1]", "--context", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["value"] == 4


def test_a_syntax_error_points_at_its_column(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["feel", "= 1 + * 2"]) == 2
    sentence, line, arrow = capsys.readouterr().err.splitlines()
    assert sentence.startswith("connectors: this is not FEEL: ")
    assert sentence.endswith("(line 1, column 5); correct it where the arrow points")
    assert (line, arrow) == ("  1 + * 2", "      ^")


def test_an_evaluation_that_fails_as_a_whole_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["feel", "assert(x, x > 3)"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("connectors: the evaluation failed: ")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory; --context names a file with a JSON object"),
        ("{", "--context names a file with a JSON object"),
        ("[]", 'holds no JSON object; --context wants one, such as {"name": "value"}'),
    ],
)
def test_a_context_that_is_no_json_object_is_refused(
    content: str | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "variables.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    assert execute(["feel", "1", "--context", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"connectors: {file}")
    assert captured.err.rstrip().endswith(sentence)


def test_a_context_that_is_nested_too_deep_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text("[" * 100_000, encoding="utf-8")

    assert execute(["feel", "1", "--context", str(deep)]) == 2
    assert capsys.readouterr().err.endswith("is nested too deep; --context wants less than a hundred levels\n")


def test_a_value_that_is_too_large_to_print_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    doubled = "for i in 1..40 return if i = 1 then [1,1] else [partial[-1],partial[-1]]"

    assert execute(["feel", doubled]) == 1
    assert capsys.readouterr().err.startswith("connectors: the evaluation failed: ")
