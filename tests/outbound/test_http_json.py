from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.nesting import MAX_LEVELS
from connector_sdk.outcome import Complete, Fail
from devkit.testing import run_job
from functions.outbound.http_json.app import handler

FETCHED = {"url", "method", "authentication", "headers", "queryParameters", "skipEncoding", "body", "storeResponse"}


def run(server: HTTPServer, compatibility: str = "8.10", **variables: Any) -> Any:
    given = {"method": "get", "url": server.url_for("/orders/7"), **variables}
    return run_job(handler, given, compatibility=compatibility, resultExpression="={s: status, b: body}")


def test_an_answer_becomes_variables(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7", "GET").respond_with_json({"id": 7})
    assert run(httpserver) == Complete({"s": 200, "b": {"id": 7}})


def test_the_poller_fetches_what_the_templates_send() -> None:
    assert set(handler.fetch_variables) >= FETCHED
    assert (handler.type, handler.repeat) == ("io.camunda:http-json:1", "unsafe")


def test_an_incident_names_the_request_and_no_secret(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/k3y").respond_with_json({"got": "k3y"}, 404)
    variables = {"method": "GET", "url": httpserver.url_for("/") + "{{secrets.K}}"}
    outcome = run_job(handler, variables, secrets={"K": "k3y"})
    assert isinstance(outcome, Fail)
    assert outcome.error_message == f"404 NOT FOUND from GET localhost:{httpserver.port}/***"
    assert outcome.variables["error"]["message"] == "NOT FOUND"
    assert "k3y" not in str(outcome.body())


BASIC = {"type": "basic", "username": "demo", "password": "{{secrets.K}}"}
OAUTH = {
    "type": "oauth-client-credentials-flow",
    "clientId": "id",
    "clientSecret": "{{secrets.K}}",
    "clientAuthentication": "credentialsBody",
}


@pytest.mark.parametrize(("authentication", "echoed"), [(BASIC, "Basic ***"), (OAUTH, "Bearer ***")])
def test_what_a_request_proves_itself_with_is_masked_as_secrets_are(
    authentication: dict[str, str], echoed: str, httpserver: HTTPServer
) -> None:
    def echo(request: Request) -> Response:
        return Response(f"not good enough: {request.headers['Authorization']}", 403)

    httpserver.expect_request("/token").respond_with_json({"access_token": "opaque-token-4711", "expires_in": 600})
    httpserver.expect_request("/orders").respond_with_handler(echo)
    given = {**authentication, "oauthTokenEndpoint": httpserver.url_for("/token")}
    for _ in range(2):  # the second token comes from the cache
        variables = {"method": "GET", "url": httpserver.url_for("/orders"), "authentication": given}
        outcome = run_job(handler, variables, secrets={"K": "k3y-secret"})
        assert isinstance(outcome, Fail)
        assert outcome.variables["error"]["variables"]["response"]["body"] == f"not good enough: {echoed}"


@pytest.mark.parametrize(
    ("content", "choice", "body"),
    [
        ("42", {"choice": "JSON"}, 42),
        ('"x"', {"choice": "json"}, "x"),
        ("", {"choice": "JSON"}, None),
        ('{"a":1}', {"choice": "TEXT"}, '{"a":1}'),
        ("é", {"choice": "TEXT", "encoding": "latin-1"}, "Ã©"),
        ("42", {"choice": None}, "42"),
        ("42", {}, "42"),
    ],
)
def test_the_newest_templates_choose_what_is_returned(
    content: str, choice: dict[str, Any], body: Any, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/orders/7").respond_with_data(content)
    assert run(httpserver, documentReturnFormat=choice) == Complete({"s": 200, "b": body})


@pytest.mark.parametrize(
    "newer",
    [
        {"documentReturnFormat": {"choice": "TEXT"}},
        {"documentReturnFormat": {"choice": "XML"}},
        {"clientTls": {"clientCertificate": "no certificate"}},
        {"authenticationConfiguration": {"authentication": {"type": "basic"}}},
    ],
)
def test_8_8_does_not_read_the_inputs_that_came_later(newer: dict[str, Any], httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_data('{"a":1}')
    assert run(httpserver, "8.8", **newer) == Complete({"s": 200, "b": {"a": 1}})


def test_a_body_that_is_no_json_fails_where_json_was_chosen(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_data("{")
    outcome = run(httpserver, documentReturnFormat={"choice": "JSON"})
    assert (outcome.retries, "code" in outcome.variables["error"]) == (2, False)
    assert outcome.error_message.startswith("JSON response format selected but payload is no JSON")


@pytest.mark.parametrize("encoding", ["nope", "idna", "undefined", "base64", "a\0"])
def test_an_unknown_encoding_is_a_fault_of_the_input(encoding: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_data("x")
    assert run(httpserver, documentReturnFormat={"choice": "TEXT", "encoding": encoding}).retries == 0


def test_a_configuration_takes_the_place_of_the_tasks_own_authentication(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7", headers={"Authorization": "Bearer theirs"}).respond_with_data("")
    outcome = run(
        httpserver,
        authentication={"type": "bearer", "token": "ours"},
        authenticationConfiguration={"authentication": {"type": "bearer", "token": "theirs"}},
    )
    assert outcome.variables["s"] == 200


@pytest.mark.parametrize(
    ("own", "theirs", "asked"),
    [(None, "/theirs", "/theirs"), (" ", "/theirs", "/theirs"), ("/own", "/theirs", "/own"), ("/own", None, "/own")],
)
def test_a_configuration_knows_the_address_unless_the_task_has_one(
    own: str | None, theirs: str | None, asked: str, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(asked).respond_with_data("")
    url, shared = (httpserver.url_for(path) if path and path.strip() else path for path in (own, theirs))
    proof = {"authentication": {"type": "noAuth"}, "url": shared}
    assert run(httpserver, url=url, authenticationConfiguration=proof) == Complete({"s": 200, "b": None})


def test_a_task_without_any_address_is_refused(httpserver: HTTPServer) -> None:
    outcome = run(httpserver, url=None, authenticationConfiguration={"authentication": {"type": "noAuth"}})
    assert outcome.retries == 0
    assert "url: Validation failed. Original message: must not be null" in outcome.error_message


def test_8_8_does_not_take_the_address_of_a_configuration(httpserver: HTTPServer) -> None:
    shared = {"authentication": {"type": "noAuth"}, "url": httpserver.url_for("/theirs")}
    assert run(httpserver, "8.8", url=None, authenticationConfiguration=shared).retries == 0
    assert httpserver.log == []


def test_redirects_are_followed_if_the_task_says_so(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_data("", 302, {"Location": "/orders/8"})
    httpserver.expect_request("/orders/8").respond_with_json({"id": 8})
    assert run(httpserver) == Complete({"s": 302, "b": None})
    assert run(httpserver, followRedirects="true") == Complete({"s": 200, "b": {"id": 8}})


def test_without_a_way_to_the_documents_the_setting_is_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_data("")
    outcome = run(httpserver, storeResponse="true")
    assert outcome.retries == 0
    assert "CONNECTORS_DOCUMENTS" in outcome.error_message


CANARY = "canary-4711"
PLACED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["{{secrets.CANARY}}", "x", "GET", "", "=1"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "a", "{{secrets.CANARY}}"]), inner)
    ),
    max_leaves=4,
)
EXPRESSIONS = st.sampled_from(
    [None, "=bpmnError(string(error.code), error.message, error)", "=jobError(error.message)"]
)


@given(
    st.dictionaries(st.sampled_from([*handler.fetch_variables, "more"]), PLACED),
    st.sampled_from(["http://127.0.0.1:1/{{secrets.CANARY}}", "http://{{secrets.CANARY}}:x/", "{{secrets.CANARY}}"]),
    EXPRESSIONS,
    st.sampled_from(["8.8", "8.10"]),
)
@settings(deadline=None)
def test_no_failure_shows_a_secret(variables: dict[str, Any], url: str, expression: str | None, version: str) -> None:
    given_variables = {
        "method": "GET",
        "authentication": {"type": "bearer", "token": "{{secrets.CANARY}}"},
        **variables,
    }
    outcome = run_job(
        handler,
        {**given_variables, "url": url},
        secrets={"CANARY": CANARY},
        compatibility=version,
        errorExpression=expression,
    )
    assert outcome.command in ("failure", "error")
    assert CANARY not in str(outcome.body())


def test_a_number_beyond_double_is_null_to_expressions_and_text_in_the_result(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_data('{"h": 1e400, "l": -1e400}')
    variables = {"method": "GET", "url": httpserver.url_for("/orders/7")}
    outcome = run_job(handler, variables, resultVariable="all", resultExpression="={h: body.h, l: body.l}")

    assert isinstance(outcome, Complete)
    assert (outcome.variables["h"], outcome.variables["l"]) == (None, None)
    assert outcome.variables["all"]["body"] == {"h": "Infinity", "l": "-Infinity"}


def nested(levels: int, value: Any = 1) -> Any:
    for _ in range(levels):
        value = [value]
    return value


def test_answers_and_results_may_be_nested_as_deep_as_in_jackson(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_data("[" * MAX_LEVELS + "1" + "]" * MAX_LEVELS)
    variables = {"method": "GET", "url": httpserver.url_for("/orders/7")}

    first = run_job(handler, variables, resultExpression="={b: body[1]}")
    assert isinstance(first, Complete)
    assert first.variables["b"] == nested(MAX_LEVELS - 1)
    failed = run_job(handler, variables, resultExpression="={b: body}")
    assert isinstance(failed, Fail)
    assert failed.error_message.endswith("a value is nested deeper than 1000 levels")
    too_deep = run_job(handler, variables, resultVariable="b")
    assert isinstance(too_deep, Fail)
    assert (too_deep.retries, too_deep.error_message) == (
        0,
        "The connector's result is nested deeper than 1000 levels",
    )


def test_an_answer_that_is_nested_deeper_stays_text(httpserver: HTTPServer) -> None:
    content = "[" * (MAX_LEVELS + 1) + "1" + "]" * (MAX_LEVELS + 1)
    httpserver.expect_request("/orders/7").respond_with_data(content)
    assert run(httpserver) == Complete({"s": 200, "b": content})
    outcome = run(httpserver, documentReturnFormat={"choice": "JSON"})
    assert outcome.error_message.endswith("it is nested deeper than 1000 levels")


def test_variables_may_be_nested_as_deep_as_in_jackson(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7", method="POST", json=nested(MAX_LEVELS)).respond_with_json({})
    assert run(httpserver, method="POST", body=nested(MAX_LEVELS)).variables["s"] == 200
