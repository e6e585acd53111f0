"""Variables, incidents, multi-instance and joins, beyond the recorded scenarios."""

import pytest

from tests.engine.driver import Driver


def test_variables_of_one_branch_are_seen_by_the_other_at_once(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        f: {is: and, to: [a, b]}
        a: {is: service, type: a, to: j}
        b: {is: service, type: b, to: j}
        j: {is: and}
        n: {is: service, type: n}
        e: {is: end}
        """,
    )
    engine.create("P")
    engine.complete("a", x=1)
    assert engine.complete("b")["variables"] == {"x": 1}
    engine.job("n")


def test_a_sub_process_keeps_its_inputs_to_itself(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        sub:
          is: sub
          in: {y: =x + 1}
          out: {z: =y}
          nodes: {ss: {is: start}, t: {is: service, type: t}, se: {is: end}}
        e: {is: end}
        """,
    )
    instance = engine.create("P", x=1)
    assert engine.complete("t", y=5)["variables"] == {"x": 1, "y": 2}
    assert engine.variables(instance) == {"x": 1, "z": 5}


def test_variables_are_set_where_they_are_or_locally(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, t: {is: service, type: t, in: {a: =1}}, e: {is: end}}")
    instance = engine.create("P", b=1)
    element = engine.job("t")["elementInstanceKey"]
    path = f"/element-instances/{element}/variables"
    assert engine.request("PUT", path, {"variables": {"a": 2, "b": 2, "c": 2}}).status == 204
    assert engine.request("PUT", path, {"variables": {"d": 3}, "local": True}).status == 204
    assert engine.variables(instance) == {"b": 2, "c": 2}
    assert engine.variables(element) == {"a": 2, "d": 3}


def test_a_completion_condition_ends_the_other_rounds(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        t: {is: service, type: t, loop: {in: "=[1,2,3]", as: it, out: res, each: =r, until: =r = 2}}
        n: {is: service, type: n}
        e: {is: end}
        """,
    )
    engine.create("P")
    _, second, _ = engine.jobs("t")
    engine.post(f"/jobs/{second['jobKey']}/completion", {"variables": {"r": 2}}, 204)
    assert engine.job("n")["variables"] == {"res": [None, 2, None]}
    assert engine.jobs("t") == []


def test_an_empty_collection_is_no_round_at_all(engine: Driver) -> None:
    engine.deploy(
        "P", '{s: {is: start}, t: {is: service, type: t, loop: {in: "=[]", as: it, out: res, each: =it}}, e: {is: end}}'
    )
    assert engine.result("P") == {"res": []}


def test_a_failing_output_element_is_an_incident_of_its_round_and_can_be_mended(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        t: {is: service, type: t, loop: {in: "=[1]", as: it, out: res, each: '=assert(r, r != null)'}}
        n: {is: service, type: n}
        e: {is: end}
        """,
    )
    instance = engine.create("P")
    element = engine.complete("t")["elementInstanceKey"]
    incident = engine.incident(instance)
    assert (incident["errorType"], incident["elementInstanceKey"]) == ("EXTRACT_VALUE_ERROR", element)
    engine.request("PUT", f"/element-instances/{element}/variables", {"variables": {"r": 7}, "local": True})
    engine.post(f"/incidents/{incident['incidentKey']}/resolution", {}, 204)
    assert engine.job("n")["variables"] == {"res": [7]}


def test_an_incident_at_the_entrance_does_not_leave_a_boundary_event_open_twice(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        t: {is: service, type: =kind}
        e: {is: end}
        b: {is: boundary, at: t, interrupting: false, message: {name: m, key: =k}, to: h}
        h: {is: service, type: h, to: e2}
        e2: {is: end}
        """,
    )
    instance = engine.create("P", k="a")
    assert engine.search("message-subscriptions") == []
    engine.request("PUT", f"/element-instances/{instance}/variables", {"variables": {"kind": "t"}})
    engine.post(f"/incidents/{engine.incident(instance)['incidentKey']}/resolution", {}, 204)
    engine.publish("m", "a")
    engine.job("h")
    engine.job("t")


def test_resolving_without_a_remedy_gives_a_new_incident(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, c: {is: call, calls: K}, e: {is: end}}")
    instance = engine.create("P")
    first = engine.incident(instance)
    assert first["errorType"] == "CALLED_ELEMENT_ERROR"
    engine.post(f"/incidents/{first['incidentKey']}/resolution", {}, 204)
    second = engine.incident(instance)
    assert second["incidentKey"] != first["incidentKey"]
    engine.deploy("K", "{s: {is: start}, e: {is: end}}")
    engine.post(f"/incidents/{second['incidentKey']}/resolution", {}, 204)
    assert engine.state(instance) == "COMPLETED"


def test_retries_and_resolution_offer_the_same_job_again(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}")
    instance = engine.create("P")
    job = engine.job("t")
    engine.post(f"/jobs/{job['jobKey']}/failure", {"retries": 0, "errorMessage": "no route"}, 204)
    incident = engine.incident(instance)
    assert (incident["errorType"], incident["errorMessage"]) == ("JOB_NO_RETRIES", "no route")
    assert engine.request("PATCH", f"/jobs/{job['jobKey']}", {"changeset": {"retries": 2}}).status == 204
    assert engine.jobs("t") == []
    engine.post(f"/incidents/{incident['incidentKey']}/resolution", {}, 204)
    again = engine.job("t")
    assert (again["jobKey"], again["retries"]) == (job["jobKey"], 2)


@pytest.mark.parametrize(("taken", "waits"), [({"a": True, "b": True}, True), ({"a": True, "b": False}, False)])
def test_an_inclusive_join_waits_for_what_can_still_come(engine: Driver, taken: dict[str, bool], waits: bool) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        f: {is: or, to: {a: =a, b: =b, c: default}}
        a: {is: service, type: a, to: j}
        b: {is: service, type: b, to: b2}
        b2: {is: service, type: b2, to: j}
        c: {is: task, to: j}
        j: {is: or, to: n}
        n: {is: service, type: n}
        e: {is: end}
        """,
    )
    engine.create("P", **taken)
    engine.complete("a")
    if waits:
        engine.complete("b")
        assert engine.jobs("n") == []
        engine.complete("b2")
    engine.job("n")


def test_a_path_that_ends_elsewhere_opens_an_inclusive_join(engine: Driver) -> None:
    engine.deploy(
        "P",
        """
        s: {is: start}
        f: {is: and, to: [a, b]}
        a: {is: service, type: a, to: j}
        b: {is: service, type: b, to: x}
        x: {is: xor, to: {j: =go, e2: default}}
        j: {is: or, to: n}
        n: {is: service, type: n}
        e: {is: end}
        e2: {is: end}
        """,
    )
    engine.create("P", go=False)
    engine.complete("a")
    assert engine.jobs("n") == []
    engine.complete("b")
    engine.job("n")


def test_a_process_that_never_waits_does_not_stop_the_engine(engine: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devkit.engine.core.MAX_STEPS", 50)
    engine.deploy(
        "P",
        "{s: {is: start}, m: {is: xor, to: x}, x: {is: xor, to: {m: =true, e: default}}, e: {is: end}}",
        Q="{s: {is: start}, e: {is: end}}",
    )
    instance = engine.create("P")
    assert engine.result("Q") == {}
    engine.post(f"/process-instances/{instance}/cancellation", {}, 204)
    assert engine.state(instance) == "TERMINATED"


def test_a_process_that_calls_itself_stops_with_an_incident_and_can_be_cancelled(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, c: {is: call, calls: =target}, e: {is: end}}")
    root = engine.create("P", target="P")
    (incident,) = engine.search("incidents", state="ACTIVE")
    assert incident["errorType"] == "CALLED_ELEMENT_ERROR"
    assert incident["errorMessage"] == (
        "The call activity has reached the maximum depth of 1000. This is likely due to a recursive call. "
        "Cancel the root process instance if this was unintentional. Otherwise, consider increasing the maximum depth, "
        "or use process instance modification to adjust the process instance."
    )
    called = engine.request("POST", "/process-instances/search", {"page": {"limit": 1}})
    assert called.body["page"]["totalItems"] == 1000
    engine.post(f"/process-instances/{root}/cancellation", status=204)
    assert engine.search("process-instances", state="ACTIVE") == []
