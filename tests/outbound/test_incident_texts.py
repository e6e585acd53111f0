"""What a person reads in an incident: which part of the task is wrong, in words of the field and not of a library."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connector_sdk.job import Job
from connector_sdk.outcome import Fail
from connector_sdk.secrets import EnvironmentSecrets
from devkit.testing import run_job
from devkit.testing.jobs import services_for
from functions.outbound.http_json.app import handler


def incident(**variables: Any) -> str:
    outcome = run_job(handler, {"method": "GET", **variables})
    assert isinstance(outcome, Fail)
    return outcome.error_message


@pytest.fixture
def no_http() -> Iterator[str]:
    """The host and port of something that answers in words of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            try:
                while True:
                    with listening.accept()[0] as connection:
                        connection.recv(1000)
                        connection.sendall(b"hello there\r\n\r\n")
            except OSError:
                return  # closed, the test is over

        thread = threading.Thread(target=greet)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_value_that_is_no_choice_is_answered_with_the_choices() -> None:
    assert incident(method="FETCH", url="http://a.test/").endswith(
        " - Property: method: Validation failed. Original message: must be one of POST, GET, DELETE, PATCH, PUT"
    )


def test_an_expression_that_gave_null_is_called_null() -> None:
    assert incident(url=None).endswith(" - Property: url: Validation failed. Original message: must not be null")


def test_a_service_that_is_not_there_has_no_number_of_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        closed = f"127.0.0.1:{listening.getsockname()[1]}"
    assert incident(url=f"http://{closed}/x") == f"no answer from GET {closed}/x: Connection refused"


def test_an_answer_that_is_no_http_is_called_so(no_http: str) -> None:
    assert incident(url=f"http://{no_http}/x") == f"no answer from GET {no_http}/x: illegal status line"


def test_a_service_that_speaks_no_tls_is_called_so(no_http: str) -> None:
    assert incident(url=f"https://{no_http}/x") == (
        f"no TLS connection to GET {no_http}/x: its answer is no TLS, was http:// or another port meant? "
        "(WRONG_VERSION_NUMBER)"
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://a.test:99999/", "GET: port 99999 of a.test is out of range"),
        ("http://u:pw@a.test/", "GET: user and password in front of a.test belong into the authentication"),
    ],
)
def test_an_address_that_cannot_be_requested_is_named_by_its_host(url: str, sentence: str) -> None:
    assert incident(url=url) == sentence


@pytest.mark.parametrize(
    ("compatibility", "message"),
    [
        ("8.8", "Secret with name 'my-token' is not available"),
        ("8.10", "Secret with name 'my-token' is not available: set the environment variable SECRET_my_token"),
    ],
)
def test_a_missing_secret_names_the_variable_that_would_hold_it(compatibility: str, message: str) -> None:
    services = replace(services_for({}, compatibility), secrets=EnvironmentSecrets({}))
    variables = {"method": "GET", "url": "{{secrets.my-token}}"}
    outcome = handler.run(Job("1", handler.type, 3, {}, variables), services)
    assert isinstance(outcome, Fail)
    assert outcome.error_message == message
    assert outcome.variables["error"]["message"] == "Secret with name 'my-token' is not available"
