"""Ad-hoc sub-processes: what begins, when they end, and who may ask for more."""

import json
from typing import Any

import pytest

from connector_sdk.engine_client import EngineClient
from tests.engine.driver import Driver

INSIDE = "{a: {is: service, type: a, to: []}, b: {is: service, type: b, to: c}, c: {is: service, type: c, to: []}}"


def model(said: str = "") -> str:
    return f"{{s: {{is: start}}, x: {{is: adhoc, nodes: {INSIDE}{said}}}, e: {{is: end}}}}"


def activate(engine: Driver, key: str, *element_ids: str, status: int = 204, **more: Any) -> Any:
    body = {"elements": [{"elementId": element_id} for element_id in element_ids], **more}
    return engine.post(f"/element-instances/ad-hoc-activities/{key}/activation", body, status)


def ad_hoc_key(engine: Driver, instance: str) -> str:
    (found,) = engine.search("element-instances", processInstanceKey=instance, elementId="x")
    key: str = found["elementInstanceKey"]
    return key


def test_the_elements_of_the_collection_begin_and_it_ends_with_the_last_of_them(engine: Driver) -> None:
    engine.deploy("P", model(", active: =wanted"))
    instance = engine.create("P", wanted=["a", "b"])
    engine.complete("a")
    engine.complete("b")
    assert engine.states(instance)["x"] == "ACTIVE"
    engine.complete("c")
    assert engine.state(instance) == "COMPLETED"
    assert engine.states(instance)["x#innerInstance"] == "COMPLETED"


def test_elements_are_shown_with_their_kinds(engine: Driver) -> None:
    engine.deploy("P", model(", active: '=[\"a\"]'"))
    instance = engine.create("P")
    kinds = {
        item["elementId"]: item["type"] for item in engine.search("element-instances", processInstanceKey=instance)
    }
    assert kinds["x"] == "AD_HOC_SUB_PROCESS"
    assert kinds["x#innerInstance"] == "AD_HOC_SUB_PROCESS_INNER_INSTANCE"


def test_one_that_nothing_begins_in_waits_to_be_asked(engine: Driver) -> None:
    engine.deploy("P", model())
    instance = engine.create("P")
    key = ad_hoc_key(engine, instance)
    activate(engine, key, "a")
    activate(engine, key, "a", "b")
    assert len(engine.jobs("a")) == 2
    activate(engine, key, "a", cancelRemainingInstances=True)
    assert len(engine.jobs("a")) == 1
    assert engine.jobs("b") == []


def test_what_begins_has_variables_of_its_own(engine: Driver) -> None:
    engine.deploy("P", model())
    instance = engine.create("P", n=1)
    wanted = [{"elementId": "a", "variables": {"n": 2}}, {"elementId": "b", "variables": None}]
    path = f"/element-instances/ad-hoc-activities/{ad_hoc_key(engine, instance)}/activation"
    engine.post(path, {"elements": wanted}, 204)
    assert engine.job("a")["variables"]["n"] == 2
    assert engine.job("b")["variables"]["n"] == 1


def test_a_true_completion_condition_cancels_what_remains(engine: Driver) -> None:
    engine.deploy("P", model(', active: \'=["a","b"]\', until: =done'))
    instance = engine.create("P", done=False)
    engine.complete("a", done=True)
    assert engine.state(instance) == "COMPLETED"
    assert engine.states(instance)["b"] == "TERMINATED"


def test_a_true_completion_condition_may_wait_for_what_remains(engine: Driver) -> None:
    engine.deploy("P", model(', active: \'=["a","b"]\', until: =done, cancel: false'))
    instance = engine.create("P", done=False)
    engine.complete("a", done=True)
    assert engine.states(instance)["b"] == "ACTIVE"
    engine.complete("b")
    engine.complete("c")
    assert engine.state(instance) == "COMPLETED"


def test_a_condition_that_was_true_and_is_not_when_the_last_path_ends_is_not_true(engine: Driver) -> None:
    engine.deploy("P", model(', active: \'=["a","b"]\', until: =done, cancel: false'))
    instance = engine.create("P", done=False)
    engine.complete("a", done=True)
    engine.complete("b")
    engine.complete("c", done=False)
    assert engine.states(instance)["x"] == "ACTIVE"


def test_with_a_condition_that_is_not_true_it_stays(engine: Driver) -> None:
    engine.deploy("P", model(", active: '=[\"a\"]', until: =done"))
    instance = engine.create("P", done=False)
    engine.complete("a")
    assert engine.states(instance)["x"] == "ACTIVE"
    activate(engine, ad_hoc_key(engine, instance), "a")
    engine.complete("a", done=True)
    assert engine.state(instance) == "COMPLETED"


def test_outputs_are_collected_in_the_order_in_which_they_come(engine: Driver) -> None:
    engine.deploy("P", model(', active: \'=["a","b"]\', collect: results, each: =r.value'))
    instance = engine.create("P")
    engine.complete("b")
    engine.complete("c", r={"value": 2})
    engine.complete("a", r={"value": 1})
    assert engine.state(instance) == "COMPLETED"
    assert engine.variables(instance)["results"] == [2, 1]


def test_the_variable_about_its_elements_is_local(engine: Driver) -> None:
    engine.deploy("P", model(", active: '=[\"a\"]'"))
    instance = engine.create("P")
    assert engine.job("a")["variables"]["adHocSubProcessElements"] == [{"elementId": "a"}, {"elementId": "b"}]
    assert "adHocSubProcessElements" not in engine.variables(instance)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            None,
            "Failed to activate ad-hoc elements. "
            "Expected result of the expression 'wanted' to be 'ARRAY', but was 'NULL'.",
        ),
        (
            [1],
            "Failed to activate ad-hoc elements. Expected result of the expression 'wanted' to be 'ARRAY' containing "
            "'STRING' items, but was 'ARRAY' containing at least one non-'STRING' item.",
        ),
        (
            ["a", "c", "nope"],
            "Expected to activate activities for ad-hoc sub-process with key '$', "
            "but the given elements [c, nope] do not exist.",
        ),
    ],
)
def test_a_collection_that_makes_no_sense_is_an_incident_that_can_be_resolved(
    engine: Driver, wanted: Any, message: str
) -> None:
    engine.deploy("P", model(", active: =wanted"))
    instance = engine.create("P", wanted=wanted)
    incident = engine.incident(instance)
    assert incident["errorType"] == "EXTRACT_VALUE_ERROR"
    shown = incident["errorMessage"].replace(ad_hoc_key(engine, instance), "$").split(" The evaluation")[0]
    assert shown == message
    body = {"variables": {"wanted": ["a"]}}
    assert engine.request("PUT", f"/element-instances/{instance}/variables", body).status == 204
    engine.post(f"/incidents/{incident['incidentKey']}/resolution", {}, 204)
    engine.complete("a")
    assert engine.state(instance) == "COMPLETED"


def test_a_condition_that_is_no_boolean_is_an_incident_and_the_output_is_collected_once(engine: Driver) -> None:
    engine.deploy("P", model(", active: '=[\"a\"]', until: =done, collect: results, each: =r"))
    instance = engine.create("P", done=0)
    engine.complete("a", r=1)
    incident = engine.incident(instance)
    assert incident["errorMessage"].startswith("Failed to evaluate completion condition. Expected result of")
    engine.request("PUT", f"/element-instances/{instance}/variables", {"variables": {"done": True}})
    engine.post(f"/incidents/{incident['incidentKey']}/resolution", {}, 204)
    assert engine.variables(instance)["results"] == [1]


def test_wrong_requests_are_refused_as_zeebe_does(engine: Driver) -> None:
    engine.deploy("P", model())
    key = ad_hoc_key(engine, engine.create("P"))
    refusals = [
        (activate(engine, key, "a", "a", status=400), "duplicate activities were given."),
        (activate(engine, key, "c", status=404), "but the given elements [c] do not exist."),
        (activate(engine, key, status=400), "No elements provided."),
        (activate(engine, key, "", status=400), "No elements[0].elementId provided."),
        (activate(engine, str(int(key) + 1_000), "a", status=404), "no ad-hoc sub-process instance found with key"),
    ]
    assert [detail for body, detail in refusals if detail not in body["detail"]] == []


def test_a_job_worker_says_what_begins_until_it_says_that_this_is_all(engine: Driver) -> None:
    engine.deploy("P", model(", type: agent, collect: results, each: =r"))
    instance = engine.create("P")
    job = engine.job("agent")
    assert (job["kind"], job["elementId"]) == ("AD_HOC_SUB_PROCESS", "x")
    result = {"type": "adHocSubProcess", "activateElements": [{"elementId": "a", "variables": {"q": 1}}]}
    engine.post(f"/jobs/{job['jobKey']}/completion", {"variables": {"agent": "busy"}, "result": result}, 204)
    assert engine.complete("a", r="done")["variables"]["q"] == 1
    assert engine.variables(instance)["agent"] == "busy"
    job = engine.job("agent")
    enough = {"type": "adHocSubProcess", "isCompletionConditionFulfilled": True}
    engine.post(f"/jobs/{job['jobKey']}/completion", {"result": enough}, 204)
    assert engine.state(instance) == "COMPLETED"
    assert engine.variables(instance)["results"] == ["done"]


def test_what_runs_when_a_worker_says_that_this_is_all_goes_on_until_the_first_of_it_ends(engine: Driver) -> None:
    engine.deploy("P", model(", type: agent"))
    instance = engine.create("P")
    key = ad_hoc_key(engine, instance)
    activate(engine, key, "a", "b")
    activate(engine, key, "a")
    first, second = engine.jobs("a")
    engine.post(f"/jobs/{first['jobKey']}/completion", {}, 204)
    enough = {"type": "adHocSubProcess", "isCompletionConditionFulfilled": True}
    engine.post(f"/jobs/{engine.job('agent')['jobKey']}/completion", {"result": enough}, 204)
    assert (engine.states(instance)["x"], engine.states(instance)["b"]) == ("ACTIVE", "ACTIVE")
    activate(engine, key, "a")
    engine.post(f"/jobs/{second['jobKey']}/completion", {}, 204)
    assert engine.jobs("agent") == []
    assert (engine.state(instance), engine.states(instance)["b"]) == ("COMPLETED", "TERMINATED")


def test_a_job_worker_that_has_failed_too_often_is_an_incident_of_its_own_kind(engine: Driver) -> None:
    engine.deploy("P", model(", type: agent"))
    instance = engine.create("P")
    EngineClient(engine.running.address).command_job(engine.job("agent")["jobKey"], "failure", {"retries": 0})
    assert engine.incident(instance)["errorType"] == "AD_HOC_SUB_PROCESS_NO_RETRIES"


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ({"activateElements": [{"elementId": "a"}], "isCompletionConditionFulfilled": True}, 400),
        ({"activateElements": [{"elementId": "nope"}]}, 404),
        ({"activateElements": [{}]}, 400),
        ({"nonsense": 1}, 400),
    ],
)
def test_a_result_that_cannot_be_carried_out_leaves_the_job_as_it_was(
    engine: Driver, result: dict[str, Any], status: int
) -> None:
    engine.deploy("P", model(", type: agent"))
    engine.create("P")
    path = f"/jobs/{engine.job('agent')['jobKey']}/completion"
    engine.post(path, {"result": result}, status)
    engine.post(path, {}, 204)


def test_a_boundary_event_ends_it(engine: Driver) -> None:
    nodes = model(", active: '=[\"a\"]'").replace(
        "e: {is: end}", "t: {is: boundary, at: x, timer: {duration: PT1M}, to: e}, e: {is: end}"
    )
    engine.deploy("P", nodes)
    instance = engine.create("P")
    engine.pass_time(60_000)
    assert engine.state(instance) == "COMPLETED"
    assert engine.states(instance)["a"] == "TERMINATED"


def test_each_round_of_a_multi_instance_has_elements_of_its_own(engine: Driver) -> None:
    loop = 'loop: {in: \'=[["a"],["a","b"]]\', as: item, out: all, each: =results}'
    engine.deploy("P", model(f", active: =item, collect: results, each: =r, {loop}"))
    instance = engine.create("P")
    for job_type, value in (("b", 0), ("c", 3)):
        engine.complete(job_type, r=value)
    for job in engine.jobs("a"):
        engine.post(f"/jobs/{job['jobKey']}/completion", {"variables": {"r": 1}}, 204)
    assert engine.state(instance) == "COMPLETED"
    assert [sorted(results) for results in engine.variables(instance)["all"]] == [[1], [1, 3]]


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        ("{s: {is: start}, x: {is: adhoc, nodes: {}}, e: {is: end}}", "Must have at least one activity."),
        (
            "{s: {is: start}, x: {is: adhoc, nodes: {a: {is: start, to: []}}}, e: {is: end}}",
            "Must not contain a start event.",
        ),
        (
            "{s: {is: start}, x: {is: adhoc, nodes: {a: {is: task}, b: {is: end}}}, e: {is: end}}",
            "Must not contain an end event.",
        ),
        (model(", collect: results"), "OutputElement and OutputCollection must both be set"),
        (model(", type: agent, until: =true"), "Must not define completionCondition in combination with"),
        (model(", type: agent, cancel: false"), "Must not define cancelRemainingInstances in combination with"),
        (model(", type: agent, active: =a"), "Must not define activeElementsCollection in combination with"),
        (model(", active: a"), "Expected expression but found static value 'a'."),
    ],
)
def test_models_that_zeebe_refuses_are_refused(engine: Driver, nodes: str, sentence: str) -> None:
    detail = engine.refused(nodes)
    assert sentence in detail, json.dumps(detail)


def test_an_incident_of_a_job_worker_is_over_when_the_next_job_asks_again(engine: Driver) -> None:
    engine.deploy("P", model(", type: agent, collect: results, each: =r"))
    instance = engine.create("P")
    result = {"type": "adHocSubProcess", "activateElements": [{"elementId": "a"}, {"elementId": "b"}]}
    engine.post(f"/jobs/{engine.job('agent')['jobKey']}/completion", {"result": result}, 204)
    engine.complete("a", r=1)
    EngineClient(engine.running.address).command_job(engine.job("agent")["jobKey"], "failure", {"retries": 0})
    incident = engine.incident(instance)["incidentKey"]
    engine.complete("b", r=2)
    engine.complete("c", r=3)
    engine.post(f"/incidents/{incident}/resolution", {}, 404)
    assert len(engine.jobs("agent")) == 1
