"""What a service answers, and what is tried again."""

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from connector_sdk import aws_endpoint
from connector_sdk.aws_endpoint import AwsEndpoint, Call, json_call
from connector_sdk.errors import AwsRefused, AwsUnreachable, DeniedAddress, SettingsError
from connector_sdk.settings import Settings
from tests.aws.conftest import ScriptedAws

KEYS = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}


def endpoint(aws: ScriptedAws, pauses: list[float] | None = None) -> AwsEndpoint:
    return AwsEndpoint("ssm", aws.settings, wait=(pauses if pauses is not None else []).append)


def test_an_operation_is_a_signed_post_with_a_target(aws: ScriptedAws) -> None:
    aws.say((200, {"Parameter": {"Value": "v"}}))

    assert endpoint(aws).operation("GetParameter", {"Name": "/a"}) == {"Parameter": {"Value": "v"}}

    assert aws.operations == [("AmazonSSM.GetParameter", {"Name": "/a"})]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"__type": "ParameterNotFound", "message": "none"}, "ParameterNotFound"),
        ({"__type": "com.amazonaws.dynamodb.v20120810#AccessDenied", "Message": "no"}, "AccessDenied"),
        ({}, "HTTP 400"),
    ],
)
def test_a_refusal_carries_the_services_own_code_and_is_not_tried_again(
    aws: ScriptedAws, answer: dict[str, Any], code: str
) -> None:
    aws.say((400, answer))

    with pytest.raises(AwsRefused) as caught:
        endpoint(aws).operation("GetParameter", {})

    assert (caught.value.code, caught.value.status, len(aws.operations)) == (code, 400, 1)
    assert "AWS refused ssm GetParameter: " in str(caught.value)


@pytest.mark.parametrize(
    "busy", [(400, {"__type": "ThrottlingException"}), (500, {}), (503, {"__type": "ServiceUnavailable"})]
)
def test_a_busy_service_is_asked_three_times_with_growing_pauses(aws: ScriptedAws, busy: tuple[int, Any]) -> None:
    pauses: list[float] = []
    aws.say(busy, busy, (200, {"ok": 1}))
    assert endpoint(aws, pauses).operation("GetParameter", {}) == {"ok": 1}
    assert 0.05 <= pauses[0] <= 0.1 <= pauses[1] <= 0.2

    aws.say(busy, busy, busy, (200, {"ok": 1}))
    with pytest.raises(AwsRefused):
        endpoint(aws).operation("GetParameter", {})


def test_a_call_with_one_attempt_is_never_repeated(aws: ScriptedAws) -> None:
    aws.say((500, {}))

    with pytest.raises(AwsRefused):
        endpoint(aws).send(Call("POST", "/", attempts=1))

    assert len(aws.operations) == 1


@pytest.mark.parametrize(
    ("refusal", "times"),
    [
        ((500, {}), 1),  # it may have been done
        ((504, {"__type": "Timeout"}), 1),
        ((503, {"__type": "ServiceUnavailable"}), 3),
        ((400, {"__type": "ThrottlingException"}), 3),
        ((400, {"__type": "ValidationException"}), 1),
    ],
)
def test_what_must_not_be_done_twice_is_repeated_only_if_it_was_not_done(
    aws: ScriptedAws, refusal: tuple[int, Any], times: int
) -> None:
    aws.say(refusal)

    with pytest.raises(AwsRefused):
        endpoint(aws).send(replace(json_call("ssm", "PutParameter", {}), once=True))

    assert len(aws.operations) == times


def test_what_never_left_is_sent_again_and_what_did_is_not() -> None:
    call = replace(json_call("ssm", "PutParameter", {}), once=True)

    assert call.may_repeat(AwsUnreachable("nobody there", sent=False))
    assert not call.may_repeat(AwsUnreachable("no answer", sent=True))


def test_only_the_first_line_of_a_refusal_is_kept(aws: ScriptedAws) -> None:
    aws.say((403, {"__type": "InvalidSignatureException", "message": "No.\n\nThe request was\nx-amz-security-token:t"}))

    with pytest.raises(AwsRefused, match=r"InvalidSignatureException No\.$"):
        endpoint(aws).operation("GetParameter", {})


def test_a_strangers_endpoint_is_not_dialled_on_this_machine(aws: ScriptedAws) -> None:
    with pytest.raises(DeniedAddress):
        AwsEndpoint("ssm", aws.settings, allowed=()).operation("GetParameter", {})

    assert aws.operations == []


def trickling(server: socket.socket, asked: list[bytes]) -> None:
    """Answer each request with a byte every few milliseconds, without end."""
    pause = threading.Event()
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            asked.append(connection.recv(65_536))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not pause.wait(0.005):
                connection.sendall(b" ")


def test_an_answer_that_never_ends_costs_no_more_than_the_calls_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_endpoint, "SPARE_SECONDS", 0.1)
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=trickling, args=(server, asked), daemon=True)
        thread.start()
        settings = Settings.read({**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.getsockname()[1]}"})
        call = replace(json_call("ssm", "GetParameter", {}), read_timeout=0.1)

        with pytest.raises(AwsUnreachable) as caught:
            AwsEndpoint("ssm", settings).send(call)
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)

    assert caught.value.timed_out
    assert len(asked) == 1


def test_nobody_there_is_said_with_the_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        settings = Settings.read({**KEYS, "AWS_ENDPOINT_URL": address})
        with pytest.raises(AwsUnreachable, match=r"no answer from ssm at 127.0.0.1:.*refused"):
            AwsEndpoint("ssm", settings, wait=lambda _: None).operation("GetParameter", {})


def test_a_region_is_needed(aws: ScriptedAws) -> None:
    with pytest.raises(SettingsError, match="AWS_REGION is not set"):
        AwsEndpoint("ssm", replace(aws.settings, aws_region=""))
