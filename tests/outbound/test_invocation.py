from threading import Barrier
from traceback import format_exception
from typing import Any

import pytest

from connector_sdk.binding import ConnectorModel
from connector_sdk.outbound import Connector, JobContext, outbound_connector
from connector_sdk.outbound.invocation import (
    DEADLINE_MARGIN_MS,
    MAX_BATCH_ANSWER_BYTES,
    MAX_THREADS,
    OTHER_VERSION_DELAY_MS,
    VERSION,
    InvocationError,
)
from devkit.testing import services_for
from functions.runtime.poller import worker

SECRETS = {"TOKEN": "t-secret", "OTHER": "o-secret"}


class Nothing(ConnectorModel):
    text: str = ""


class LambdaContext:
    """The part of Lambda's context that a function asks for its time."""

    def __init__(self, *remaining_ms: int) -> None:
        self._remaining = list(remaining_ms)

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining.pop(0) if len(self._remaining) > 1 else self._remaining[0]


def connector(handler: Any) -> Connector:
    def named(request: Nothing, context: JobContext) -> Any:
        return handler(request, context)

    return outbound_connector(type="t", name="T")(named).with_services(services_for(SECRETS))


def invocation(*keys: str, **more: Any) -> dict[str, Any]:
    jobs = [{"jobKey": key, "type": "t", "retries": 3, "customHeaders": {"resultVariable": "r"}} for key in keys]
    return {"v": 1, "clusterId": "c", "jobs": jobs, **more}


def test_an_invocation_is_answered_with_an_outcome_for_each_job() -> None:
    echo = connector(lambda request, context: context.job.key)
    assert echo(invocation("1", "2")) == {
        "outcomes": [
            {"jobKey": "1", "command": "completion", "body": {"variables": {"r": "1"}}},
            {"jobKey": "2", "command": "completion", "body": {"variables": {"r": "2"}}},
        ],
        "notStarted": [],
    }


def test_numeric_keys_are_answered_as_text() -> None:
    answer = connector(lambda request, context: 1)({"v": 1, "jobs": [{"key": 2251799813685249, "type": "t"}]})
    assert answer["outcomes"][0]["jobKey"] == "2251799813685249"


def test_the_jobs_of_a_batch_run_side_by_side() -> None:
    together = Barrier(3, timeout=10)

    def meet(request: Nothing, context: JobContext) -> int:
        return together.wait() * 0

    answer = connector(meet)(invocation("1", "2", "3"))
    assert [outcome["command"] for outcome in answer["outcomes"]] == ["completion"] * 3


def test_more_jobs_than_threads_are_all_done() -> None:
    keys = [str(number) for number in range(MAX_THREADS + 1)]
    answer = connector(lambda request, context: 1)(invocation(*keys))
    assert [outcome["jobKey"] for outcome in answer["outcomes"]] == keys


def test_jobs_whose_outcomes_no_longer_fit_into_the_answer_count_as_not_started() -> None:
    bare = len(b'{"jobKey": "1", "command": "completion", "body": {"variables": {"r": ""}}}')
    size = MAX_BATCH_ANSWER_BYTES // 2 - bare

    def long(request: Nothing, context: JobContext) -> str:
        return "x" * (size + int(context.job.variables["more"]))

    def not_started(*more: int) -> list[str]:
        event = invocation("1", "2", "3")
        for job, length in zip(event["jobs"], more, strict=True):
            job["variables"] = {"more": length}
        return list(connector(long)(event)["notStarted"])

    assert not_started(0, 0, -size) == ["3"]
    assert not_started(0, 1, -size) == ["2"]


def test_one_failing_job_does_not_touch_the_others() -> None:
    def fails_for_2(request: Nothing, context: JobContext) -> int:
        return 1 // (int(context.job.key) - 2)

    answer = connector(fails_for_2)(invocation("1", "2", "3"))
    assert [outcome["command"] for outcome in answer["outcomes"]] == ["completion", "failure", "completion"]


def test_nothing_is_started_near_the_deadline() -> None:
    work = connector(lambda request, context: 1)
    assert work(invocation("1"), LambdaContext(DEADLINE_MARGIN_MS - 1)) == {"outcomes": [], "notStarted": ["1"]}
    assert work(invocation("1"), LambdaContext(DEADLINE_MARGIN_MS))["notStarted"] == []
    answer = work(invocation("1", "2", "3"), LambdaContext(60_000, 60_000, 0))
    assert len(answer["outcomes"]) == 2
    assert len(answer["notStarted"]) == 1


def test_the_elements_own_secrets_are_the_only_ones_if_they_are_known() -> None:
    event = invocation("1", "2", "3", secretNames={"1": ["TOKEN"], "2": ["OTHER"], "3": None})
    for job in event["jobs"]:
        job["variables"] = {"text": "{{secrets.TOKEN}}"}
    one, two, three = connector(lambda request, context: request.text == "t-secret")(event)["outcomes"]
    assert one["body"] == three["body"] == {"variables": {"r": True}}
    assert (two["command"], two["body"]["retries"]) == ("failure", 0)
    assert "is not allowed here" in two["body"]["errorMessage"]


JOB = {"jobKey": "1", "type": "t"}


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ([], "the event is no object"),
        ({}, "v is missing"),
        ({"jobs": []}, "v is missing"),
        ({"v": "1", "jobs": []}, "v is missing or something else"),
        ({"v": True, "jobs": []}, "v is missing or something else"),
        ({"v": 1}, "jobs is missing"),
        ({"v": 1, "jobs": 5}, "jobs is missing or something else"),
        ({"v": 1, "jobs": ["canary"]}, r"jobs\[0\] is no object"),
        ({"v": 1, "jobs": [{"jobKey": "1"}]}, r"jobs\[0\].type is missing"),
        ({"v": 1, "jobs": [JOB, {**JOB, "variables": "canary"}]}, r"jobs\[1\].variables is missing or something else"),
        ({"v": 1, "jobs": [{**JOB, "customHeaders": ["canary"]}]}, "customHeaders"),
        ({"v": 1, "jobs": [{**JOB, "retries": "canary"}]}, "retries"),
        ({"v": 1, "jobs": [{**JOB, "deadline": "canary"}]}, "a key or a number"),
        ({"v": 1, "jobs": [{"type": "t"}]}, "a key or a number"),
        ({"v": 1, "jobs": [JOB], "secretNames": "canary"}, "secretNames"),
        ({"v": 1, "jobs": [JOB], "secretNames": {"1": "canary"}}, "secretNames"),
    ],
)
def test_an_event_that_is_no_invocation_is_refused_without_what_is_in_it(event: Any, says: str) -> None:
    with pytest.raises(InvocationError, match=says) as refused:
        connector(lambda request, context: 1)(event)
    assert "canary" not in "".join(format_exception(refused.value))


def test_the_poller_sends_the_version_that_functions_have() -> None:
    assert worker.VERSION == VERSION


@pytest.mark.parametrize("version", [VERSION - 1, VERSION, VERSION + 1])
def test_the_versions_before_and_after_are_understood(version: int) -> None:
    answer = connector(lambda request, context: 1)({**invocation("1"), "v": version, "more": True})
    assert [outcome["command"] for outcome in answer["outcomes"]] == ["completion"]


@pytest.mark.parametrize("version", [VERSION - 2, VERSION + 2])
def test_jobs_of_a_version_that_is_not_understood_keep_their_retries(version: int) -> None:
    [outcome] = connector(lambda request, context: 1 // 0)({**invocation("1"), "v": version})["outcomes"]
    assert (outcome["jobKey"], outcome["command"], outcome["body"]["retries"]) == ("1", "failure", 3)
    assert f"the poller speaks version {version}" in outcome["body"]["errorMessage"]
    assert outcome["body"]["retryBackOff"] == OTHER_VERSION_DELAY_MS


def test_no_jobs_give_no_outcomes() -> None:
    assert connector(lambda request, context: 1)(invocation()) == {"outcomes": [], "notStarted": []}


def test_services_come_from_the_environment_if_none_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "from the environment")
    monkeypatch.setenv("CONNECTORS_COMPATIBILITY", "8.8")

    @outbound_connector(type="t", name="T")
    def tells(request: Nothing, context: JobContext) -> str:
        return f"{request.text} {context.compatibility.version}"

    event = invocation("1")
    event["jobs"][0]["variables"] = {"text": "{{secrets.TOKEN}}"}
    (outcome,) = tells(event)["outcomes"]
    assert outcome["body"]["variables"] == {"r": "from the environment 8.8"}
