"""The engine as a server, and what it says about models that it cannot run."""

import json
import logging
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from devkit.engine import server
from tests.engine.driver import Driver


def test_a_port_in_use_is_one_clear_sentence(engine: Driver) -> None:
    port = int(engine.running.address.rpartition(":")[2])
    with pytest.raises(server.EngineNotStarted) as raised:
        server.start(port)
    assert str(raised.value) == (f"port {port} on 127.0.0.1 is in use; choose another port, or 0 for any free one")


def test_a_port_that_does_not_exist_is_one_clear_sentence() -> None:
    with pytest.raises(server.EngineNotStarted, match="cannot listen on port 70000 of "):
        server.start(70_000)


def test_an_engine_that_was_stopped_answers_no_more() -> None:
    running = server.start()
    running.stop()
    with pytest.raises(OSError, match="refused"):
        Driver(running).request("GET", "/topology")


def test_whoever_waits_while_the_engine_stops_is_answered_and_nothing_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    running = server.start()
    engine = Driver(running)
    engine.deploy("P", "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}")
    with (
        closing(_sent(running, "/jobs/activation", {"type": "x", "maxJobsToActivate": 1, "timeout": 1})) as poll,
        closing(
            _sent(running, "/process-instances", {"processDefinitionId": "P", "awaitCompletion": True})
        ) as creation,
    ):
        assert len(engine.jobs("t", requestTimeout=10_000)) == 1  # what was sent before this is being waited for
        running.stop()
        assert _answer(poll) == (200, {"jobs": []})
        status, problem = _answer(creation)
    assert (status, problem["detail"]) == (
        504,
        "Expected to handle REST API request, but the development engine has stopped",
    )
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


def _sent(running: server.RunningEngine, path: str, body: dict[str, Any]) -> HTTPConnection:
    """A request whose answer is for later."""
    connection = HTTPConnection(urlsplit(running.address).netloc, timeout=10)
    connection.request("POST", f"/v2{path}", json.dumps(body), {"Content-Type": "application/json"})
    return connection


def _answer(connection: HTTPConnection) -> tuple[int, Any]:
    with connection.getresponse() as response:
        return response.status, json.load(response)


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        (
            "{s: {is: start}, t: {is: service, type: t, in: {x: 'back\\'}}, e: {is: end}}",
            "- Element: t\n    - ERROR: failed to parse expression: ",
        ),
        (
            "{s: {is: start}, t: {is: throw, compensate: true}, e: {is: end}}",
            "- Element: t\n    - ERROR: The development engine does not support compensation events\n",
        ),
        (
            "{s: {is: start, timer: {cycle: '0 0 9 * * *'}}, e: {is: end}}",
            "- Element: s\n    - ERROR: Invalid timer cycle expression "
            "(The development engine does not support cron expressions)\n",
        ),
    ],
)
def test_what_the_engine_cannot_run_is_refused_by_name(engine: Driver, nodes: str, sentence: str) -> None:
    assert sentence in engine.refused(nodes)


@pytest.mark.parametrize(
    ("tag", "what"),
    [
        ("transaction", "transactions"),
        ("complexGateway", "complex gateways"),
    ],
)
def test_elements_that_the_engine_does_not_have_are_refused_by_name(engine: Driver, tag: str, what: str) -> None:
    xml = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d"><process id="P" isExecutable="true">'
        f'<startEvent id="s"/><{tag} id="x"/></process></definitions>'
    )
    answer = engine.deploy_files(p__bpmn=xml)
    assert answer.status == 400
    assert f"- Element: x\n    - ERROR: The development engine does not support {what}" in answer.body["detail"]
