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
        ({"$like": "[12]"}, [0, 1]),
        ({"$gte": "2"}, [1, 2]),
        ({"$exists": False}, []),
    ],
)
def test_values_are_compared_with_operators(engine: Driver, condition: Any, places: list[int]) -> None:
    engine.deploy("P", PROCESS)
    created = [engine.create("P", n=number) for number in (1, 2, 3)]
    found = search(engine, "variables", filter={"name": "n", "value": condition})["items"]
    assert [item["scopeKey"] for item in found] == [created[place] for place in places]


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
        {"sort": [{"field": "nonsense"}]},
        {"sort": [{"field": "state", "order": "up"}]},
        {"page": {"limit": 10_001}},
        {"page": {"limit": -1}},
        {"page": {"after": "nonsense"}},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(engine: Driver, body: dict[str, Any]) -> None:
    engine.deploy("P", PROCESS)
    engine.create("P")
    assert engine.request("POST", "/process-instances/search", body).status == 400


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
