"""`connectors conformance`: recorded cases judged, counted and written down."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from devkit.cli.main import execute
from devkit.conformance import json_lines
from devkit.modeler import missing_tool
from tests.recorded_cases import recorded_file

AGREES = {
    "id": "one",
    "area": "arithmetic",
    "kind": "expression",
    "expression": "1 + 2",
    "outcome": "value",
    "expected": 3,
}
DIFFERS = AGREES | {"id": "two", "expected": 4}
ACCIDENT = DIFFERS | {"id": "three", "area": "lists", "host_exception": True}


def write(file: Path, cases: list[dict[str, object]]) -> Path:
    file.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return file


def test_agreement_is_counted_by_group_and_a_difference_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write(tmp_path / "cases.jsonl", [AGREES, DIFFERS, ACCIDENT])

    assert execute(["conformance", "feel", "--cases", str(cases), "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "same": 1,
        "improved": 0,
        "differ": 1,
        "skipped": 1,
        "groups": {
            "arithmetic": {"same": 1, "improved": 0, "differ": 1, "skipped": 0},
            "lists": {"same": 0, "improved": 0, "differ": 0, "skipped": 1},
        },
        "differences": [{"id": "two", "group": "arithmetic", "text": "'1 + 2': 3, expected 4"}],
    }


def test_a_person_sees_a_table_and_the_first_differences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = write(tmp_path / "cases.jsonl", [DIFFERS])

    assert execute(["conformance", "feel", "--cases", str(cases)]) == 1
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["group", "same", "improved", "differ", "skipped"],
        ["arithmetic", "·", "·", "1", "·"],
        ["total", "·", "·", "1", "·"],
        ["-", "two:", "'1", "+", "2':", "3,", "expected", "4"],
    ]


def test_agreement_exits_with_0_and_results_are_written_for_every_case(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl.gz"
    cases.write_bytes(gzip.compress((json.dumps(AGREES) + "\n" + json.dumps(ACCIDENT)).encode()))
    results = tmp_path / "results.jsonl"

    assert execute(["conformance", "feel", "--cases", str(cases), "--results", str(results)]) == 0
    written = json_lines.read(results)
    assert [(result["id"], result["outcome"], result["expected"]) for result in written] == [
        ("one", "value", 3),
        ("three", "value", 3),
    ]


def test_numbers_keep_all_their_digits_in_a_results_file() -> None:
    line = json_lines.dumps({"value": Decimal("0.1234567890123456789012345678901234"), "text": '"x"'})

    assert line == '{"value": 0.1234567890123456789012345678901234, "text": "\\"x\\""}'


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["dreams", "--cases", "x"], "there are no recorded cases of the kind 'dreams'; kinds are feel, jobs, inbound"),
        (["templates", "--cases", "absent.jsonl"], "absent.jsonl cannot be read: No such file or directory"),
        (["feel", "--cases", "absent.jsonl"], "absent.jsonl cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_judged_gives_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["conformance", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"connectors: {sentence}")
    assert captured.err.count("\n") == 1


def test_templates_need_node_and_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    cases = write(tmp_path / "cases.jsonl", [{"id": "t-one", "template": "x", "version": 1, "values": {}}])

    assert execute(["conformance", "templates", "--cases", str(cases)]) == 2
    assert (
        capsys.readouterr().err
        == "connectors: node and npm not found; the headless Modeler needs Node.js 20 or newer\n"
    )


@pytest.mark.parametrize(("said", "refused"), [("v18.19.0", "v18.19.0"), ("", "broken")])
def test_an_old_node_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, refused: str) -> None:
    for tool in ("node", "npm"):
        file = tmp_path / tool
        file.write_text(f"#!/bin/sh\necho {said}\n", encoding="utf-8")
        file.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert missing_tool() == f"node is {refused}; the headless Modeler needs Node.js 20 or newer"


@pytest.mark.parametrize("content", [b"{", b"[]\n", b'{"no": "id"}\n', b"\x1f\x8bbroken", b"\xff\xfe"])
def test_a_file_that_holds_no_cases_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(content)

    assert execute(["conformance", "feel", "--cases", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"connectors: {file} ")


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("jobs", " holds no cases of the kind 'jobs' (one); they look like those of `connectors conformance feel`"),
        (
            "inbound",
            " holds no cases of the kind 'inbound' (one); they look like those of `connectors conformance feel`",
        ),
    ],
)
def test_cases_of_another_kind_are_refused(
    kind: str, end: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = write(tmp_path / "cases.jsonl", [AGREES])

    assert execute(["conformance", kind, "--cases", str(cases)]) == 2
    assert capsys.readouterr().err == f"connectors: {cases}{end}\n"


@pytest.mark.parametrize("kind", ["feel", "jobs", "inbound", "templates", "engine"])
def test_an_empty_file_is_refused(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "empty.yaml"
    file.touch()

    assert execute(["conformance", kind, "--cases", str(file)]) == 2
    assert capsys.readouterr().err.startswith(f"connectors: {file} holds no ")


def test_a_compressed_file_holds_no_scenarios(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "transcript.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"id": "x"}'))

    assert execute(["conformance", "engine", "--cases", str(file)]) == 2
    captured = capsys.readouterr().err
    assert captured.startswith(f"connectors: {file} ")
    assert captured.count("\n") == 1


def test_a_documented_improvement_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    cases = recorded_file("inbound/cases.jsonl.gz")
    if cases is None:
        pytest.skip("the recorded webhook cases are not here")
    execute(["conformance", "inbound", "--cases", str(cases), "--json"])
    report = json.loads(capsys.readouterr().out)

    assert report["improved"] > 0
    assert report["differences"] == []


def test_scenarios_of_a_real_engine_run_on_the_development_engine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenarios = tmp_path / "topic.yaml"
    scenarios.write_text(
        """
topic: start
bpmn:
  P: {nodes: {s: {is: start}, e: {is: end}}}
scenarios:
- id: deploys
  steps: [{deploy: P}, {create: P~}]
- id: expects-the-impossible
  steps: [{create: nowhere~, expect: {status: 204}}]
- id: old-peculiarity
  needs: [quirk-anything]
  steps: []
""",
        encoding="utf-8",
    )
    results = tmp_path / "results.jsonl"

    assert execute(["conformance", "engine", "--cases", str(scenarios), "--results", str(results), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["groups"] == {"start": {"same": 1, "improved": 0, "differ": 1, "skipped": 1}}
    assert [one["id"] for one in report["differences"]] == ["expects-the-impossible"]
    assert [line["id"] for line in json_lines.read(results)] == ["deploys", "expects-the-impossible", "old-peculiarity"]


@pytest.mark.parametrize("content", [None, "{", "topic: x", "- a list"])
def test_a_file_that_holds_no_scenarios_is_refused(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "topic.yaml"
    if content is not None:
        file.write_text(content, encoding="utf-8")

    assert execute(["conformance", "engine", "--cases", str(file)]) == 2
    problem = capsys.readouterr().err
    assert problem.startswith(f"connectors: {file} ")
    assert problem.count("\n") == 1
