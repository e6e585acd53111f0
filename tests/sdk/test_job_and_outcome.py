"""The two shapes of the job contract: the activated job in, the command out."""

import pytest

from connector_sdk.job import Job
from connector_sdk.outcome import Complete, Fail, Outcome, ThrowError, to_wire

ACTIVATED = {
    "type": "io.camunda:http-json:1",
    "processInstanceKey": "2251799813685252",
    "processDefinitionId": "order",
    "processDefinitionVersion": 2,
    "processDefinitionKey": "2251799813685250",
    "elementId": "call",
    "elementInstanceKey": "2251799813685260",
    "customHeaders": {"resultVariable": "answer"},
    "worker": "poller",
    "retries": 3,
    "deadline": 1700000000000,
    "variables": {"url": "https://example.org"},
    "tenantId": "<default>",
}


@pytest.mark.parametrize(
    "key", [{"key": 2251799813685261}, {"jobKey": 2251799813685261}, {"jobKey": "2251799813685261"}]
)
def test_a_job_key_is_text_whatever_the_engine_version_sends(key: dict[str, object]) -> None:
    assert Job.from_wire(ACTIVATED | key).key == "2251799813685261"


def test_a_job_survives_the_way_to_a_function_and_back() -> None:
    job = Job.from_wire(ACTIVATED | {"jobKey": "1", "jobLeaseToken": "lease"})

    assert Job.from_wire(job.to_wire()) == job


def test_unknown_and_null_members_of_a_job_are_tolerated() -> None:
    job = Job.from_wire(
        {"jobKey": "1", "type": "t", "customHeaders": None, "variables": None, "tags": [], "userTask": None}
    )

    assert (job.custom_headers, job.variables, job.retries) == ({}, {}, 3)


@pytest.mark.parametrize(
    ("outcome", "command", "body"),
    [
        (Complete({"a": 1}), "completion", {"variables": {"a": 1}}),
        (
            Fail("404 Not Found", retries=2, retry_backoff=30_000, variables={"error": {}}),
            "failure",
            {"retries": 2, "errorMessage": "404 Not Found", "retryBackOff": 30000, "variables": {"error": {}}},
        ),
        (
            ThrowError("GONE", "no such order"),
            "error",
            {"errorCode": "GONE", "errorMessage": "no such order", "variables": {}},
        ),
    ],
)
def test_an_outcome_is_one_rest_command(outcome: Outcome, command: str, body: dict[str, object]) -> None:
    assert to_wire("7", outcome) == {"jobKey": "7", "command": command, "body": body}
