"""The Invoke API as an SDK and the poller see it."""

import importlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.settings import Settings
from devkit.host import FunctionHost, HostedFunction, RunningHost, serve
from functions.runtime.poller.invokers import FunctionDied, FunctionMissing, InvocationTooLarge, NeverRan
from functions.runtime.poller.invokers.aws_lambda import AwsLambda
from functions.runtime.poller.registry import Registered

boto3: Any = importlib.import_module("boto3")
config: Any = importlib.import_module("botocore.config")
exceptions: Any = importlib.import_module("botocore.exceptions")
KEYS = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
Hosting = Callable[..., FunctionHost]


@pytest.fixture
def api(hosting: Hosting, function: HostedFunction) -> Iterator[RunningHost]:
    slow = replace(function, name="slow", timeout_seconds=0.3)
    with serve(hosting(function, slow, most_environments=1)) as running:
        yield running


@pytest.fixture
def client(api: RunningHost) -> Iterator[Any]:
    made = boto3.client(
        "lambda",
        endpoint_url=api.address,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config.Config(retries={"total_max_attempts": 1}),
    )
    yield made
    made.close()


@pytest.fixture
def invoker(api: RunningHost) -> AwsLambda:
    return at(api.address)


def at(address: str) -> AwsLambda:
    return AwsLambda(Settings.read({**KEYS, "AWS_ENDPOINT_URL": address}))


@pytest.mark.parametrize("name", ["sample", "arn:aws:lambda:eu-central-1:123456789012:function:sample:live"])
def test_boto3_gets_the_functions_answer(client: Any, name: str) -> None:
    answer = client.invoke(FunctionName=name, Payload=b'{"n": 1}')

    assert (answer["StatusCode"], answer.get("FunctionError")) == (200, None)
    assert json.loads(answer["Payload"].read())["event"] == {"n": 1}


def test_a_closed_host_says_that_it_runs_nothing(hosting: Hosting, function: HostedFunction) -> None:
    host = hosting(function)
    with serve(host) as running:
        host.close()
        with pytest.raises(FunctionDied, match="ServiceException"):
            at(running.address).invoke(connector("sample"), {"v": 1, "jobs": []}, room)


def test_boto3_hears_of_a_functions_error(client: Any) -> None:
    answer = client.invoke(FunctionName="sample", Payload=b'{"do": "raise"}')

    assert answer["FunctionError"] == "Unhandled"
    assert json.loads(answer["Payload"].read())["errorType"] == "KeyError"


@pytest.mark.parametrize(
    ("name", "payload", "code"),
    [
        ("telex", b"{}", "ResourceNotFoundException"),
        ("sample", b"{", "InvalidRequestContentException"),
        ("sample", b'"' + b"x" * (6 * 1024 * 1024) + b'"', "RequestTooLargeException"),
    ],
)
def test_boto3_is_refused_as_by_lambda(client: Any, name: str, payload: bytes, code: str) -> None:
    with pytest.raises(exceptions.ClientError) as caught:
        client.invoke(FunctionName=name, Payload=payload)

    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("kind", "status"), [("DryRun", 204), ("Event", 202)])
def test_the_other_kinds_of_invocation_are_answered_at_once(client: Any, kind: str, status: int) -> None:
    assert client.invoke(FunctionName="slow", InvocationType=kind, Payload=b"{}")["StatusCode"] == status


def connector(name: str) -> Registered:
    function = f"arn:aws:lambda:eu-central-1:123456789012:function:{name}"
    return Registered(name, ("t",), timeout_seconds=20.0, function=function)


def room(size: int) -> None:
    """There is always some for an answer."""


def test_the_poller_gets_the_functions_answer(invoker: AwsLambda) -> None:
    answer = invoker.invoke(connector("sample"), {"v": 1, "jobs": []}, room)

    assert answer["event"] == {"v": 1, "jobs": []}


@pytest.mark.parametrize(
    ("name", "do", "why"),
    [
        ("sample", "raise", r"raised KeyError \(request [0-9a-f-]{36}, see the function's log\)"),
        ("sample", "exit", r"ended its process \(out of memory, or a crash\) \(request .*"),
        ("slow", "hang", r"timed out \(request .*"),
    ],
)
def test_the_poller_hears_how_a_function_died_and_nothing_that_may_be_secret(
    invoker: AwsLambda, name: str, do: str, why: str
) -> None:
    with pytest.raises(FunctionDied, match=f"^{why}$") as caught:
        invoker.invoke(connector(name), {"do": do}, room)

    assert "a-secret-in-a-message" not in str(caught.value)


def test_the_poller_hears_of_a_missing_function(invoker: AwsLambda) -> None:
    with pytest.raises(FunctionMissing, match=r"function telex cannot be invoked: AWS refused .*ResourceNotFound"):
        invoker.invoke(connector("telex"), {}, room)


def test_the_poller_hears_of_a_busy_function(hosting: Hosting, function: HostedFunction) -> None:
    with serve(hosting(function, most_environments=0)) as running:
        invoker = at(running.address)
        with pytest.raises(NeverRan, match=r"function sample was not started: AWS refused .*TooManyRequests"):
            invoker.invoke(connector("sample"), {}, room)


def test_nobody_there_means_that_nothing_ran() -> None:
    invoker = at("http://127.0.0.1:1")

    with pytest.raises(NeverRan, match="function sample could not be started"):
        invoker.invoke(connector("sample"), {}, room)


def test_letters_of_all_languages_are_as_long_as_they_are_and_half_of_one_is_a_question_mark(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_data("null")
    at(httpserver.url_for("")).invoke(connector("sample"), {"text": "\u6f22\ud83d"}, room)
    [(request, _)] = httpserver.log
    assert request.data == b'{"text":"\xe6\xbc\xa2?"}'


def test_an_invocation_over_6_mb_is_never_sent(invoker: AwsLambda) -> None:
    said = "function sample was not started: the job's variables are 6291470 bytes long"
    with pytest.raises(InvocationTooLarge, match=said):
        invoker.invoke(connector("sample"), {"text": "x" * (6 * 1024 * 1024 + 3)}, room)


@pytest.mark.parametrize(
    ("status", "code", "meaning", "said"),
    [
        (500, "ServiceException", FunctionDied, "may have run, its outcome is unknown: AWS refused"),
        (502, "", FunctionDied, "may have run"),
        (502, "ResourceNotReadyException", NeverRan, "function sample was not started"),
        (502, "EC2ThrottledException", NeverRan, "function sample was not started"),
        (502, "ENILimitReachedException", NeverRan, "function sample was not started"),
        (502, "SubnetIPAddressLimitReachedException", NeverRan, "function sample was not started"),
        (408, "EFSMountTimeoutException", NeverRan, "function sample was not started"),
        (408, "SnapStartTimeoutException", NeverRan, "function sample was not started"),
        (400, "ThrottlingException", NeverRan, "function sample was not started"),
        (502, "KMSDisabledException", FunctionMissing, "function sample cannot be invoked"),
        (502, "InvalidSubnetIDException", FunctionMissing, "function sample cannot be invoked"),
        (504, "", FunctionDied, "may have run"),
        (429, "TooManyRequestsException", NeverRan, "function sample was not started"),
        (409, "ResourceConflictException", NeverRan, "function sample was not started"),
        (403, "AccessDeniedException", FunctionMissing, "function sample cannot be invoked"),
        (403, "KMSAccessDeniedException", FunctionMissing, "function sample cannot be invoked"),
        (404, "ResourceNotFoundException", FunctionMissing, "function sample cannot be invoked"),
        (400, "InvalidParameterValueException", FunctionMissing, "function sample cannot be invoked"),
        (400, "InvalidRequestContentException", InvocationTooLarge, "Lambda cannot read the job"),
        (413, "RequestTooLargeException", InvocationTooLarge, "map fewer variables into the task"),
    ],
)
def test_a_refusal_says_whether_the_function_may_have_run(
    httpserver: HTTPServer, status: int, code: str, meaning: type[Exception], said: str
) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_data("{}", status, {"x-amzn-errortype": code})
    with pytest.raises(Exception, match=said) as caught:
        at(httpserver.url_for("")).invoke(connector("sample"), {"v": 1, "jobs": []}, room)
    assert type(caught.value) is meaning
    assert len(httpserver.log) == 1


def test_a_lost_connection_means_that_the_function_may_have_run() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        dropping = threading.Thread(target=lambda: server.accept()[0].close())
        dropping.start()
        with pytest.raises(FunctionDied, match="the connection was lost"):
            at(f"http://127.0.0.1:{server.getsockname()[1]}").invoke(connector("sample"), {"v": 1}, room)
        dropping.join(20)
