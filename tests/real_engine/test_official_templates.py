"""Official templates, newest and oldest version of each id, on the development engine and on a real one."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.engine_client import EngineClient
from connector_sdk.job import Job
from connector_sdk.outbound import Connector
from devkit.conformance.jobs import Runner
from devkit.conformance.official_tasks import apply_somehow, recorded_values, rest_templates
from devkit.conformance.template_tasks import DRAWN, JOB_TYPE, LOCK_MS, VARIABLES, redirected
from devkit.modeler import HeadlessModeler, ModelerUnavailable
from devkit.testing.jobs import services_for
from devkit.testing.zeebe import RunningZeebe
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.registry import load
from tests.real_engine.conftest import AnyEngine

RECORDED = Path(__file__).resolve().parents[1] / "recorded/jobs/templates.jsonl.gz"
SECRETS = {"TOKEN": "tok-secret", "PASS_S": "fake-pass", "DATABRICKS_CLIENT_SECRET": "fake-client-secret"}
SAMPLE = 9
REST = "io.camunda.connectors.HttpJson.v2"
ALL_SECONDS = 600
LOOK = """<bpmn:serviceTask id="look"><bpmn:extensionElements><zeebe:taskDefinition type="{look}" />
  </bpmn:extensionElements><bpmn:incoming>f2</bpmn:incoming></bpmn:serviceTask>"""


@dataclass(frozen=True, slots=True)
class Task:
    """A task with an official template; its job type and that of the task behind it are its own."""

    name: str
    job_type: str
    xml: str

    @property
    def look(self) -> str:
        return f"look:{self.job_type}"


@pytest.fixture(scope="module")
def modeler() -> Iterator[HeadlessModeler]:
    try:
        with HeadlessModeler() as opened:
            yield opened
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))


def tasks(modeler: HeadlessModeler, step: int = 1) -> Iterator[Task]:
    """Newest and oldest version of each id; of the ids every `step`-th."""
    cases = [json.loads(line) for line in gzip.decompress(RECORDED.read_bytes()).splitlines()]
    for name, versions in sorted(rest_templates().items())[::step]:
        values = recorded_values(cases, name)
        for template in {one.get("version"): one for one in (versions[-1], versions[0])}.values():
            yield task(template, values, modeler)


def task(template: Mapping[str, Any], values: Mapping[str, Any], modeler: HeadlessModeler) -> Task:
    name = f"{template['id']}-{template.get('version')}".replace(".", "_")
    made = Task(f"p-{name}", f"by-hand:{uuid.uuid4()}", "")
    drawn = DRAWN.format(process=made.name).replace(
        "xmlns:modeler=", 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler='
    )
    end = '<bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>'
    assert end in drawn
    looked = drawn.replace(end, LOOK.format(look=made.look)).replace('"end"', '"look"')
    xml = apply_somehow(template, values, looked, modeler).xml
    assert xml.count(f'"{JOB_TYPE}"') == 1
    return replace(made, xml=xml.replace(f'"{JOB_TYPE}"', f'"{made.job_type}"'))


def taken(engine: EngineClient, job_type: str) -> Job:
    [job] = engine.activate_jobs(job_type, max_jobs=1, timeout_ms=LOCK_MS, worker="test", request_timeout_ms=20_000)
    return job


def ran(task: Task, address: str) -> dict[str, Any]:
    """The requests that a task sent, and what its instance knows behind it."""
    engine = EngineClient(address)
    engine.deploy([(f"{task.name}.bpmn", task.xml.encode())])
    engine.create_instance(process_definition_id=task.name, variables=VARIABLES)
    job = taken(engine, task.job_type)
    case = {"id": task.name, "targetStatus": 200, "secrets": SECRETS}
    with Runner([case]) as runner:
        moved = replace(job, variables=redirected(job.variables, case, runner.port))
        result = runner.run(case, moved.to_wire())
    outcome = result["outcome"]
    assert outcome["command"] == "completion", (task.name, outcome)
    engine.command_job(job.key, outcome["command"], outcome["body"])
    after = taken(engine, task.look)
    engine.command_job(after.key, "completion", {})
    engine.close()
    return {"requests": result["requests"], "job": dict(job.variables), "variables": dict(after.variables)}


def test_official_templates_run_on_the_development_engine(
    modeler: HeadlessModeler, development_engine: AnyEngine
) -> None:
    for one in tasks(modeler, SAMPLE):
        assert ran(one, development_engine.address)["requests"], one.name


@pytest.mark.timeout(ALL_SECONDS)
def test_every_official_template_runs_alike_on_both_engines(
    modeler: HeadlessModeler, development_engine: AnyEngine, real_engine: RunningZeebe
) -> None:
    for one in tasks(modeler):
        here, there = (ran(one, address) for address in (development_engine.address, real_engine.address))
        assert here == there, one.name
        assert here["requests"], one.name


@pytest.mark.parametrize("name", ["http-json", "by-hand"])
def test_a_template_whose_job_type_was_changed_by_hand_is_served(
    name: str, modeler: HeadlessModeler, any_engine: AnyEngine, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/orders/7").respond_with_json({"state": "sent"})
    values = {"authentication.type": "noAuth", "method": "GET", "url": httpserver.url_for("/orders/7")}
    changed = task(rest_templates()[REST][-1], {**values, "resultExpression": "={state: response.body.state}"}, modeler)
    variables = {f"CONNECTOR_{name.replace('-', '_').upper()}_TYPE": changed.job_type}
    connector, handler = load(name, {**variables, "CONNECTOR_BY_HAND_FUNCTION": "http-json"})
    assert isinstance(handler, Connector)
    engine = EngineClient(any_engine.address)
    engine.deploy([(f"{changed.name}.bpmn", changed.xml.encode())])
    engine.create_instance(process_definition_id=changed.name)

    served = Inline({name: handler.with_services(services_for({}))})
    job = taken(engine, *connector.types)
    [outcome] = served.invoke(connector, {"v": 1, "jobs": [job.to_wire()]}, print)["outcomes"]
    engine.command_job(job.key, outcome["command"], outcome["body"])
    after = taken(engine, changed.look)
    engine.command_job(after.key, "completion", {})
    engine.close()

    assert after.variables["state"] == "sent"
