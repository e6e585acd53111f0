"""GraphQL: every official template against a real server, and what Camunda's connector does with errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import run_job, services_for
from devkit.testing.official import OfficialBench, OfficialTask
from functions.outbound.graphql.app import handler
from tests.connectors.graphql_server import PASSWORD, REFRESH_TOKEN, TOKEN, GraphQlServer, graphql_server
from tests.connectors.kept_documents import KeptDocuments
from tests.connectors.official import official

TYPE = "io.camunda:connector-graphql:1"
SECRETS = {"TOKEN": TOKEN, "PASSWORD": PASSWORD}
QUERY = 'query Order($id: ID! = "7") { order(id: $id) { id status } }'
ORDER = {"id": "7", "status": "paid"}
LOGINS = {
    "noAuth": "nobody",
    "basic": "basic",
    "bearer": "bearer",
    "oauth-client-credentials-flow": "bearer",
    "oauth-refresh-token": "bearer",
    "headers": "key in header",
    "query": "key in query",
}


@pytest.fixture(scope="module")
def server() -> Iterator[GraphQlServer]:
    with graphql_server() as running:
        yield running


def known(server: GraphQlServer, task: OfficialTask) -> dict[str, Any]:
    """What a person types."""
    return {
        "graphql.url": server.url,
        "graphql.query": QUERY,
        "graphql.variables": {"id": "7"},
        "graphql.headers": {"X-Trace": "t-1"},
        "graphql.connectionTimeoutInSeconds": "10",
        "graphql.readTimeoutInSeconds": "10",
        "graphql.storeResponse": False,
        "graphql.authentication.token": "{{secrets.TOKEN}}",
        "authentication.token": "{{secrets.TOKEN}}",
        "authentication.name": "X-Key" if task.chosen("authentication.apiKeyLocation") == "headers" else "key",
        "authentication.value": "{{secrets.TOKEN}}",
        "authentication.username": "alice",
        "authentication.password": "{{secrets.PASSWORD}}",
        "authentication.oauthTokenEndpoint": server.token_endpoint,
        "authentication.clientId": "alice",
        "authentication.clientSecret": "{{secrets.PASSWORD}}",
        "authentication.refreshToken": REFRESH_TOKEN,
        "authentication.scopes": "read",
        "authentication.audience": "orders",
        "documentReturnFormat.encoding": "UTF-8",
    }


def is_rare(task: OfficialTask) -> bool:
    """Logins, ways to send and ways to return do not depend on each other: each once is enough for the ordinary run."""
    special = task.chosen("documentReturnFormat.choice") not in (None, "JSON") or task.chosen("graphql.method") == "get"
    return special and task.chosen("authentication.type") != "noAuth"


@pytest.mark.parametrize("task", official(TYPE, rare=is_rare))
def test_an_official_template_gets_its_answer(task: OfficialTask, bench: OfficialBench, server: GraphQlServer) -> None:
    server.asked.clear()
    kept = KeptDocuments()
    services = replace(services_for(SECRETS), documents=kept)
    ran = bench.run(bench.apply(task, known(server, task)), handler, services)
    assert (ran.outcome["command"], ran.state) == ("completion", "COMPLETED"), ran.outcome
    login = LOGINS[str(task.chosen("authentication.apiKeyLocation") or task.chosen("authentication.type"))]
    assert server.asked == [(str(task.chosen("graphql.method")).upper(), login)]
    if task.fill == "all":
        answer = json.loads(ran.variables["answer"])
        body = answer["body"] if answer["document"] is None else kept.read(answer["document"])
        assert (body if isinstance(body, dict) else json.loads(body)) == {"data": {"order": ORDER}}


def run(server: GraphQlServer, query: str, **variables: Any) -> Outcome:
    graphql = {"url": server.url, "method": "post", "query": query}
    return run_job(handler, {"graphql": graphql, **variables}, secrets=SECRETS, resultVariable="answer")


def test_errors_in_the_answer_are_errors_of_the_task(server: GraphQlServer) -> None:
    outcome = run(server, "{ order(id: 0) { id } }")

    assert isinstance(outcome, Fail)
    assert (outcome.error_message, outcome.retries) == ("there is no order 0", 2)
    error = outcome.variables["error"]
    assert error["code"] == "GRAPHQL_ERROR"
    assert error["variables"]["response"]["body"]["errors"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert error["variables"]["response"]["body"]["data"] == {"order": None}


def test_a_query_that_the_server_refuses_has_its_status_and_its_words(server: GraphQlServer) -> None:
    outcome = run(server, "{ customers }")

    assert isinstance(outcome, Fail)
    error = outcome.variables["error"]
    assert error["code"] == "400"
    assert "Cannot query field" in error["variables"]["response"]["body"]["errors"][0]["message"]


def test_a_mutation_may_be_written_as_it_stands_in_json(server: GraphQlServer) -> None:
    outcome = run(server, 'mutation {\\n place(note: \\"für Jürg\\") { id note } }')

    assert isinstance(outcome, Complete)
    assert outcome.variables["answer"]["body"]["data"]["place"] == {"id": "8", "note": "für Jürg"}


def test_a_credential_of_the_cluster_knows_login_and_address(server: GraphQlServer) -> None:
    server.asked.clear()
    shared = {"url": server.url, "authentication": {"type": "bearer", "token": "{{secrets.TOKEN}}"}}
    graphql = {"method": "get", "query": QUERY, "url": ""}
    outcome = run(server, QUERY, graphql=graphql, authentication={"type": "noAuth"}, authenticationConfiguration=shared)

    assert isinstance(outcome, Complete)
    assert server.asked == [("GET", "bearer")]
