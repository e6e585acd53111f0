"""A secret that was changed a moment ago: a job whose service refuses the old one is done with the new one."""

from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.job import Job
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import services_for
from functions.outbound.http_json.app import handler


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


def run(server: HTTPServer, secrets: Rotating, token: str) -> Outcome:
    variables: dict[str, Any] = {
        "method": "POST",
        "url": server.url_for("/orders"),
        "authentication": {"type": "bearer", "token": token},
    }
    job = Job("1", handler.type, 3, {"resultExpression": "={s: status}"}, variables)
    return handler.run(job, replace(services_for({}), secrets=secrets))


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
