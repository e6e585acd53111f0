"""User tasks: what the model says about them, how they are found, changed, and what they show."""

import pytest

from tests.engine.driver import Driver

TASK = """
s: {is: start}
u:
  is: user
  native: true
  headers: {h: v, empty: ""}
  assign: {assignee: kim, candidateGroups: "a, b", candidateUsers: =users}
  schedule: {dueDate: =due, followUpDate: "2030-01-02T03:04:05Z"}
  priority: =p
  form: {externalReference: ="f" + "g"}
  in: {own: =1}
e: {is: end}
"""


def _create(engine: Driver) -> str:
    engine.deploy("P", TASK)
    return engine.create("P", users=["lee"], due="2031-01-02T03:04:05+01:00", p=70)


def test_a_search_shows_what_the_model_says_about_a_user_task(engine: Driver) -> None:
    _create(engine)
    (task,) = engine.search("user-tasks")
    shown = {
        "assignee": "kim",
        "candidateGroups": ["a", "b"],
        "candidateUsers": ["lee"],
        "dueDate": "2031-01-02T02:04:05.000Z",
        "followUpDate": "2030-01-02T03:04:05.000Z",
        "priority": 70,
        "externalFormReference": "fg",
        "customHeaders": {"h": "v"},
    }
    assert {name: task[name] for name in shown} == shown


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"candidateGroup": "b"}, 1),
        ({"candidateGroup": "c"}, 0),
        ({"candidateUser": {"$like": "l*"}}, 1),
        ({"dueDate": {"$lt": "2031-01-03T00:00:00Z"}}, 1),
        ({"dueDate": {"$gt": "2031-01-03T00:00:00Z"}}, 0),
        ({"followUpDate": {"$exists": False}}, 0),
        ({"priority": {"$gte": 70}}, 1),
    ],
)
def test_user_tasks_are_found_by_what_the_model_says_about_them(
    engine: Driver, wanted: dict[str, object], found: int
) -> None:
    _create(engine)
    assert len(engine.search("user-tasks", **wanted)) == found


def _patch(engine: Driver, key: str, **changes: object) -> int:
    return engine.request("PATCH", f"/user-tasks/{key}", {"changeset": changes}).status


def test_attributes_of_a_user_task_are_changed(engine: Driver) -> None:
    _create(engine)
    key = engine.search("user-tasks")[0]["userTaskKey"]
    assert _patch(engine, key, candidateGroups=[], dueDate="", priority=10, candidateUsers=None) == 204
    (task,) = engine.search("user-tasks")
    assert (task["candidateGroups"], task["candidateUsers"], task["dueDate"], task["priority"]) == (
        [],
        ["lee"],
        None,
        10,
    )
    assert [_patch(engine, key, **{name: value}) for name, value in (("priority", 101), ("dueDate", "x"))] == [400, 400]
    assert _patch(engine, key) == 400
    assert _patch(engine, "2251799813685249", priority=1) == 404


def test_a_date_before_the_year_1_is_no_date(engine: Driver) -> None:
    early = "0001-01-01T00:00:00+14:00"
    _create(engine)
    (task,) = engine.search("user-tasks")
    assert _patch(engine, task["userTaskKey"], dueDate=early) == 400
    incident = engine.incident(engine.create("P", users=[], due=early, p=1))
    assert incident["errorMessage"] == f"Invalid date-time format '{early}' for expression 'due'."
    assert [found["dueDate"] for found in engine.search("user-tasks")] == ["2031-01-02T02:04:05.000Z"]


def test_a_completed_user_task_stays_completed_when_its_instance_is_cancelled(engine: Driver) -> None:
    user = "{is: user, native: true, out: {x: '=assert(missing, false)'}}"
    engine.deploy("P", f"{{s: {{is: start}}, u: {user}, e: {{is: end}}}}")
    instance = engine.create("P")
    (task,) = engine.search("user-tasks")
    engine.post(f"/user-tasks/{task['userTaskKey']}/completion", {}, 204)
    engine.post(f"/process-instances/{instance}/cancellation", {}, 204)
    assert [found["state"] for found in engine.search("user-tasks")] == ["COMPLETED"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "schedule: {dueDate: tomorrow}",
            "a valid DateTime String, e.g. '2023-03-02T15:35+02:00', but found 'tomorrow'",
        ),
        ("priority: 900", "Priority must be a number between 0 and 100, but was '900'"),
        ("priority: high", "a valid Number between 0 and 100, but found 'high'"),
        ('assign: {candidateGroups: "a,,b"}', "a list of comma-separated values, e.g. 'a,b,c', but found 'a,,b'"),
        ("form: {formKey: x}", "Exactly one of the attributes 'formId, externalReference' must be present"),
    ],
)
def test_a_user_task_that_says_what_cannot_be_is_refused(engine: Driver, said: str, reason: str) -> None:
    refused = engine.refused("{s: {is: start}, u: {is: user, native: true, " + said + "}, e: {is: end}}")
    assert reason in refused
