"""`connectors invoke`: the answer on stdout, the function's output and one sentence on stderr."""

import json
from pathlib import Path

import pytest

from devkit.checkout import ROOT
from devkit.cli.main import execute

BROKEN = """
import os

def handler(event, context):
    print("about to " + event["do"])
    if event["do"] == "crash":
        os._exit(9)
    raise ValueError("no way")
"""


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build folder with one function that always ends badly; it runs on what Lambda's own runtime holds."""
    if not (ROOT / ".venv-lambda").is_dir():
        pytest.skip("Lambda's runtime is not installed: sh scripts/tool lambda")
    folder = tmp_path / "InboundBroken" / "functions" / "inbound" / "broken"
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(BROKEN)
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  InboundBroken:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      FunctionName: !Sub '${AWS::StackName}-broken'\n"
        "      Handler: functions.inbound.broken.app.handler\n"
        "      Timeout: 20\n"
    )
    return tmp_path


def test_the_outcome_of_a_sample_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    assert execute(["invoke", "http-json", "-e", "get"]) == 0

    [outcome] = json.loads(capfd.readouterr().out)["outcomes"]
    assert (outcome["command"], outcome["body"]["variables"]["owner"]["team"]) == ("completion", "storefront")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["telex", "-e", "get"], "no function is called telex; there are "),
        (["http-json", "-e", "got"], "there is no event got; name a file, or one of events/http-json: get, "),
        (["http-json", "-e", "pyproject.toml"], "pyproject.toml is no JSON: "),
        (["http-json", "-e", "get", "--timeout", "0"], "--timeout is 0; give it seconds, more than 0 and at most 900"),
        (["http-json", "-e", "get", "--timeout", "-5"], "--timeout is -5; give it seconds"),
        (["http-json", "-e", "get", "--timeout", "nan"], "--timeout is nan; give it seconds"),
        (["http-json", "-e", "get", "--timeout", "900.5"], "--timeout is 900.5; give it seconds"),
        (["http-json", "-e", "get", "--build", "nowhere"], "no built functions in nowhere: run `make build` first"),
    ],
)
def test_what_cannot_be_started_is_one_sentence_and_status_2(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["invoke", *arguments]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"connectors: {sentence}")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ("[]", "holds a list; an event is a JSON object, such as those in events/"),
        ("null", "holds null; an event is a JSON object"),
        ("5", "holds a number; an event is a JSON object"),
        ('{"a":' + "[" * 1_000 + "]" * 1_000 + "}", "is nested too deep: more than 1000 levels are refused"),
        ("[" * 100_000, "is nested too deep: more than 1000 levels are refused"),
    ],
    ids=["list", "null", "number", "one level too deep", "far too deep"],
)
def test_an_event_of_another_shape_is_one_sentence_and_status_2(
    event: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "event.json"
    file.write_text(event)

    assert execute(["invoke", "http-json", "-e", str(file)]) == 2

    captured = capsys.readouterr()
    assert captured.err.startswith(f"connectors: {file} {sentence}")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("do", "sentence"),
    [
        (
            "crash",
            "broken gave no answer: Runtime.ExitError: Runtime exited with error: exit status 9; its output is above",
        ),
        ("raise", "broken gave no answer: ValueError: no way; its output is above"),
    ],
)
def test_a_function_that_dies_is_one_sentence_and_status_1(
    build: Path,
    tmp_path: Path,
    do: str,
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CAMUNDA_REST_ADDRESS", "http://127.0.0.1:1")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"do": do}))

    assert execute(["invoke", "broken", "-e", str(event), "--build", str(build)]) == 1

    lines = capsys.readouterr().err.splitlines()
    assert f"about to {do}" in lines
    assert lines[-1] == f"connectors: {sentence}"


def test_a_time_out_is_one_sentence_and_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["invoke", "http-json", "-e", "get", "--timeout", "0.001"]) == 1

    last = capsys.readouterr().err.splitlines()[-1]
    assert last == (
        "connectors: http-json gave no answer: Sandbox.Timedout: Task timed out after 0.00 seconds; its output is above"
    )
