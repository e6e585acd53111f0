"""The REST API beyond the recorded scenarios: bodies, limits, long polling, and that nothing is ever a 5xx."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devkit.conformance.engine.http import Request, send
from devkit.engine.rest.app import ROUTES
from devkit.engine.rest.bodies import MAX_BODY_BYTES, MAX_NESTING
from tests.engine.driver import Driver

ACTIVATION = {"type": "t", "maxJobsToActivate": 1, "timeout": 1000, "requestTimeout": -1}


def raw(engine: Driver, method: str, path: str, body: bytes, media_type: str = "application/json") -> Any:
    request = Request(method, path, body, {"Content-Type": media_type})
    return send(f"{engine.running.address}/v2", request)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Required request body is missing"),
        (b"{", "Failed to read request"),
        (b'{"a": NaN}', "Failed to read request"),
        (b'{"variables": {"a": 1e999}}', "Failed to read request"),
        (b'{"variables": {"a": "\\ud800"}}', "Failed to read request"),
        (b"[]", "Failed to read request"),
        (b'{"nonsense": 1}', "Request property [nonsense] cannot be parsed"),
        (b'{"type": 5}', "Request property [type] cannot be parsed"),
        (b'{"timeout": true}', "Request property [timeout] cannot be parsed"),
        (b'{"timeout": 9223372036854775808}', "Request property [timeout] cannot be parsed"),
        (b'{"maxJobsToActivate": 2147483648}', "Request property [maxJobsToActivate] cannot be parsed"),
        (b'{"fetchVariable": "a"}', "Request property [fetchVariable] cannot be parsed"),
    ],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(engine: Driver, body: bytes, detail: str) -> None:
    answer = raw(engine, "POST", "/jobs/activation", body)
    assert (answer.status, answer.type) == (400, "application/problem+json")
    assert answer.body == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": detail,
        "instance": "/v2/jobs/activation",
    }


def test_a_body_may_be_nested_as_deeply_as_the_limit_and_no_deeper(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, e: {is: end}}")

    def nested(depth: int) -> bytes:
        inner = depth - 2
        return b'{"processDefinitionId": "P", "variables": {"a": ' + b"[" * inner + b"]" * inner + b"}}"

    assert raw(engine, "POST", "/process-instances", nested(MAX_NESTING)).status == 200
    assert raw(engine, "POST", "/process-instances", nested(MAX_NESTING + 1)).status == 400


def test_a_body_may_weigh_as_much_as_the_limit_and_no_more(engine: Driver) -> None:
    whole = json.dumps(ACTIVATION).encode()
    largest = whole + b" " * (MAX_BODY_BYTES - len(whole))
    assert raw(engine, "POST", "/jobs/activation", largest).status == 200
    answer = raw(engine, "POST", "/jobs/activation", largest + b" ")
    assert (answer.status, answer.body["title"]) == (500, "MALFORMED_REQUEST")


def test_a_deployment_over_the_limit_is_too_large(engine: Driver) -> None:
    assert engine.deploy_files(p__bpmn="x" * MAX_BODY_BYTES).status == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/topology", 405),
        ("GET", "/topology/", 404),
        ("GET", "/process-instances/2251799999999999", 404),
        ("GET", "/process-definitions/2251799999999999/xml", 404),
        ("POST", "/incidents/2251799999999999/resolution", 415),
        ("POST", "/jobs/2251799999999999/error", 415),
        ("POST", "/jobs/2251799999999999/completion", 404),
    ],
)
def test_what_is_not_there_or_not_meant_so_is_refused(engine: Driver, method: str, path: str, status: int) -> None:

    assert engine.request(method, path).status == status


def test_keys_are_text_in_answers_and_numbers_or_text_in_requests(engine: Driver) -> None:
    key = engine.deploy("P", "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}")["processDefinitionKey"]
    assert isinstance(key, str)
    for written in (key, int(key)):
        created = engine.post("/process-instances", {"processDefinitionKey": written})
        assert isinstance(created["processInstanceKey"], str)
    assert {type(job["jobKey"]) for job in engine.jobs("t")} == {str}


def test_other_tenants_than_the_default_have_no_jobs(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}")
    engine.create("P")
    assert engine.jobs("t", tenantIds=["x"]) == []
    assert len(engine.jobs("t", tenantIds=["x", "<default>"])) == 1


def test_a_job_goes_to_one_of_many_long_polls(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}")
    body = {**ACTIVATION, "requestTimeout": 3_000}
    with ThreadPoolExecutor(4) as threads:
        polls = [threads.submit(engine.request, "POST", "/jobs/activation", body) for _ in range(4)]
        instances = {engine.create("P") for _ in range(4)}
        jobs = [job for poll in polls for job in poll.result(10).body["jobs"]]
    assert {job["processInstanceKey"] for job in jobs} == instances


def test_a_lock_that_ends_wakes_a_long_poll(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}")
    engine.create("P")
    first = engine.job("t")
    with ThreadPoolExecutor(1) as threads:
        poll = threads.submit(engine.request, "POST", "/jobs/activation", {**ACTIVATION, "requestTimeout": 5_000})
        engine.pass_time(60_000)
        (again,) = poll.result(10).body["jobs"]
    assert again["jobKey"] == first["jobKey"]


def test_whoever_awaits_the_result_is_told_when_it_does_not_come(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}")
    body = {"processDefinitionId": "P", "awaitCompletion": True, "requestTimeout": 1}
    answer = engine.request("POST", "/process-instances", body)
    assert (answer.status, answer.body["title"]) == (504, "DEADLINE_EXCEEDED")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
PROPERTIES = [
    "type",
    "timeout",
    "maxJobsToActivate",
    "worker",
    "fetchVariable",
    "tenantIds",
    "variables",
    "retries",
    "errorCode",
    "retryBackOff",
    "changeset",
    "name",
    "correlationKey",
    "timeToLive",
    "messageId",
    "signalName",
    "processDefinitionId",
    "processDefinitionVersion",
    "timestamp",
    "startInstructions",
    "fetchVariables",
    "filter",
    "sort",
    "page",
    "assignee",
    "operationReference",
]
PATHS = [(method, path) for method, path, _ in ROUTES]


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(
    st.sampled_from(PATHS),
    st.sampled_from(["2251799813685249", "2251799999999999", "0", "x", "-1"]),
    st.dictionaries(st.sampled_from(PROPERTIES), JSON_VALUES, max_size=4),
)
def test_no_request_makes_the_engine_fail(
    engine: Driver, route: tuple[str, str], key: str, properties: dict[str, Any]
) -> None:
    method, path = route
    filled = "/".join(key if part.startswith("{") else part for part in path.split("/"))
    body = json.dumps({**properties, "requestTimeout": -1} if "activation" in path else properties).encode()
    answer = raw(engine, method, filled, body)
    assert answer.status < 500 or answer.status == 503, (method, filled, properties, answer)
    assert answer.status < 400 or answer.type in ("application/problem+json", "application/json")


@pytest.mark.parametrize(
    ("listened", "place"),
    [
        ("<bpmn:process id='P' isExecutable='true'>{}<bpmn:startEvent id='s'/>", "P"),
        ("<bpmn:process id='P' isExecutable='true'><bpmn:startEvent id='s'>{}</bpmn:startEvent>", "s"),
        (
            "<bpmn:process id='P' isExecutable='true'><bpmn:startEvent id='s'/><bpmn:endEvent id='e'/>"
            "<bpmn:sequenceFlow id='f' sourceRef='s' targetRef='e'>{}</bpmn:sequenceFlow>",
            "f",
        ),
    ],
)
def test_execution_listeners_are_refused_wherever_they_are(engine: Driver, listened: str, place: str) -> None:
    listeners = "<bpmn:extensionElements><zeebe:executionListeners/></bpmn:extensionElements>"
    model = (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x" '
        f'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">{listened.format(listeners)}'
        "</bpmn:process></bpmn:definitions>"
    )
    answer = engine.deploy_files(P__bpmn=model)
    said = f"- Element: {place}\n    - ERROR: The development engine does not support execution listeners"
    assert said in answer.body["detail"]


@pytest.mark.parametrize("tag", ["servicetask", "callChoreography", "implicitThrowEvent"])
def test_an_element_that_is_not_known_is_refused_by_name(engine: Driver, tag: str) -> None:
    model = (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">'
        f'<bpmn:process id="P" isExecutable="true"><bpmn:startEvent id="s"/><bpmn:{tag} id="odd"/></bpmn:process>'
        "</bpmn:definitions>"
    )
    answer = engine.deploy_files(P__bpmn=model)
    assert answer.status == 400
    said = f"- Element: odd\n    - ERROR: The development engine does not support the element bpmn:{tag}"
    assert said in answer.body["detail"]
