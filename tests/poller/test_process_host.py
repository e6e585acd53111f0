"""`python -m functions.runtime.poller` as a person or a container starts it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from functions.runtime.poller.health import listening
from functions.runtime.poller.registry import Registered, UnknownConnector, load
from tests.poller.scripted_engine import WAIT_SECONDS, ScriptedEngine

POLLER, COMMAND = ("functions.runtime.poller",), ("devkit.cli", "poll")
"""What `python -m` runs, and what `connectors poll` does."""


@contextmanager
def process(
    variables: Mapping[str, str], *connectors: str, program: Sequence[str] = POLLER
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", *program, *connectors]
    started = subprocess.Popen(  # noqa: S603 - our own module
        command, env=dict(variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate(timeout=WAIT_SECONDS)


def test_a_connector_is_found_by_its_name_or_its_folder() -> None:
    connector, handler = load("http_json")
    assert load("http-json") == (connector, handler)
    assert isinstance(connector, Registered)
    assert (connector.name, connector.types) == ("http-json", ("io.camunda:http-json:1",))
    assert "url" in (connector.fetch_variables or ())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no-such", "functions/outbound/no_such/app.py does not exist; there are email, eventbridge, graphql, "),
        ("../poller", "letters, digits and dashes; there are email, eventbridge, graphql, "),
        ("Http", "letters, digits and dashes; there are email, eventbridge, graphql, "),
        ("", "letters, digits and dashes; there are email, eventbridge, graphql, "),
        ("io.camunda:http-json:1", "letters, digits and dashes; there are email, eventbridge, graphql, "),
    ],
)
def test_an_unknown_connector_is_named(name: str, words: str) -> None:
    with pytest.raises(UnknownConnector, match=words):
        load(name)


@pytest.mark.parametrize(
    ("program", "begin", "end"),
    [(POLLER, "poller", "\n"), (COMMAND, "connectors", "; set it in the environment and try again\n")],
)
def test_two_connectors_on_one_job_type_are_refused_with_the_variable_that_made_them_two(
    program: Sequence[str], begin: str, end: str
) -> None:
    variables = {"CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1", "CONNECTOR_GRAPHQL_TYPE": "io.camunda:http-json:1"}
    with process(variables, "http-json", "graphql", "http_json", program=program) as started:
        _, said = started.communicate(timeout=WAIT_SECONDS)
    assert started.returncode == 2
    assert said == (
        f"{begin}: graphql and http-json both serve io.camunda:http-json:1: "
        f"CONNECTOR_GRAPHQL_TYPE has to name another job type{end}"
    )


@pytest.mark.parametrize(
    ("variables", "connector", "words"),
    [
        ({}, "http-json", "poller: CAMUNDA_REST_ADDRESS is not set"),
        ({"CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1"}, "http-json", "poller: no answer from the engine at"),
        ({"CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1"}, "nope", "poller: no connector 'nope'"),
    ],
)
def test_what_keeps_it_from_starting_is_one_sentence(variables: dict[str, str], connector: str, words: str) -> None:
    with process(variables, connector) as started:
        _, said = started.communicate(timeout=WAIT_SECONDS)
    assert started.returncode == 2
    assert said.startswith(words)
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("", "nothing can listen on : it is no port or HOST:PORT"),
        ("nowhere", "nothing can listen on nowhere: it is no port or HOST:PORT"),
        ("70000", "nothing can listen on 70000: it is no port or HOST:PORT"),
        ("127.0.0.1:", "nothing can listen on 127.0.0.1:: it is no port or HOST:PORT"),
        ("::1:0", "nothing can listen on ::1:0: it is no port or HOST:PORT"),
        ("192.0.2.1:0", "nothing can listen on 192.0.2.1:0: "),
    ],
)
def test_a_place_where_nobody_can_listen_is_named_before_anything_else(place: str, words: str) -> None:
    variables = {"CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1"}
    with process(variables, "http-json", "--health", place, program=COMMAND) as started:
        _, said = started.communicate(timeout=WAIT_SECONDS)
    assert started.returncode == 2
    assert said.startswith(f"connectors: {words}")
    assert said.endswith("; give another --health\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "host", "port"),
    [("9090", "127.0.0.1", 9090), ("0.0.0.0:1", "0.0.0.0", 1), ("[::1]:19094", "::1", 19094), ("[::]:0", "::", 0)],  # noqa: S104
)
def test_a_place_to_listen_is_a_port_or_a_host_and_a_port(place: str, host: str, port: int) -> None:
    assert listening(place) == (host, port)


def test_an_address_without_an_engine_names_the_setting(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/wrong/v2/topology").respond_with_data("<html>", 404, content_type="text/html")
    with process({"CAMUNDA_REST_ADDRESS": httpserver.url_for("/wrong")}, "http-json") as started:
        _, said = started.communicate(timeout=WAIT_SECONDS)
    assert started.returncode == 2
    assert said.startswith("poller: the engine refused GET /topology: 404 ")
    assert said.endswith(f"; is CAMUNDA_REST_ADDRESS right? It says {httpserver.url_for('/wrong')}\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("program", "begin", "end"),
    [(POLLER, "poller", "\n"), (COMMAND, "connectors", "; CAMUNDA_REST_ADDRESS has to name the engine's REST API\n")],
)
def test_an_address_of_something_else_that_answers_in_json_is_no_engine(
    httpserver: HTTPServer, program: Sequence[str], begin: str, end: str
) -> None:
    httpserver.expect_request("/v2/topology").respond_with_json({"hello": "world"})
    address = httpserver.url_for("/").removesuffix("/")
    with process({"CAMUNDA_REST_ADDRESS": address}, "http-json", program=program) as started:
        _, said = started.communicate(timeout=WAIT_SECONDS)
    assert started.returncode == 2
    assert said == (
        f"{begin}: the engine refused GET /topology: 200 unexpected answer: {address} "
        f"(CAMUNDA_REST_ADDRESS) is no engine's REST API: the answer has neither brokers nor gatewayVersion{end}"
    )


def test_variables_that_nothing_reads_are_named() -> None:
    variables = {
        "CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1",
        "CONNECTOR_HTTPJSON_TYPE": "hidden:1",
        "CONNECTOR_HTTP_JSON_TYP": "hidden:1",
        "CONNECTOR_SLACK_TYPE": "mine:1",
        "CONNECTOR_GITHUB_FUNCTION": "http-json",
        "CONNECTOR_GITHUB_TYPE": "mine:2",
        "CONNECTOR_GITHUB_INPUT_VARIABLES": "hidden",
        "CONNECTORS_ALLOW_ADRESSES": "hidden",
        "CONNECTORS_COMPATIBILITY": "8.8",
        "CONNECTORS_OTHER_THING": "hidden",
    }
    with process(variables, "http-json") as started:
        _, said = started.communicate(timeout=WAIT_SECONDS)
    lines = [line.partition(" WARNING ")[2] for line in said.splitlines()[:-1]]
    assert lines == [
        "CONNECTORS_ALLOW_ADRESSES is ignored: nothing reads it; is CONNECTORS_ALLOW_ADDRESSES meant?",
        "CONNECTORS_OTHER_THING is ignored: nothing reads it",
        "CONNECTOR_GITHUB_INPUT_VARIABLES is ignored: nothing reads it",
        "CONNECTOR_HTTPJSON_TYPE is ignored: nothing reads it; is CONNECTOR_HTTP_JSON_TYPE meant?",
        "CONNECTOR_HTTP_JSON_TYP is ignored: nothing reads it; is CONNECTOR_HTTP_JSON_TYPE meant?",
    ]


@pytest.mark.parametrize("program", [POLLER, COMMAND])
def test_a_job_runs_through_the_rest_connector_and_sigterm_drains(
    engine: ScriptedEngine, httpserver: HTTPServer, program: Sequence[str]
) -> None:
    httpserver.expect_request("/weather").respond_with_json({"high": 21})
    [key] = engine.add(
        "io.camunda:http-json:1",
        variables={"method": "GET", "url": httpserver.url_for("/weather"), "authentication": {"type": "noAuth"}},
        customHeaders={"resultExpression": "={high: response.body.high}"},
    )
    variables = {"CAMUNDA_REST_ADDRESS": engine.address, "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.0/8,::1"}
    with process(variables, "http-json", program=program) as started:
        engine.wait_for(lambda: engine.commands())
        engine.wait_for(lambda: len(engine.activations()) >= 2)
        started.send_signal(signal.SIGTERM)
        engine.close()
        _, said = started.communicate(timeout=WAIT_SECONDS)
    assert engine.commands() == [(key, "completion", {"variables": {"high": 21}})]
    assert started.returncode == 0
    assert "http-json completed" in said
    assert "stopped: {'completed': 1}" in said


def test_a_poller_that_says_how_it_goes_stops_gracefully_as_well(engine: ScriptedEngine) -> None:
    engine.close()  # it answers polls at once
    variables = {"CAMUNDA_REST_ADDRESS": engine.address}
    with process(variables, "http-json", "--health", "127.0.0.1:0") as started:
        engine.wait_for(engine.activations)
        others = [task for task in Path(f"/proc/{started.pid}/task").iterdir() if task.name != str(started.pid)]
        assert [task.name for task in others if not blocks(task, signal.SIGTERM)] == []
        started.send_signal(signal.SIGTERM)
        _, said = started.communicate(timeout=WAIT_SECONDS)
    assert started.returncode == 0
    assert "stopped: {}" in said


def blocks(task: Path, number: signal.Signals) -> bool:
    """Whether a thread leaves a signal to that which waits for it."""
    status = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
    return bool(int(status["SigBlk"], 16) >> (number - 1) & 1)
