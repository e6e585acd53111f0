"""What a function's end looks like from outside: as on Lambda, whatever the function does."""

import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devkit.host import (
    Answer,
    FunctionHost,
    HostClosed,
    HostedFunction,
    TooManyInvocations,
    UnknownFunction,
    built,
    from_source,
)

Hosting = Callable[..., FunctionHost]


def event(do: str = "", **more: object) -> bytes:
    return json.dumps({"do": do, **more}).encode()


def content(answer: Answer) -> Any:
    return json.loads(answer.content)


def test_a_process_is_kept_warm_between_invocations(hosting: Hosting, function: HostedFunction) -> None:
    host = hosting(function)

    first, second = content(host.invoke("sample", event(n=1))), content(host.invoke("sample", event(n="ü")))

    assert (first["started"], second["started"]) == (1, 2)
    assert first["process"] == second["process"]
    assert second["event"] == {"do": "", "n": "ü"}


def test_an_exception_is_described_as_lambda_does(hosting: Hosting, function: HostedFunction) -> None:
    answer = hosting(function).invoke("sample", event("raise"))

    assert answer.error == "Unhandled"
    assert content(answer)["errorType"] == "KeyError"
    assert content(answer)["requestId"] == answer.request_id
    assert content(answer)["stackTrace"]


@pytest.mark.parametrize(
    ("do", "timeout", "kind", "message"),
    [
        ("exit", 20.0, "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("hang", 0.3, "Sandbox.Timedout", "Task timed out after 0.30 seconds"),
    ],
)
def test_after_a_crash_or_a_time_out_the_next_invocation_has_a_new_process(
    hosting: Hosting, function: HostedFunction, do: str, timeout: float, kind: str, message: str
) -> None:
    host = hosting(replace(function, timeout_seconds=timeout))

    answer = host.invoke("sample", event(do))

    assert (answer.error, content(answer)["errorType"]) == ("Unhandled", kind)
    assert content(answer)["errorMessage"] == f"RequestId: {answer.request_id} Error: {message}"
    assert content(host.invoke("sample", event()))["started"] == 1


def test_a_process_that_died_while_it_was_idle_is_not_used_again(hosting: Hosting, function: HostedFunction) -> None:
    host = hosting(function)
    first = content(host.invoke("sample", event()))["process"]

    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    second = content(host.invoke("sample", event()))

    assert second["started"] == 1
    assert host.processes("sample") == [second["process"]]


def test_a_closed_host_starts_nothing(hosting: Hosting, function: HostedFunction) -> None:
    host = hosting(function)
    host.close()

    with pytest.raises(HostClosed, match="sample"):
        host.invoke("sample", event())
    assert host.processes("sample") == []


def test_a_process_that_cannot_be_started_leaves_nothing_behind(
    hosting: Hosting, function: HostedFunction, tmp_path: Path
) -> None:
    host = hosting(function, python=tmp_path / "no-python")

    with pytest.raises(FileNotFoundError):
        host.invoke("sample", event())

    assert "runtime api" not in [thread.name for thread in threading.enumerate()]
    assert host.processes("sample") == []


def test_a_function_that_cannot_be_imported_says_so(hosting: Hosting, function: HostedFunction) -> None:
    answer = hosting(replace(function, handler="broken.handler")).invoke("sample", event())

    assert content(answer)["errorType"] == "Runtime.ImportModuleError"
    assert "a_module_that_is_not_there" in content(answer)["errorMessage"]


def test_an_answer_that_is_no_json_is_an_error(hosting: Hosting, function: HostedFunction) -> None:
    assert content(hosting(function).invoke("sample", event("unserialisable")))["errorType"] == "Runtime.MarshalError"


@pytest.mark.parametrize(("size", "error"), [(6 * 1024 * 1024 - 2, None), (6 * 1024 * 1024 - 1, "Unhandled")])
def test_answers_end_at_6_mb(hosting: Hosting, function: HostedFunction, size: int, error: str | None) -> None:
    answer = hosting(function).invoke("sample", event("large", size=size))  # and two quotation marks

    assert answer.error == error
    assert error is None or content(answer)["errorType"] == "Function.ResponseSizeTooLarge"


def test_a_function_sees_its_own_variables_and_nothing_of_this_process(
    hosting: Hosting, function: HostedFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_DEVELOPER", "hunter2")
    host = hosting(replace(function, variables={"CONNECTORS_COMPATIBILITY": "8.8"}))

    seen = content(host.invoke("sample", event("environment")))

    assert seen["CONNECTORS_COMPATIBILITY"] == "8.8"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "sample"
    assert "SECRET_OF_THE_DEVELOPER" not in seen


def test_the_context_is_lambdas(hosting: Hosting, function: HostedFunction) -> None:
    seen = content(hosting(function).invoke("sample", event("context")))

    assert (seen["name"], seen["memory"]) == ("sample", "512")
    assert seen["arn"] == "arn:aws:lambda:eu-central-1:000000000000:function:sample"
    assert 0 < seen["remaining"] <= 20_000


def test_output_goes_to_the_sink_line_by_line(hosting: Hosting, function: HostedFunction) -> None:
    lines: list[str] = []
    host = hosting(function, sink=lines.append)

    host.invoke("sample", event("print"))
    host.close()

    assert "hello from the function" in lines


def test_two_invocations_at_once_have_a_process_each_and_a_third_is_refused(
    hosting: Hosting, function: HostedFunction, tmp_path: Path
) -> None:
    host = hosting(function, most_environments=2)
    meeting = tmp_path / "meeting"
    meet = event("meet", file=str(meeting), others=3)
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(content(host.invoke("sample", meet)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    arrived = threading.Event()
    while not (meeting.exists() and meeting.stat().st_size == 2):
        assert all(thread.is_alive() for thread in threads)
        arrived.wait(0.01)

    with pytest.raises(TooManyInvocations, match="sample runs 2 times already"):
        host.invoke("sample", event())
    with meeting.open("a") as file:
        file.write("x")
    for thread in threads:
        thread.join(20)

    assert len({answer["process"] for answer in answers}) == 2


def test_the_functions_of_the_checkout_are_found_by_name() -> None:
    functions = from_source()

    assert functions["http-json"].handler == "functions.outbound.http_json.app.handler"
    assert {"http-json", "webhook", "poller", "redelivery"} <= set(functions)
    limits = {name: (one.timeout_seconds, one.memory_mb) for name, one in functions.items()}
    assert (limits["webhook"], limits["redelivery"]) == ((29.0, 512), (290.0, 256))
    assert limits["poller"][0] == 900.0
    with pytest.raises(UnknownFunction, match=r"no function is called telex; there are .*http-json"):
        FunctionHost(functions).invoke("telex", b"{}")


def test_built_functions_are_read_from_the_built_template(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  SdkLayer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: SdkLayer}}\n"
        "  OutboundHttpJson:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      FunctionName: !Sub '${AWS::StackName}-http-json'\n"
        "      Handler: functions.outbound.http_json.app.handler\n"
        "      Timeout: 45\n"
        "      MemorySize: !Ref Memory\n"
    )

    assert built(tmp_path)["http-json"] == HostedFunction(
        "http-json",
        "outbound",
        "functions.outbound.http_json.app.handler",
        tmp_path / "OutboundHttpJson",
        (tmp_path / "SdkLayer" / "python",),
        45.0,
    )


def test_an_empty_build_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnknownFunction, match="run `make build` first"):
        built(tmp_path)
