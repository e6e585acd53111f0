"""A secret that was changed a moment ago: a job whose service refuses the old one is done with the new one."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.aws import AwsRequest
from connector_sdk.aws.service import json_answer
from connector_sdk.binding import ConnectorModel
from connector_sdk.http import raise_for_status
from connector_sdk.http.authentication import BearerAuthentication
from connector_sdk.job import Job
from connector_sdk.outbound import JobContext, Services, outbound_connector
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import services_for
from functions.outbound.http_json.app import handler
from functions.outbound.slack.app import handler as slack
from functions.outbound.sqs.app import handler as sqs
from tests.connectors.slack_api import TOKEN, Slack


class Rotating:
    """Keeps a value until it is told that it is old."""

    def __init__(self, *values: str) -> None:
        self._values = list(values)
        self.times_outdated = 0

    def get(self, name: str) -> str | None:
        return self._values[0] if name == "TOKEN" else None

    def outdate(self) -> None:
        self.times_outdated += 1
        if len(self._values) > 1:
            self._values.pop(0)


PLACEHOLDER = "{{secrets.TOKEN}}"


def with_secrets(secrets: Rotating) -> Services:
    return replace(services_for({}), secrets=secrets)


def run(server: HTTPServer, secrets: Rotating, token: str, **more: Any) -> Outcome:
    variables: dict[str, Any] = {
        "method": "POST",
        "url": server.url_for("/orders"),
        "authentication": {"type": "bearer", "token": token},
        **more,
    }
    job = Job("1", handler.type, 3, {"resultExpression": "={s: status}"}, variables)
    return handler.run(job, with_secrets(secrets))


def test_a_changed_secret_is_read_again_once_after_401(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders", headers={"Authorization": "Bearer new"}).respond_with_data("")
    httpserver.expect_request("/orders").respond_with_data("", 401)

    assert run(httpserver, Rotating("old", "new"), PLACEHOLDER) == Complete({"s": 200})
    assert [request.headers["Authorization"] for request, _ in httpserver.log] == ["Bearer old", "Bearer new"]


@pytest.mark.parametrize("values", [("same",), ("old", "also-old", "never-tried")])
def test_it_is_read_again_once_only_and_sent_again_only_if_it_changed(
    values: tuple[str, ...], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/orders").respond_with_data("not also-old", 401)
    secrets = Rotating(*values)

    outcome = run(httpserver, secrets, PLACEHOLDER)

    assert isinstance(outcome, Fail)
    assert secrets.times_outdated == 1
    assert len(httpserver.log) == min(len(values), 2)
    assert "also-old" not in str(outcome.body()) or len(values) == 1


@pytest.mark.parametrize(("token", "status"), [("in-clear", 401), (PLACEHOLDER, 403)])
def test_nothing_is_read_again_without_a_secret_or_after_another_status(
    token: str, status: int, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/orders").respond_with_data("", status)
    secrets = Rotating("old", "new")

    assert isinstance(run(httpserver, secrets, token), Fail)
    assert (secrets.times_outdated, len(httpserver.log)) == (0, 1)


class Order(ConnectorModel):
    url: str
    token: str


def test_a_handler_that_has_sent_something_is_not_run_again(httpserver: HTTPServer) -> None:
    @outbound_connector(type="two", name="Two calls")
    def two(order: Order, context: JobContext) -> None:
        auth = BearerAuthentication(type="bearer", token=order.token)
        raise_for_status(context.http.post(f"{order.url}/orders"), first_header_only=True)
        raise_for_status(context.http.post(f"{order.url}/mails", auth=auth), first_header_only=True)

    httpserver.expect_request("/orders").respond_with_data("")
    httpserver.expect_request("/mails").respond_with_data("", 401)
    variables = {"url": httpserver.url_for("").rstrip("/"), "token": PLACEHOLDER}

    outcome = two.run(Job("1", "two", 3, {}, variables), with_secrets(Rotating("old", "new")))

    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.variables["error"]["code"]) == (2, "401")
    assert [request.path for request, _ in httpserver.log] == ["/orders", "/mails"]


def test_a_request_that_was_redirected_has_done_something(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders").respond_with_data("", 303, {"Location": "/made"})
    httpserver.expect_request("/made").respond_with_data("", 401)

    outcome = run(httpserver, Rotating("old", "new"), PLACEHOLDER, followRedirects=True)

    assert isinstance(outcome, Fail)
    assert [request.path for request, _ in httpserver.log] == ["/orders", "/made"]


@pytest.mark.parametrize("word", ["invalid_auth", "token_revoked", "token_expired", "account_inactive"])
def test_a_token_that_slack_knows_no_more_is_read_again(word: str, httpserver: HTTPServer) -> None:
    workspace = Slack(httpserver, unknown_token=word)
    workspace.start()
    pin = {"channel": "C1", "timestamp": "1.2"}
    job = Job("1", slack.type, 3, {}, {"token": PLACEHOLDER, "method": "pins.add", "data": pin})

    assert isinstance(slack.run(job, replace(workspace.services, secrets=Rotating("old", TOKEN))), Complete)
    assert [asked.token for asked in workspace.asked] == ["old", TOKEN]


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("UnrecognizedClientException", ["old", "new"]),
        ("InvalidClientTokenId", ["old", "new"]),
        ("ExpiredToken", ["old", "new"]),
        ("AccessDeniedException", ["old"]),
    ],
)
def test_keys_that_aws_knows_no_more_are_read_again(code: str, keys: list[str], httpserver: HTTPServer) -> None:
    asked = aws(httpserver, code)
    variables = queue(httpserver)

    outcome = sqs.run(Job("1", sqs.type, 3, {}, variables), with_secrets(Rotating("old", "new")))

    assert isinstance(outcome, Complete if len(keys) > 1 else Fail)
    assert asked == keys


def test_the_second_call_to_aws_does_not_run_the_handler_again(httpserver: HTTPServer) -> None:
    @outbound_connector(type="two", name="Two calls")
    def two(request: AwsRequest, context: JobContext) -> None:
        for service in ("sqs", "events"):
            json_answer(service, "Do", {}, request, context.settings)

    asked = aws(httpserver, "UnrecognizedClientException", taken="old sqs")
    variables = queue(httpserver)

    outcome = two.run(Job("1", "two", 3, {}, variables), with_secrets(Rotating("old", "new")))

    assert isinstance(outcome, Fail)
    assert asked == ["old", "old"]


def aws(server: HTTPServer, code: str, taken: str = "new") -> list[str]:
    """A service that refuses all keys but `new`, or all but one key of one service; the keys that it sees."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        scope = request.headers["Authorization"].partition("Credential=")[2].split("/")
        asked.append(scope[0])
        known = taken in (scope[0], f"{scope[0]} {scope[3]}")
        return Response("{}" if known else json.dumps({"__type": code}), 200 if known else 403)

    server.expect_request("/").respond_with_handler(answer)
    return asked


def queue(server: HTTPServer) -> dict[str, Any]:
    return {
        "authentication": {"type": "credentials", "accessKey": PLACEHOLDER, "secretKey": "s"},
        "configuration": {"region": "eu-central-1", "endpoint": server.url_for("").rstrip("/")},
        "queue": {"url": "https://sqs.eu-central-1.amazonaws.com/123456789012/orders", "messageBody": "x"},
    }
