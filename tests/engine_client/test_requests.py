"""The engine client speaks REST v2 as 8.6.0 and later engines do."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.engine_client import (
    CorrelatedMessage,
    CreatedInstance,
    DeployedProcess,
    EngineClient,
    PublishedMessage,
)
from connector_sdk.errors import (
    EngineBusy,
    EngineConflict,
    EngineError,
    EngineNotFound,
    EngineRejected,
    EngineUnreachable,
    SettingsError,
)
from connector_sdk.settings import Settings


@pytest.fixture
def engine(httpserver: HTTPServer) -> EngineClient:
    return EngineClient(httpserver.url_for(""))


def test_an_address_may_end_in_v2_and_have_a_path_before_it(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/cluster-1/v2/topology").respond_with_json({"gatewayVersion": "8.6.0"})
    for ending in ("/cluster-1", "/cluster-1/", "/cluster-1/v2", "/cluster-1/v2/"):
        assert EngineClient(httpserver.url_for(ending)).topology() == {"gatewayVersion": "8.6.0"}


@pytest.mark.parametrize(
    "address", ["", "localhost:8080", "ftp://engine", "http://", "http://me:secret@engine", "http://engine?x=1"]
)
def test_what_is_no_address_is_refused_without_repeating_a_password(address: str) -> None:
    with pytest.raises(ValueError, match=r"^(?!.*secret)"):
        EngineClient(address)


def test_activation_asks_in_the_engines_words(httpserver: HTTPServer, engine: EngineClient) -> None:
    httpserver.expect_ordered_request(
        "/v2/jobs/activation",
        method="POST",
        json={
            "type": "t",
            "maxJobsToActivate": 3,
            "timeout": 60000,
            "worker": "w",
            "requestTimeout": -1,
            "fetchVariable": ["url"],
            "tenantIds": ["a"],
        },
    ).respond_with_json({"jobs": []})
    jobs = engine.activate_jobs(
        "t",
        max_jobs=3,
        timeout_ms=60000,
        worker="w",
        request_timeout_ms=-1,
        fetch_variables=["url"],
        tenant_ids=["a"],
    )
    assert jobs == []


@pytest.mark.parametrize("key", [{"key": 2251799813685249}, {"jobKey": "2251799813685249"}])
def test_job_keys_are_text_whether_the_engine_sends_numbers_or_digits(
    httpserver: HTTPServer, engine: EngineClient, key: dict[str, Any]
) -> None:
    httpserver.expect_request("/v2/jobs/activation").respond_with_json(
        {"jobs": [{**key, "type": "t", "retries": 3, "customHeaders": {}, "variables": {"a": 1}, "unknown": 1}]}
    )
    [job] = engine.activate_jobs("t", max_jobs=1, timeout_ms=1000, worker="w", request_timeout_ms=-1)
    assert (job.key, job.variables) == ("2251799813685249", {"a": 1})


@pytest.mark.parametrize("command", ["completion", "failure", "error"])
def test_a_job_command_is_posted_to_the_path_of_its_name(
    httpserver: HTTPServer, engine: EngineClient, command: Any
) -> None:
    httpserver.expect_ordered_request(f"/v2/jobs/7/{command}", method="POST", json={"variables": {}}).respond_with_data(
        status=204
    )
    engine.command_job("7", command, {"variables": {}})
    assert [request.path for request, _ in httpserver.log] == [f"/v2/jobs/7/{command}"]
    httpserver.check()


def test_retries_and_time_out_are_changed_one_after_the_other(httpserver: HTTPServer, engine: EngineClient) -> None:
    for changeset in ({"retries": 2}, {"timeout": 5000}):
        httpserver.expect_ordered_request(
            "/v2/jobs/7", method="PATCH", json={"changeset": changeset}
        ).respond_with_data(status=204)
    engine.update_job("7", retries=2, timeout_ms=5000)
    httpserver.check()


def test_a_deployment_sends_files_as_the_part_named_resources(httpserver: HTTPServer, engine: EngineClient) -> None:
    seen: list[tuple[str, str, bytes]] = []

    def deployments(request: Request) -> Response:
        files = request.files.getlist("resources")
        seen.extend((file.filename or "", request.form["tenantId"], file.read()) for file in files)
        process = {
            "processDefinitionId": "p",
            "processDefinitionVersion": 2,
            "processDefinitionKey": 99,
            "resourceName": "p.bpmn",
            "tenantId": "t",
        }
        return Response(json.dumps({"deployments": [{"processDefinition": process}, {"form": {}}]}))

    httpserver.expect_request("/v2/deployments", method="POST").respond_with_handler(deployments)
    assert engine.deploy([("p.bpmn", b"<a/>\r\n"), ('ü".bpmn', b"--")], tenant_id="t") == (
        DeployedProcess("p", 2, "99", "p.bpmn", "t"),
    )
    assert seen == [("p.bpmn", "t", b"<a/>\r\n"), ('ü".bpmn', "t", b"--")]


def test_messages_are_published_and_correlated(httpserver: HTTPServer, engine: EngineClient) -> None:
    httpserver.expect_ordered_request(
        "/v2/messages/publication",
        json={"name": "m", "correlationKey": "k", "timeToLive": 5, "messageId": "i", "variables": {"a": 1}},
    ).respond_with_json({"messageKey": 5, "tenantId": "<default>"})
    httpserver.expect_ordered_request(
        "/v2/messages/correlation", json={"name": "m", "correlationKey": ""}
    ).respond_with_json({"messageKey": "6", "processInstanceKey": 7, "tenantId": "t"})
    published = engine.publish_message("m", correlation_key="k", time_to_live_ms=5, message_id="i", variables={"a": 1})
    assert published == PublishedMessage("5", "<default>")
    assert engine.correlate_message("m") == CorrelatedMessage("6", "7", "t")


def test_an_instance_is_created_by_id_or_by_key(httpserver: HTTPServer, engine: EngineClient) -> None:
    answer = {
        "processInstanceKey": 1,
        "processDefinitionKey": 2,
        "processDefinitionId": "p",
        "processDefinitionVersion": 3,
        "tenantId": "<default>",
        "variables": {"x": 1},
    }
    httpserver.expect_ordered_request(
        "/v2/process-instances",
        json={"processDefinitionId": "p", "processDefinitionVersion": 3, "variables": {}, "awaitCompletion": True},
    ).respond_with_json(answer)
    httpserver.expect_ordered_request("/v2/process-instances", json={"processDefinitionKey": "2"}).respond_with_json(
        answer
    )
    created = engine.create_instance(process_definition_id="p", version=3, variables={}, await_completion=True)
    assert created == CreatedInstance("1", "2", "p", 3, "<default>", {"x": 1})
    assert engine.create_instance(process_definition_key="2") == created


def test_a_client_waits_for_an_instance_as_long_as_the_engine_may(httpserver: HTTPServer) -> None:
    answer = json.dumps(
        {
            "processInstanceKey": "1",
            "processDefinitionKey": "2",
            "processDefinitionId": "p",
            "processDefinitionVersion": 1,
            "tenantId": "t",
        }
    )

    def late(_: Request) -> Response:
        threading.Event().wait(0.5)
        return Response(answer, mimetype="application/json")

    httpserver.expect_request("/v2/process-instances").respond_with_handler(late)
    with closing(EngineClient(httpserver.url_for(""), read_timeout=0.1)) as impatient:
        created = impatient.create_instance(process_definition_id="p", await_completion=True, request_timeout_ms=5_000)
        assert created.process_instance_key == "1"
        with pytest.raises(EngineUnreachable):
            impatient.create_instance(process_definition_id="p")


def test_a_search_reads_every_page(httpserver: HTTPServer, engine: EngineClient) -> None:
    full = [{"variableKey": number, "value": '"1"'} for number in range(1000)]
    httpserver.expect_ordered_request(
        "/v2/variables/search",
        query_string="truncateValues=false",
        json={"filter": {"name": "a"}, "page": {"limit": 1000}},
    ).respond_with_json({"items": full, "page": {"endCursor": "c"}})
    httpserver.expect_ordered_request(
        "/v2/variables/search", json={"filter": {"name": "a"}, "page": {"limit": 1000, "after": "c"}}
    ).respond_with_json({"items": [{"variableKey": "1000"}], "page": {"endCursor": "d"}})
    found = engine.search("variables", {"name": "a"})
    assert [item["variableKey"] for item in found] == [str(number) for number in range(1001)]


def test_the_clock_is_set_in_milliseconds(httpserver: HTTPServer, engine: EngineClient) -> None:
    httpserver.expect_ordered_request("/v2/clock", method="PUT", json={"timestamp": 1000}).respond_with_data(status=204)
    engine.set_clock(1000)
    httpserver.check()


PROBLEM = {"type": "about:blank", "title": "NOT_FOUND", "status": 404, "detail": "no such job", "instance": "/v2/jobs"}
SPRING = {"timestamp": "2024-02-29", "status": 415, "error": "Unsupported Media Type", "path": "/v2/jobs"}


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (404, json.dumps(PROBLEM), EngineNotFound, "404 NOT_FOUND: no such job"),
        (409, json.dumps({"title": "INVALID_STATE", "detail": "in state"}), EngineConflict, "409 INVALID_STATE"),
        (400, json.dumps({"title": "INVALID_ARGUMENT", "detail": "No type"}), EngineRejected, "No type"),
        (401, "", EngineRejected, "401 Unauthorized"),
        (403, "<html>", EngineRejected, "403 Forbidden: 6 bytes of text/html"),
        (415, json.dumps(SPRING), EngineRejected, "415 Unsupported Media Type: no details given"),
        (500, json.dumps({"title": "MALFORMED_REQUEST"}), EngineRejected, "500 MALFORMED_REQUEST"),
        (429, "", EngineBusy, "429 Too Many Requests"),
        (503, json.dumps({"title": "RESOURCE_EXHAUSTED", "detail": "later"}), EngineBusy, "503 RESOURCE_EXHAUSTED"),
        (504, json.dumps({"title": "java.util.concurrent.TimeoutException"}), EngineBusy, "504 java.util"),
        (599, "[]", EngineRejected, "599 unknown status"),
    ],
)
def test_a_refusal_becomes_the_error_of_its_status(
    httpserver: HTTPServer, engine: EngineClient, status: int, body: str, error: type[EngineError], words: str
) -> None:
    httpserver.expect_request("/v2/jobs/7/completion").respond_with_data(body, status=status, content_type="text/html")
    with pytest.raises(EngineError) as raised:
        engine.command_job("7", "completion", {})
    assert type(raised.value) is error
    assert words in str(raised.value)
    assert "POST /jobs/7/completion" in str(raised.value)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (json.dumps(PROBLEM), True),
        (json.dumps(SPRING), False),
        (json.dumps({"error": "invalid_client", "error_description": "no such client"}), False),
        ("<html>", False),
        ("[]", False),
    ],
)
def test_only_problem_details_are_the_engines_own_word(
    httpserver: HTTPServer, engine: EngineClient, body: str, problem: bool
) -> None:
    httpserver.expect_request("/v2/jobs/7/completion").respond_with_data(body, status=404)
    with pytest.raises(EngineRejected) as raised:
        engine.command_job("7", "completion", {})
    assert raised.value.problem is problem


@pytest.mark.parametrize("body", ["<html>", "[]", '{"jobs": null}', '{"jobs": [{"type": "t"}]}', "1"])
def test_an_answer_of_something_else_says_that_this_is_no_engine(
    httpserver: HTTPServer, engine: EngineClient, body: str
) -> None:
    httpserver.expect_request("/v2/jobs/activation").respond_with_data(body)
    with pytest.raises(EngineRejected, match="may not be an engine's REST API"):
        engine.activate_jobs("t", max_jobs=1, timeout_ms=1, worker="w", request_timeout_ms=-1)


def test_callers_that_wait_for_the_end_of_their_instances_hold_up_no_command() -> None:
    """Else the jobs of those very instances could not be completed."""
    arrived, ended = threading.Semaphore(0), threading.Event()
    keys = {"processInstanceKey": "1", "processDefinitionKey": "2"}
    answer = json.dumps({**keys, "processDefinitionId": "p", "processDefinitionVersion": 1})

    def wait(request: Request) -> Response:
        arrived.release()
        assert ended.wait(20)
        return Response(answer, mimetype="application/json")

    with HTTPServer(threaded=True) as server, ThreadPoolExecutor(40) as pool:
        server.expect_request("/v2/process-instances").respond_with_handler(wait)
        server.expect_request("/v2/jobs/1/completion").respond_with_data(status=204)
        engine = EngineClient(server.url_for("")).within(20)
        waiting = [
            pool.submit(engine.create_instance, process_definition_id="p", await_completion=True) for _ in range(40)
        ]
        for _ in waiting:
            assert arrived.acquire(timeout=20)
        engine.command_job("1", "completion", {})
        ended.set()
        assert {one.result().process_definition_id for one in waiting} == {"p"}


def test_an_engine_that_is_not_there_is_unreachable_and_the_message_says_what_to_do() -> None:
    with pytest.raises(EngineUnreachable, match=r"http://127\.0\.0\.1:1 .*CAMUNDA_REST_ADDRESS"):
        EngineClient("http://127.0.0.1:1").topology()


def test_settings_name_the_engine() -> None:
    settings = Settings.read({"CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1/v2/"})
    assert EngineClient.from_settings(settings).address == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({}, "CAMUNDA_REST_ADDRESS is not set"),
        ({"CAMUNDA_REST_ADDRESS": "http://"}, "CAMUNDA_REST_ADDRESS or"),
        (
            {"CAMUNDA_REST_ADDRESS": "http://e", "CAMUNDA_AUTH_STRATEGY": "BASIC"},
            "CAMUNDA_BASIC_AUTH_USERNAME is not set",
        ),
        ({"CAMUNDA_REST_ADDRESS": "http://e", "CAMUNDA_AUTH_STRATEGY": "OAUTH"}, "CAMUNDA_CLIENT_ID is not set"),
        (
            {"CAMUNDA_REST_ADDRESS": "http://e", "CAMUNDA_AUTH_STRATEGY": "OAUTH", "CAMUNDA_CLIENT_ID": "c"},
            "CAMUNDA_CLIENT_SECRET is not set",
        ),
    ],
)
def test_a_missing_setting_is_named(variables: dict[str, str], missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        EngineClient.from_settings(Settings.read(variables))
