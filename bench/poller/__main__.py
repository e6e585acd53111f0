"""`python -m bench.poller [--quick]`: jobs a second from a backlog, CPU, start and memory of job workers.

Each worker serves a type of its own on the same engine, in turns; the whole path of a job: FEEL, a secret, binding, the
address guard. The backlog is made while the worker is stopped (SIGSTOP). `--quick` takes the development engine and few
jobs: good for seeing whether a change makes it better, not for publishing.
"""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.figures import Figure
from bench.poller.contenders import CONTENDERS
from bench.poller.target import Target, target
from bench.rest import development, real
from connector_sdk.engine_client import EngineClient

PATIENCE_SECONDS = 300.0
WARM_UP = 100
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="definitions" targetNamespace="http://bpmn.io/schema/bpmn">
  <bpmn:process id="{type}" isExecutable="true">
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="task"/>
    <bpmn:serviceTask id="task">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="{type}"/>
        <zeebe:ioMapping>
          <zeebe:input source="GET" target="method"/>
          <zeebe:input source="{address}" target="url"/>
          <zeebe:input source="bearer" target="authentication.type"/>
          <zeebe:input source="{{{{secrets.TOKEN}}}}" target="authentication.token"/>
        </zeebe:ioMapping>
        <zeebe:taskHeaders>
          <zeebe:header key="resultExpression" value="={{value: response.body.value}}"/>
        </zeebe:taskHeaders>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="f2" sourceRef="task" targetRef="end"/>
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one worker did in one round."""

    jobs_a_second: float
    cpu_ms_a_job: float
    first_job_seconds: float
    megabytes: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all rounds, print the medians."""
    chosen = _arguments().parse_args(arguments)
    jobs, rounds = (500, 2) if chosen.quick else (2_000, 3)
    found: dict[str, list[Round]] = {}
    with ExitStack() as stack:
        service = stack.enter_context(target())
        engine = EngineClient(stack.enter_context(development("memory") if chosen.quick else real()).address)
        for number in range(rounds):
            for name in CONTENDERS:
                measured = one_round(name, engine, service, f"{name}{number}", jobs)
                found.setdefault(name, []).append(measured)
    figures = [figure for name, measured in found.items() for figure in _figures(name, measured)]
    print(json.dumps([one.as_json() for one in figures]) if chosen.json else "\n".join(f.as_line() for f in figures))


def one_round(name: str, engine: EngineClient, service: Target, job_type: str, jobs: int) -> Round:
    """Start a worker, warm it up, make a backlog, let it run."""
    engine.deploy([(f"{job_type}.bpmn", PROCESS.format(type=job_type, address=service.address).encode())])
    begun = service.calls()
    create(engine, job_type, 1)
    with CONTENDERS[name](engine.address, job_type) as worker:
        wait_for(service, begun + 1)
        first = perf_counter() - worker.begin
        create(engine, job_type, WARM_UP)
        wait_for(service, begun + 1 + WARM_UP)
        worker.hold()
        create(engine, job_type, jobs)
        cpu, begin = worker.cpu_seconds(), perf_counter()
        worker.go_on()
        wait_for(service, begun + 1 + WARM_UP + jobs)
        seconds = perf_counter() - begin
        return Round(jobs / seconds, (worker.cpu_seconds() - cpu) * 1000 / jobs, first, worker.megabytes())


def create(engine: EngineClient, job_type: str, count: int) -> None:
    """Start instances."""
    for _ in range(count):
        engine.create_instance(process_definition_id=job_type)


def wait_for(service: Target, calls: int) -> None:
    """Wait until the service has answered so many calls."""
    pause, until = threading.Event(), perf_counter() + PATIENCE_SECONDS
    while service.calls() < calls:
        if perf_counter() > until:
            raise TimeoutError(f"{service.calls()} calls of {calls} after {PATIENCE_SECONDS:g} s")
        pause.wait(0.002)


def _figures(name: str, measured: Sequence[Round]) -> list[Figure]:
    return [
        Figure(f"{name}, backlog", median(one.jobs_a_second for one in measured), "jobs a second"),
        Figure(f"{name}, CPU for a job", median(one.cpu_ms_a_job for one in measured), "ms"),
        Figure(f"{name}, start to first job", median(one.first_job_seconds for one in measured), "s"),
        Figure(f"{name}, memory", median(one.megabytes for one in measured), "MB"),
    ]


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.poller", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the development engine, few jobs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    main()
