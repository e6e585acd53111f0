"""Searches: pages, filters, sorting, and single reads."""

from typing import Any

import pytest

from tests.engine.driver import Driver

PROCESS = "{s: {is: start}, t: {is: service, type: t}, e: {is: end}}"


def search(engine: Driver, resource: str, **body: Any) -> Any:
    return engine.post(f"/{resource}/search", body)


def test_the_latest_version_of_a_process_is_found_with_its_xml(engine: Driver) -> None:
    engine.deploy("P", PROCESS)
    key = engine.deploy("P", PROCESS.replace("type: t", "type: u"))["processDefinitionKey"]
    (found,) = engine.search("process-definitions", processDefinitionId="P", isLatestVersion=True)
    assert (found["processDefinitionKey"], found["version"]) == (key, 2)
    answer = engine.request("GET", f"/process-definitions/{key}/xml")
    assert (answer.status, answer.type) == (200, "text/xml")
    assert '<zeebe:taskDefinition type="u"/>' in answer.body


def test_a_search_is_read_page_by_page(engine: Driver) -> None:
    engine.deploy("P", PROCESS)
    created = [engine.create("P") for _ in range(5)]
    first = search(engine, "process-instances", page={"limit": 2})
    assert (first["page"]["totalItems"], len(first["items"])) == (5, 2)
    second = search(engine, "process-instances", page={"limit": 2, "after": first["page"]["endCursor"]})
    third = search(engine, "process-instances", page={"limit": 2, "from": 4})
    back = search(engine, "process-instances", page={"limit": 2, "before": second["page"]["startCursor"]})
    pages = [first, second, third, back]
    keys = [item["processInstanceKey"] for page in pages for item in page["items"]]
    assert keys == [*created, *created[:2]]


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        ("1", [0]),
        ({"$eq": "1"}, [0]),
        ({"$neq": "1"}, [1, 2]),
        ({"$in": ["1", "3"]}, [0, 2]),
        ({"$notIn": ["1", "3"]}, [1]),
        ({"$like": "?"}, [0, 1, 2]),
        ({"$like": "2*"}, [1]),
        ({"$like": "[12]"}, []),
        ({"$like": "\\*"}, []),
        ({"$neq": "1", "$like": "*"}, [1, 2]),
        ({"$exists": False}, []),
    ],
)
def test_values_are_compared_with_operators(engine: Driver, condition: Any, places: list[int]) -> None:
    engine.deploy("P", PROCESS)
    created = [engine.create("P", n=number) for number in (1, 2, 3)]
    found = search(engine, "variables", filter={"name": "n", "value": condition})["items"]
    assert [item["scopeKey"] for item in found] == [created[place] for place in places]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["a", "b", "c"]),
        ({"state": "active"}, ["b", "c"]),
        ({"state": {"$neq": "ACTIVE"}}, ["a"]),
        ({"hasIncident": True}, ["c"]),
        ({"errorMessage": {"$like": "*no retries*"}}, ["c"]),
        ({"errorMessage": "Nothing of the kind"}, []),
        ({"elementId": "t", "elementInstanceState": "ACTIVE"}, ["b", "c"]),
        ({"hasElementInstanceIncident": True}, ["c"]),
        ({"variables": [{"name": "n", "value": '"b"'}]}, ["b"]),
        ({"variables": [{"name": "n", "value": {"$in": ['"a"', '"c"']}}, {"name": "x", "value": "1"}]}, []),
        ({"startDate": {"$gte": "2027-01-15T09:00:00+01:00"}}, ["a", "b", "c"]),
        ({"startDate": {"$lt": "2027-01-15T08:00:00Z"}}, []),
        ({"endDate": {"$exists": True}}, ["a"]),
        ({"processDefinitionVersion": {"$gt": 1}}, []),
        ({"$or": [{"state": "COMPLETED"}, {"hasIncident": True}]}, ["a", "c"]),
        ({"state": "ACTIVE", "$or": [{"state": "COMPLETED"}, {"hasIncident": True}]}, ["c"]),
        ({"tags": ["t"]}, []),
        ({"batchOperationKey": "1"}, []),
        ({"processInstanceKey": 1}, []),
    ],
)
def test_instances_are_found_by_what_is_theirs_and_by_what_is_inside(
    engine: Driver, asked: dict[str, Any], found: list[str]
) -> None:
    engine.deploy("P", PROCESS)
    names = {engine.create("P", n=name): name for name in ("a", "b", "c")}
    done, _, failed = engine.jobs("t")
    engine.post(f"/jobs/{done['jobKey']}/completion", {}, 204)
    engine.post(f"/jobs/{failed['jobKey']}/failure", {"retries": 0, "errorMessage": "no retries left"}, 204)
    items = search(engine, "process-instances", filter=asked)["items"]
    assert [names[item["processInstanceKey"]] for item in items] == found


def test_a_pattern_with_many_stars_is_no_work(engine: Driver) -> None:
    engine.deploy("P", PROCESS)
    engine.create("P", text="a" * 8_000)
    assert engine.search("variables", value={"$like": "*a" * 400 + "b"}) == []
    assert len(engine.search("variables", value={"$like": '"a*a?a*"'})) == 1


def test_user_tasks_are_found_by_variables(engine: Driver) -> None:
    engine.deploy("P", "{s: {is: start}, t: {is: user, native: true, in: {x: '=n + 1'}}, e: {is: end}}")
    engine.create("P", n=1)
    local, around = ([{"name": name, "value": value}] for name, value in (("x", "2"), ("n", "1")))
    assert len(engine.search("user-tasks", localVariables=local, processInstanceVariables=around)) == 1
    assert engine.search("user-tasks", localVariables=around) == []


def test_items_are_sorted_by_keys_and_backwards(engine: Driver) -> None:
    engine.deploy("P", PROCESS)
    created = [engine.create("P") for _ in range(3)]
    sort = [{"field": "processInstanceKey", "order": "desc"}]
    found = search(engine, "process-instances", sort=sort)["items"]
    assert [item["processInstanceKey"] for item in found] == created[::-1]


@pytest.mark.parametrize(
    "body",
    [
        {"filter": {"nonsense": 1}},
        {"filter": {"state": {"$nonsense": 1}}},
        {"filter": {"state": {"$gt": 1}}},
        {"filter": {"state": "NONSENSE"}},
        {"filter": {"state": {"$in": "ACTIVE"}}},
        {"filter": {"processInstanceKey": "²"}},
        {"filter": {"processInstanceKey": "9" * 5_000}},
        {"filter": {"processInstanceKey": {"$exists": 1}}},
        {"filter": {"startDate": "yesterday"}},
        {"filter": {"processDefinitionVersion": "1"}},
        {"filter": {"hasIncident": "true"}},
        {"filter": {"hasIncident": {"$eq": True}}},
        {"filter": {"variables": [{"name": "n"}]}},
        {"filter": {"variables": {"name": "n", "value": "1"}}},
        {"filter": {"$or": [{"nonsense": 1}]}},
        {"filter": {"errorMessage": {"$like": "x" * 1_001}}},
        {"sort": [{"field": "nonsense"}]},
        {"sort": [{"field": "state", "order": "up"}]},
        {"page": {"limit": 10_001}},
        {"page": {"limit": -1}},
        {"page": {"after": "nonsense"}},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(engine: Driver, body: dict[str, Any]) -> None:
    assert engine.request("POST", "/process-instances/search", body).status == 400


def test_a_value_that_an_enumeration_does_not_have_is_answered_with_those_that_it_has(engine: Driver) -> None:
    answer = engine.request("POST", "/jobs/search", {"filter": {"kind": {"$neq": "nonsense"}}})
    assert answer.body["detail"] == (
        "Unexpected value 'nonsense' for enum field 'kind'. "
        "Use any of the following values: [BPMN_ELEMENT, EXECUTION_LISTENER, TASK_LISTENER, AD_HOC_SUB_PROCESS]"
    )


def test_long_variables_are_cut_unless_asked_for_whole(engine: Driver) -> None:
    engine.deploy("P", PROCESS)
    engine.create("P", text="x" * 9_000)
    (cut,) = engine.search("variables", name="text")
    assert (len(cut["value"]), cut["isTruncated"]) == (8191, True)
    (whole,) = engine.post("/variables/search?truncateValues=false", {"filter": {"name": "text"}})["items"]
    assert (len(whole["value"]), whole["isTruncated"]) == (9002, False)


def test_jobs_and_waiting_messages_are_found(engine: Driver) -> None:
    catching = "{s: {is: start}, c: {is: catch, message: {name: m, key: =k}}, e: {is: end}}"
    engine.deploy("P", PROCESS, Q=catching)
    instance = engine.create("P")
    engine.complete("t")
    (job,) = engine.search("jobs", processInstanceKey=instance)
    assert (job["state"], job["elementId"]) == ("COMPLETED", "t")
    engine.create("Q", k="a")
    (subscription,) = engine.search("message-subscriptions", messageName="m")
    assert subscription["correlationKey"] == "a"


def test_messages_that_were_correlated_are_found(engine: Driver) -> None:
    catching = "{s: {is: start}, c: {is: catch, message: {name: m, key: =k}}, e: {is: end}}"
    engine.deploy("P", catching, Q="{s: {is: start, message: {name: m}}, e: {is: end}}")
    instance = engine.create("P", k="a")
    engine.publish("m", "a")
    started, continued = sorted(
        engine.search("correlated-message-subscriptions", messageName="m"), key=lambda item: item["elementId"] != "s"
    )
    assert (started["elementInstanceKey"], started["processDefinitionId"]) == (None, "Q")
    assert (continued["elementId"], continued["processInstanceKey"], continued["correlationKey"]) == (
        "c",
        instance,
        "a",
    )
    assert engine.search("correlated-message-subscriptions", correlationTime={"$gt": "2099-01-01T00:00:00Z"}) == []
