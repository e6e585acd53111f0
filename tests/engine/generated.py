"""Requests that schemathesis makes up from Camunda's OpenAPI specification, right and wrong ones (`make api`).

Each operation that the engine serves gets some, about things that exist as often as not. No answer may be a server
error, a status or a media type that the specification does not know for the operation, or a body of another shape.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connector_sdk.clock import SystemClock
from devkit.engine import server
from devkit.engine.rest.app import ROUTES
from tests.engine.driver import Driver
from tests.engine.specification import UNDOCUMENTED, content

schemathesis: Any = pytest.importorskip("schemathesis")
checks: Any = pytest.importorskip("schemathesis.specs.openapi.checks")

EXAMPLES, MANY_EXAMPLES = 20, 100
"""Requests for each operation, in CI and in `make full`."""
OPERATION_SECONDS = 6
"""After this long no further request is sent for an operation: all of them together take less than six minutes."""
LEAST = 3
"""Requests for each operation that even a busy machine sends in that time."""
CHOICES = 8
"""Whether an id or a key is that of a thing that exists: one choice after another, then again from the first."""
CHECKS = (
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)
OTHER_MEDIA_TYPE = 415
"""Spring answers it before Zeebe's gateway does, in a shape of its own, as was recorded."""
NO_FAULTS = ("UNAVAILABLE", "DEADLINE_EXCEEDED")
"""Titles of 5xx answers that are right: a key of a partition that is not there, a result that does not come in time."""
SHORT_WAIT_MS = 20
PROCESS = """
s: {is: start, to: [work, form, call, wait, hoc]}
work: {is: service, type: work, to: e1}
form: {is: user, native: true, to: e2}
call: {is: call, calls: C, to: e3}
wait: {is: receive, message: {name: m, key: =k}, to: e4}
hoc: {is: adhoc, nodes: {a: {is: task, to: []}}, to: e5}
e1: {is: end}
e2: {is: end}
e3: {is: end}
e4: {is: end}
e5: {is: end}
"""
CALLED = "{s: {is: start}, t: {is: script, expr: '=assert(missing, false)', result: r}, e: {is: end}}"


def _plain(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _operations() -> Iterator[Any]:
    """Those of the specification that the engine serves."""
    served = {(method, _plain(path)) for method, path, _ in ROUTES}
    for found in schemathesis.openapi.from_dict(content()).get_all_operations():
        operation = found.ok()
        if (operation.method.upper(), _plain(operation.path)) in served:
            yield operation


OPERATIONS = list(_operations())


class World:
    """An engine on which there is one of everything, anew for each request."""

    def __init__(self, running: server.RunningEngine) -> None:
        self.driver = Driver(running)

    def things(self) -> dict[str, str]:
        """Ids and keys by the names that paths and bodies give them."""
        definition = self.driver.deploy("P", PROCESS, C=CALLED)  # again: a request may have deleted it
        instance = self.driver.create("P", k="k", text="x")
        (job,) = self.driver.jobs("work", maxJobsToActivate=1)
        found = {"processInstanceKey": instance, "jobKey": job["jobKey"], "processDefinitionId": "P"}
        found["processDefinitionKey"] = found["resourceKey"] = definition["processDefinitionKey"]
        for resource, key in (("user-tasks", "userTaskKey"), ("variables", "variableKey")):
            found[key] = self.driver.search(resource, processInstanceKey=instance)[0][key]
        found["elementInstanceKey"] = job["elementInstanceKey"]
        (hoc,) = self.driver.search("element-instances", processInstanceKey=instance, elementId="hoc")
        found["adHocSubProcessInstanceKey"] = hoc["elementInstanceKey"]
        found["incidentKey"] = self.driver.search("incidents", state="ACTIVE")[-1]["incidentKey"]
        return found


def _meant(value: Any, things: Mapping[str, str], choose: Callable[[], bool]) -> Any:
    """A body in which some ids and keys are those of things that exist."""
    if isinstance(value, dict):
        return {
            name: things[name] if name in things and choose() else _meant(inner, things, choose)
            for name, inner in value.items()
        }
    return [_meant(inner, things, choose) for inner in value] if isinstance(value, list) else value


def _hurry(body: Any) -> Any:
    """The same request without a long wait in it."""
    if isinstance(body, dict) and ({"awaitCompletion", "maxJobsToActivate"} & body.keys()):
        return {**body, "requestTimeout": SHORT_WAIT_MS}
    return body


def _judge(operation: Any, case: Any, response: Any) -> None:
    gap = f"{operation.method.upper()} {operation.path} {response.status_code}"
    if gap in UNDOCUMENTED or response.status_code == OTHER_MEDIA_TYPE:
        return
    if response.status_code >= 500:
        assert response.json()["title"] in NO_FAULTS, response.text
    case.validate_response(response, checks=list(CHECKS))


def _run(operation: Any, examples: int, caplog: pytest.LogCaptureFixture) -> None:
    modes = schemathesis.GenerationMode
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in (modes.POSITIVE, modes.NEGATIVE)))

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    # All is drawn before the clock is looked at: what stops earlier another time is flaky to Hypothesis.
    @given(case=cases, choices=st.lists(st.booleans(), min_size=CHOICES, max_size=CHOICES))
    def send(case: Any, choices: list[bool]) -> None:
        if clock.monotonic() > until:
            return
        sent.append(case)
        things, choose = world.things(), cycle(choices).__next__
        case.path_parameters = _meant(dict(case.path_parameters), things, choose)
        case.body = _hurry(_meant(case.body, things, choose))
        _judge(operation, case, case.call(base_url=f"{world.driver.running.address}/v2", timeout=10))

    clock, sent = SystemClock(), list[Any]()
    with server.start() as running, caplog.at_level(logging.ERROR):
        world = World(running)
        until = clock.monotonic() + OPERATION_SECONDS
        send()
    assert caplog.records == []
    assert len(sent) >= LEAST, f"only {len(sent)} requests in {OPERATION_SECONDS} seconds"


@pytest.mark.timeout(60)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_requests_made_up_from_the_specification_get_specified_answers(
    operation: Any, caplog: pytest.LogCaptureFixture
) -> None:
    _run(operation, EXAMPLES, caplog)


@pytest.mark.wide
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_many_requests_made_up_from_the_specification_get_specified_answers(
    operation: Any, caplog: pytest.LogCaptureFixture
) -> None:
    _run(operation, MANY_EXAMPLES, caplog)
