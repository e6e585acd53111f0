"""Whatever job comes through the Lambda door: it ends in a command that the engine takes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Response

from devkit.engine.rest import bodies
from devkit.engine.rest.jobs import COMPLETION, ERROR, FAILURE
from devkit.testing import services_for
from functions.outbound.http_json.app import handler
from functions.runtime.poller.answers import Reported, read_answer

SCHEMAS = {"completion": COMPLETION, "failure": FAILURE, "error": ERROR}
"""What the engine reads of each command's body; it refuses a member of another kind."""
SECRETS = {"TOKEN": "t-secret"}
TEXTS = st.text(max_size=8) | st.sampled_from(
    ["{{secrets.TOKEN}}", "{{secrets.NONE}}", "\ud800", "\0", "=1", "GET", "2", "true", "PT1S", "x" * 7_000]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
AUTHENTICATION = st.fixed_dictionaries(
    {"type": st.sampled_from(["noAuth", "basic", "bearer", "apiKey", "oauth-client-credentials-flow", "nope"])},
    optional=dict.fromkeys(("username", "password", "token", "name", "value", "apiKeyLocation", "clientId"), JSON),
)
VARIABLES = st.fixed_dictionaries(
    {},
    optional={
        **{name: JSON for name in handler.fetch_variables if name not in ("url", "method", "authentication")},
        "method": st.sampled_from(["GET", "POST", "put", 0, "1"]) | JSON,
        "authentication": AUTHENTICATION | JSON,
        "url": st.sampled_from(["/json", "/text", "/half", "/400", "/?a={{secrets.TOKEN}}"]) | JSON,
        "more": JSON,
    },
)
EXPRESSIONS = (
    st.none()
    | TEXTS
    | JSON
    | st.sampled_from(
        [
            "={a: response}",
            '={a: body, b: 1/3, c: duration("P1D"), d: now()}',
            "=response",
            "=[{a: 1}]",
            '={a: substring(body.smile, 1, 1), "": null}',
            '={a: "\\ud83d"}',
            '=jobError("m", {a: error}, 3.9, duration("P400000D"))',
            '=jobError("m", {}, -5)',
            '=jobError("m", {}, 99999999999)',
            "=jobError(string(error))",
            '=bpmnError("", "")',
            "=bpmnError(string(error.code), error.message, {all: error, more: response})",
            '={errorType: "bpmnError", errorCode: 5, errorMessage: true}',
            '={errorType: "jobError", retries: "x"}',
            '={errorType: "jobError", errorMessage: "m", retryBackoff: -1}',
            '={errorType: "ignoreError", variables: {a: 1}}',
            "=ignoreError({a: error})",
            "={errorType: 1}",
            "=if",
        ]
    )
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("resultVariable", "more"), TEXTS | JSON),
        **dict.fromkeys(("resultExpression", "errorExpression"), EXPRESSIONS),
        "retryBackoff": st.sampled_from(["PT1S", "P1D", "PT9999999999999H", "-PT5S", "nope"]) | JSON,
    },
)
RETRIES = st.integers(0, 3) | st.sampled_from([-1, 2**31 - 1])
ANSWER = '{"a": [1, 1e400, 12345678901234567890123], "smile": "\U0001f600", "half": "\\ud83d", "d": {"e": null}}'


def faults(outcome: Mapping[str, Any]) -> list[str]:
    """What the engine would refuse."""
    sent = json.dumps(outcome["body"], ensure_ascii=False, allow_nan=False).encode()
    body = json.loads(sent)
    schema = SCHEMAS[outcome["command"]]
    bodies.properties(body, schema)
    found = [name for name in body if name not in schema]
    if body.get("retries", 0) < 0:
        found.append("retries")
    if outcome["command"] == "failure":
        found += [name for name in ("retries", "errorMessage") if name not in body]
    if outcome["command"] == "error" and not isinstance(body.get("errorCode"), str):
        found.append("errorCode")
    return found


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/json").respond_with_data(ANSWER)
        server.expect_request("/text").respond_with_data("half a pair: \\ud83d")
        server.expect_request("/half").respond_with_data('["\\ud83d"]')
        server.expect_request("/400").respond_with_data(ANSWER, 400)
        server.expect_request("/").respond_with_handler(lambda request: Response(request.url, 500))
        yield server.url_for("").rstrip("/")


@given(VARIABLES, HEADERS, RETRIES, st.sampled_from(["8.8", "8.10"]), st.none() | st.just(["TOKEN"]) | st.just([]))
@settings(deadline=None, max_examples=60)
def test_any_job_ends_in_a_command_that_the_engine_takes(
    address: str, variables: dict[str, Any], headers: dict[str, Any], retries: int, version: str, names: Any
) -> None:
    if isinstance(url := variables.get("url"), str) and url.startswith("/"):
        variables = {**variables, "url": address + url}
    job = {
        "jobKey": "1",
        "type": handler.type,
        "retries": retries,
        "variables": variables,
        "customHeaders": headers,
    }
    connector = handler.with_services(services_for(SECRETS, version))
    answer = connector({"v": 1, "jobs": [job], "secretNames": {"1": names}})
    assert answer["notStarted"] == []
    [outcome] = answer["outcomes"]
    assert isinstance(read_answer(answer, ["1"])["1"], Reported)
    assert (outcome["jobKey"], faults(outcome)) == ("1", [])
