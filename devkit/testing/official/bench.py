"""The headless Modeler and a development engine, on which official templates run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.engine_client import EngineClient
from connector_sdk.job import Job
from connector_sdk.outbound import Connector, Services
from devkit.conformance.template_tasks import LOCK_MS, REQUEST_TIMEOUT_MS, NoJob, element_for, process_of
from devkit.modeler import Applied, HeadlessModeler
from devkit.testing.official.tasks import OfficialTask

MAX_ROUNDS = 8
"""Each round fills in what the one before has brought into view."""
_WITHOUT_SOURCE = re.compile(r'<zeebe:input target="([^"]+)" />')
"""What the Modeler writes for an input that is neither optional nor filled in."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template on an element of a diagram, with everything that the task wants filled in."""

    task: OfficialTask
    xml: str
    process: str


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a task: its job, the command, and the instance at the end."""

    job: Job
    outcome: Mapping[str, Any]
    """`command` and `body`, as the function gave them."""
    state: str
    """Of the instance: COMPLETED, or ACTIVE after a failure."""
    variables: Mapping[str, Any]
    """Of the instance's own scope, as the JSON texts that the engine gives."""


@dataclass(frozen=True, slots=True)
class OfficialBench:
    """Templates run here one after the other; instances of one do not disturb the next."""

    modeler: HeadlessModeler
    engine: EngineClient

    def apply(self, task: OfficialTask, known: Mapping[str, Any]) -> Filled:
        """Apply the template and type what the task wants, from a table by property or input.

        Raises MissingValue, and TemplateRejected for a value that the Modeler does not take.
        """
        process = process_of(f"p-{task}")
        element, diagram = element_for(task.template, process)
        values: dict[str, Any] = dict(task.choices)
        for _ in range(MAX_ROUNDS):
            applied = self.modeler.apply(diagram, element, task.template, values)
            wanted = _wanted(task, applied) - values.keys()
            if not wanted:
                break
            values |= {key: task.value(key, known) for key in wanted}
        if applied.missing:
            raise AssertionError(f"{task}: the Modeler still wants {', '.join(applied.missing)}")
        return Filled(task, applied.xml, process)

    def run(
        self, filled: Filled, connector: Connector, services: Services, variables: Mapping[str, Any] | None = None
    ) -> Ran:
        """Deploy the diagram, start an instance with these variables, do its job through the connector's Lambda door.

        Only the variables that the connector asks for are fetched, as the poller does. Raises EngineError, NoJob.
        """
        self.engine.deploy([(f"{filled.process}.bpmn", filled.xml.encode())])
        instance = self.engine.create_instance(process_definition_id=filled.process, variables=variables or {})
        job = self._job(connector, instance.process_instance_key)
        event = {"v": 1, "clusterId": "official", "jobs": [job.to_wire()], "secretNames": {}}
        [outcome] = connector.with_services(services)(event)["outcomes"]
        body = outcome["body"]
        ends = outcome["command"] != "failure"
        self.engine.command_job(job.key, outcome["command"], body if ends else {**body, "retries": 0})
        key = {"processInstanceKey": instance.process_instance_key}
        [found] = self.engine.search("process-instances", key)
        seen = self.engine.search("variables", {**key, "scopeKey": instance.process_instance_key})
        return Ran(job, outcome, found["state"], {one["name"]: one["value"] for one in seen})

    def _job(self, connector: Connector, instance_key: str) -> Job:
        jobs = self.engine.activate_jobs(
            connector.type,
            max_jobs=1,
            timeout_ms=LOCK_MS,
            worker="official",
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            fetch_variables=connector.fetch_variables,
        )
        if not jobs or jobs[0].process_instance_key != instance_key:
            raise NoJob(f"the instance {instance_key} gave no job of the type {connector.type}")
        return jobs[0]


def _wanted(task: OfficialTask, applied: Applied) -> set[str]:
    """Properties to type into: those in red, those that no engine takes without a value, and all if all are wanted."""
    needed = {*applied.missing, *(task.shown(name) for name in _WITHOUT_SOURCE.findall(applied.xml))}
    return needed if task.fill == "required" else {*needed, *(key for key in applied.active if task.is_typed(key))}
