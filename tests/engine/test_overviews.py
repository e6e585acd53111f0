"""What people look at beside the searches, and leases of jobs."""

from tests.engine.driver import Driver

SERVICE = "{s: {is: start}, t: {is: service, type: work}, e: {is: end}}"


def test_statistics_count_elements_by_what_became_of_them(engine: Driver) -> None:
    definition = engine.deploy("P", SERVICE)
    done, waiting, cancelled = engine.create("P"), engine.create("P"), engine.create("P")
    first, second, _ = engine.jobs("work")
    engine.post(f"/jobs/{first['jobKey']}/completion", {}, 204)
    engine.post(f"/jobs/{second['jobKey']}/failure", {"retries": 0}, 204)
    engine.post(f"/process-instances/{cancelled}/cancellation", {}, 204)
    path = f"/process-definitions/{definition['processDefinitionKey']}/statistics/element-instances"
    nothing = {"active": 0, "canceled": 0, "completed": 0, "incidents": 0}
    assert engine.post(path, {"filter": {}})["items"] == [
        {"elementId": "s", **nothing, "completed": 3},
        {"elementId": "t", "active": 0, "canceled": 1, "completed": 1, "incidents": 1},
        {"elementId": "e", **nothing, "completed": 1},
    ]
    answer = engine.request("GET", f"/process-instances/{waiting}/statistics/element-instances")
    assert [item["elementId"] for item in answer.body["items"]] == ["s", "t"]
    assert engine.state(done) == "COMPLETED"


def test_the_flows_that_an_instance_took(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, x: {is: xor, to: {a: =go, b: default}}, a: {is: end}, b: {is: end}}")
    instance = engine.create("P", go=True)
    answer = engine.request("GET", f"/process-instances/{instance}/sequence-flows")
    assert len(answer.body["items"]) == 2
    assert {item["processInstanceKey"] for item in answer.body["items"]} == {instance}
    assert engine.request("GET", "/process-instances/2251799813685249/sequence-flows").body == {"items": []}


def test_the_hierarchy_of_calls_and_the_incidents_inside_it(engine: Driver) -> None:
    engine.deploy("Inner", SERVICE, Outer="{s: {is: start}, c: {is: call, calls: Inner}, e: {is: end}}")
    outer = engine.create("Outer")
    job = engine.job("work")
    assert job["rootProcessInstanceKey"] == outer
    inner = job["processInstanceKey"]
    answer = engine.request("GET", f"/process-instances/{inner}/call-hierarchy")
    assert [entry["processInstanceKey"] for entry in answer.body] == [outer, inner]
    engine.post(f"/jobs/{job['jobKey']}/failure", {"retries": 0}, 204)
    (incident,) = engine.post(f"/process-instances/{inner}/incidents/search", {})["items"]
    assert incident["jobKey"] == job["jobKey"]


def test_a_leased_job_belongs_to_the_activation_that_has_its_token(engine: Driver) -> None:
    engine.deploy("P", SERVICE)
    engine.create("P")
    (first,) = engine.jobs("work", withLease=True)
    engine.pass_time(60_000)
    (second,) = engine.jobs("work", withLease=True)
    assert first["jobLeaseToken"] != second["jobLeaseToken"]
    path = f"/jobs/{first['jobKey']}"
    for token in (first["jobLeaseToken"], None):
        engine.post(f"{path}/completion", {"jobLeaseToken": token}, 409)
        engine.post(f"{path}/failure", {"jobLeaseToken": token}, 409)
        engine.post(f"{path}/error", {"errorCode": "E", "jobLeaseToken": token}, 409)
        assert engine.request("PATCH", path, {"changeset": {"retries": 5}, "jobLeaseToken": token}).status == 409
    engine.post(f"{path}/completion", {"jobLeaseToken": second["jobLeaseToken"]}, 204)


def test_a_job_without_a_lease_needs_no_token(engine: Driver) -> None:
    engine.deploy("P", SERVICE)
    engine.create("P")
    job = engine.job("work")
    assert job["jobLeaseToken"] is None
    engine.post(f"/jobs/{job['jobKey']}/completion", {}, 204)
