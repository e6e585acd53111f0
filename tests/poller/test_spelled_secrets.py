"""A job may use the secrets that its own element spells; the engine is asked which these are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from connector_sdk.bpmn import read
from connector_sdk.clock import ControlledClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineBusy, EngineError, EngineNotFound, EngineRejected, EngineUnreachable
from connector_sdk.job import Job
from devkit.engine.server import start
from devkit.testing.jobs import services_for
from functions.outbound.http_json.app import handler
from functions.runtime.poller import spelled_secrets
from functions.runtime.poller.finished import Finished
from functions.runtime.poller.invokers import NeverRan
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.spelled_secrets import MAX_DEFINITIONS, SpelledSecrets
from tests.poller.running import Seen, outcomes
from tests.poller.scripted_engine import ScriptedEngine

PROCESS = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
  <process id="p" isExecutable="true">
    <startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="task"/>
    <serviceTask id="task"><extensionElements>
      <zeebe:taskDefinition type="t"/>
      <zeebe:ioMapping>
        <zeebe:input source="GET" target="method"/>
        <zeebe:input source="http://127.0.0.1:9/{{secrets.MODELLED}}" target="url"/>
        <zeebe:input source="={note: note}" target="queryParameters"/>
        SOURCES
      </zeebe:ioMapping>
    </extensionElements></serviceTask>
  </process>
</definitions>"""


def process(*inputs: tuple[str, str]) -> bytes:
    sources = "".join(f'<zeebe:input source="{source}" target="{target}"/>' for source, target in inputs)
    return PROCESS.replace("SOURCES", sources).encode()


@dataclass
class Engine:
    """Answers with the next of its answers, the last one is repeated."""

    answers: list[bytes | Exception]
    asked: list[str] = field(default_factory=list)

    def within(self, seconds: float) -> Engine:
        return self

    def definition_xml(self, key: str) -> bytes:
        self.asked.append(key)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def job(key: str = "7", element: str = "task", **variables: Any) -> Job:
    return Job("1", "t", process_definition_key=key, element_id=element, variables=variables)


def secrets(engine: Engine, version: str = "8.10", clock: ControlledClock | None = None) -> SpelledSecrets:
    return SpelledSecrets(lambda: engine, Compatibility.of(version), clock or ControlledClock())


def not_found(*, problem: bool) -> EngineNotFound:
    return EngineNotFound(404, "NOT_FOUND", "no such definition", "GET …/xml", problem=problem)


def refused(status: int) -> EngineRejected:
    return EngineRejected(status, "REFUSED", "no", "GET …/xml", problem=True)


def test_a_definition_is_fetched_once_and_gives_the_names_of_each_element() -> None:
    engine = Engine([process()])
    spelled = secrets(engine)

    assert spelled(job()) == ["MODELLED"]
    assert spelled(job(note="{{secrets.STOLEN}}")) == ["MODELLED"]
    assert spelled(job(element="start")) == []
    assert spelled(job(element="not there")) == []
    assert engine.asked == ["7"]


@pytest.mark.parametrize(("version", "names"), [("8.8", ["MODELLED", "BARE"]), ("8.10", ["MODELLED"])])
def test_the_bare_form_spells_a_secret_where_8_8_applies(version: str, names: list[str]) -> None:
    engine = Engine([process(("Bearer secrets.BARE", "a"))])

    assert secrets(engine, version)(job()) == names


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("=camunda.vars.env.crm", "authenticationConfiguration", True),
        (" = camunda.vars.cluster.crm.login ", "authenticationConfiguration", False),
        ("= camunda.vars.cluster.crm.login ", "authenticationConfiguration", True),
        ("=camunda.vars.env.crm", "other", False),
        ("=note", "authenticationConfiguration", False),
        ("={a: camunda.vars.env.crm, b: note}", "authenticationConfiguration", False),
        ("=camunda.vars.env.crm", "authenticationConfiguration.login", True),
    ],
)
def test_what_a_variable_of_the_cluster_spells_is_allowed_where_it_is_bound_whole(
    source: str, target: str, allowed: bool
) -> None:
    spelled = secrets(Engine([process((source, target))]))

    names = spelled(job(authenticationConfiguration={"login": {"token": "{{secrets.OF_THE_CLUSTER}}"}}))

    assert names == ["MODELLED", *(["OF_THE_CLUSTER"] if allowed else [])]


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (not_found(problem=True), 5),
        (not_found(problem=False), 300),
        (refused(403), 300),
        (refused(405), 300),
        (refused(501), 300),
    ],
)
def test_without_a_definition_any_secret_works_and_a_while_later_it_is_asked_for_again(
    answer: EngineError, seconds: int, caplog: pytest.LogCaptureFixture
) -> None:
    engine, clock = Engine([answer, answer, process()]), ControlledClock()
    spelled = secrets(engine, clock=clock)

    assert spelled(job()) is None
    clock.advance(seconds * 1000 - 1)
    assert spelled(job()) is None
    assert engine.asked == ["7"]
    clock.advance(1)
    assert spelled(job()) is None
    clock.advance(seconds * 1000)
    assert spelled(job()) == ["MODELLED"]
    assert len(engine.asked) == 3
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "{{secrets.NAME}} is replaced wherever it stands in such a job's variables" in caplog.text


@pytest.mark.parametrize("error", [EngineUnreachable("away"), EngineBusy("busy"), refused(500), refused(401)])
def test_an_engine_that_gives_no_answer_starts_no_job(error: EngineError) -> None:
    engine, clock = Engine([error, process()]), ControlledClock()
    spelled = secrets(engine, clock=clock)

    with pytest.raises(NeverRan, match="process definition 7 cannot be fetched"):
        spelled(job())
    clock.advance(1_999)
    with pytest.raises(NeverRan):
        spelled(job())
    assert engine.asked == ["7"]
    clock.advance(1)
    assert spelled(job()) == ["MODELLED"]


def test_a_definition_that_is_no_bpmn_for_us_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    engine = Engine([b"<a/>"])
    spelled = secrets(engine)

    assert spelled(job()) is None
    assert spelled(job()) is None
    assert engine.asked == ["7"]
    assert "process definition 7 cannot be read" in caplog.text


def test_a_definition_that_was_deployed_from_here_is_never_asked_for() -> None:
    engine = Engine([EngineUnreachable("away")])
    spelled = secrets(engine)
    spelled.know("7", read(process()))

    assert spelled(job()) == ["MODELLED"]
    assert engine.asked == []


def test_no_more_than_so_many_definitions_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_DEFINITIONS == 500
    monkeypatch.setattr(spelled_secrets, "MAX_DEFINITIONS", 2)
    engine = Engine([process()])
    spelled = secrets(engine)

    for key in ("1", "2", "1", "3", "1", "2"):
        spelled(job(key))

    assert engine.asked == ["1", "2", "3", "2"]


def test_jobs_that_come_together_fetch_once() -> None:
    engine, together = Engine([process()]), threading.Barrier(8)
    spelled = secrets(engine)
    found: list[Any] = []

    def one() -> None:
        together.wait(10)
        found.append(spelled(job()))

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert found == [["MODELLED"]] * 8
    assert engine.asked == ["7"]


def ended(engine: EngineClient, names: Callable[[Job], Any], function: Any, seen: Seen) -> Finished:
    options = Options(Compatibility.of("8.10"), names, request_timeout_ms=50)
    poller = Poller(engine, [Registered("fn", ("t",))], Inline({"fn": function}), options, observer=seen)
    poller.start()
    try:
        return seen.wait(1)[0]
    finally:
        poller.stop(10)


@pytest.mark.parametrize(
    ("note", "message"),
    [
        ("{{secrets.STOLEN}}", "Secret with name 'STOLEN' is not allowed here: it came in with the data."),
        ("plain", "no answer from GET 127.0.0.1:9/***"),
    ],
)
def test_a_secret_that_came_in_with_data_is_refused_by_a_poller_that_never_saw_the_file(
    note: str, message: str
) -> None:
    server = start()
    try:
        engine = EngineClient(server.address)
        engine.deploy([("p.bpmn", process())])
        engine.create_instance(process_definition_id="p", variables={"note": note})
        services = services_for({"MODELLED": "from-the-model", "STOLEN": "hunter2"})
        names = SpelledSecrets(lambda: engine, Compatibility.of("8.10"))
        finished = ended(engine, names, handler.with_services(services), Seen())
    finally:
        server.stop()

    assert finished.outcome == "failed"
    assert message in finished.message


def test_a_job_whose_definition_cannot_be_fetched_now_is_given_back(engine: ScriptedEngine) -> None:
    [key] = engine.add("t", processDefinitionKey="7", elementId="task")
    spelled = secrets(Engine([EngineUnreachable("away")]))

    finished = ended(EngineClient(engine.address), spelled, lambda event, _: outcomes(event), Seen())

    assert (finished.outcome, finished.job.key) == ("given back", key)
    assert "process definition 7 cannot be fetched" in finished.message
