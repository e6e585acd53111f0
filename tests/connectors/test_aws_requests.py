"""Who asks, in which region, and that the requests are those of AWS's own SDK for Python."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.job import Job
from connector_sdk.outbound import Connector
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import run_job, services_for
from functions.outbound.eventbridge.app import handler as eventbridge
from functions.outbound.sns.app import handler as sns
from functions.outbound.sqs.app import handler as sqs

boto3: Any = importlib.import_module("boto3")

KEYS = {"accessKey": "AKIAIOSFODNN7EXAMPLE", "secretKey": "{{secrets.TOKEN}}"}
ROLE = {"AWS_ACCESS_KEY_ID": "ASIAROLE", "AWS_SECRET_ACCESS_KEY": "role", "AWS_SESSION_TOKEN": "session"}
URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/orders"
QUEUE = {"url": URL, "messageBody": "x"}
ARN = "arn:aws:sns:eu-central-1:123456789012:orders"


class Recorder:
    """A service that takes everything, and notes how it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.says = "{}"
        self.address = server.url_for("").rstrip("/")
        self.asked: list[Request] = []
        server.expect_request("/").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        request.get_data()
        self.asked.append(request)
        xml = "<PublishResponse><PublishResult/></PublishResponse>"
        return Response(xml if is_form(request) else self.says, headers={"x-amzn-RequestId": "r-1"})

    @property
    def scope(self) -> str:
        """Key and region of the last signature, such as `ASIAROLE eu-central-1`."""
        credential = self.asked[-1].headers["Authorization"].partition("Credential=")[2].partition(",")[0]
        key, _, region, *_ = credential.split("/")
        return f"{key} {region}"


@pytest.fixture
def recorder(httpserver: HTTPServer) -> Recorder:
    return Recorder(httpserver)


def is_form(request: Request) -> bool:
    return request.mimetype == "application/x-www-form-urlencoded"


def shape(request: Request) -> tuple[str, str | None, Mapping[str, Any]]:
    """What a service reads of a request: the protocol, the operation, the content."""
    body = request.get_data().decode()
    content = dict(parse_qsl(body, keep_blank_values=True)) if is_form(request) else json.loads(body)
    return request.mimetype, request.headers.get("X-Amz-Target"), content


def run(connector: Connector, recorder: Recorder, environment: Mapping[str, str] = ROLE, **variables: Any) -> Outcome:
    configuration = {"endpoint": recorder.address, "region": "eu-central-1", **variables.pop("configuration", {})}
    given = {"configuration": configuration, "authentication": {"type": "defaultCredentialsChain"}, **variables}
    if connector is sqs:
        given = {"queue": QUEUE, **given}
    return run_job(connector, given, secrets={"TOKEN": "k3y"}, environment=environment, resultVariable="answer")


SHAPES: list[tuple[Connector, dict[str, Any], str, str, dict[str, Any]]] = [
    (
        sqs,
        {"queue": {"url": URL, "messageBody": {"a": [1, None]}}},
        "sqs",
        "send_message",
        {"QueueUrl": URL, "MessageBody": '{"a":[1,null]}'},
    ),
    (
        sqs,
        {
            "queue": {
                "url": URL,
                "type": "fifo",
                "messageBody": "text, as it is",
                "messageGroupId": "g",
                "messageDeduplicationId": "d",
                "messageAttributes": {"n": {"dataType": "Number", "stringValue": 7}},
            }
        },
        "sqs",
        "send_message",
        {
            "QueueUrl": URL,
            "MessageBody": "text, as it is",
            "MessageGroupId": "g",
            "MessageDeduplicationId": "d",
            "MessageAttributes": {"n": {"DataType": "Number", "StringValue": "7"}},
        },
    ),
    (
        sns,
        {
            "topic": {
                "topicArn": ARN,
                "subject": "für & Jürg",
                "message": {"a": "ü"},
                "messageGroupId": "g",
                "messageDeduplicationId": "d",
                "messageAttributes": {
                    "a b": {"DataType": "String", "StringValue": "x=1"},
                    "c": {"DataType": "String", "StringValue": "y"},
                },
            }
        },
        "sns",
        "publish",
        {
            "TopicArn": ARN,
            "Subject": "für & Jürg",
            "Message": '{"a":"ü"}',
            "MessageGroupId": "g",
            "MessageDeduplicationId": "d",
            "MessageAttributes": {
                "a b": {"DataType": "String", "StringValue": "x=1"},
                "c": {"DataType": "String", "StringValue": "y"},
            },
        },
    ),
    (
        eventbridge,
        {"input": {"eventBusName": "b", "source": "s", "detailType": "d", "detail": {"a": "ü"}}},
        "events",
        "put_events",
        {"Entries": [{"EventBusName": "b", "Source": "s", "DetailType": "d", "Detail": '{"a":"ü"}'}]},
    ),
    (
        eventbridge,
        {"input": {"eventBusName": "b", "source": "s", "detailType": "d", "detail": '{"typed": "as JSON"}'}},
        "events",
        "put_events",
        {"Entries": [{"EventBusName": "b", "Source": "s", "DetailType": "d", "Detail": '{"typed": "as JSON"}'}]},
    ),
]


@pytest.mark.parametrize(("connector", "variables", "service", "operation", "arguments"), SHAPES)
def test_the_requests_are_those_of_boto3(
    connector: Connector,
    variables: dict[str, Any],
    service: str,
    operation: str,
    arguments: dict[str, Any],
    recorder: Recorder,
) -> None:
    run(connector, recorder, **variables)
    client = boto3.client(
        service,
        endpoint_url=recorder.address,
        region_name="eu-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    getattr(client, operation)(**arguments)

    ours, theirs = recorder.asked
    assert shape(ours) == shape(theirs)


def test_the_functions_own_role_signs_with_its_session(recorder: Recorder) -> None:
    run(sqs, recorder)
    assert recorder.scope == "ASIAROLE eu-central-1"
    assert recorder.asked[-1].headers["X-Amz-Security-Token"] == "session"


@pytest.mark.parametrize("authentication", [{"type": "credentials", **KEYS}, KEYS, {"type": "of old", **KEYS}])
def test_keys_sign_without_the_roles_session(authentication: dict[str, str], recorder: Recorder) -> None:
    run(sqs, recorder, authentication=authentication)
    assert recorder.scope == "AKIAIOSFODNN7EXAMPLE eu-central-1"
    assert "X-Amz-Security-Token" not in recorder.asked[-1].headers


def test_without_a_role_there_is_nobody_who_asks(recorder: Recorder) -> None:
    outcome = run(sqs, recorder, {})
    assert isinstance(outcome, Fail)
    assert "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set" in outcome.error_message


CREDENTIAL = {"authentication": {"type": "credentials", **KEYS}, "region": "us-east-1"}


def test_a_credential_of_the_cluster_takes_the_place_of_what_the_task_says(recorder: Recorder) -> None:
    """The Modeler leaves the kind of the authentication there, without keys."""
    leftover = {"type": "credentials"}
    run(sqs, recorder, awsCredential=CREDENTIAL, authentication=leftover, configuration={"region": ""})
    assert recorder.scope == "AKIAIOSFODNN7EXAMPLE us-east-1"


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"configuration": {"region": "eu-west-1"}, "awsCredential": CREDENTIAL}, "eu-west-1"),
        ({"configuration": {"region": "eu-west-1"}}, "eu-west-1"),
        (
            {"configuration": {"region": None}, "queue": {"url": URL, "messageBody": "x", "region": "eu-west-2"}},
            "eu-west-2",
        ),
        ({"configuration": {"region": None}}, "eu-south-1"),
    ],
    ids=[
        "the task's before the credential's",
        "the task's",
        "where the oldest templates have it",
        "the function's own",
    ],
)
def test_the_region_that_counts(variables: dict[str, Any], region: str, recorder: Recorder) -> None:
    run(sqs, recorder, {**ROLE, "AWS_REGION": "eu-south-1"}, **variables)
    assert recorder.scope.endswith(f" {region}")


@pytest.mark.parametrize(
    "variables",
    [
        {"configuration": {"region": "x.evil.test/"}},
        {"configuration": {"endpoint": "ftp://127.0.0.1"}},
        {"configuration": {"endpoint": "http://user:k3y@127.0.0.1"}},
        {"queue": {**QUEUE, "messageBody": None}},
        {"queue": {**QUEUE, "messageAttributes": {"a": {"DataType": "String"}}}},
        {"queue": {**QUEUE, "type": "heap"}},
    ],
)
def test_an_input_that_can_never_work_fails_at_once(variables: dict[str, Any], recorder: Recorder) -> None:
    outcome = run(sqs, recorder, **variables)
    assert isinstance(outcome, Fail)
    assert (outcome.retries, recorder.asked) == (0, [])


def test_an_endpoint_on_this_machine_is_not_dialled_unless_the_operator_allows_it(recorder: Recorder) -> None:
    services = services_for({}, environment=ROLE)
    closed = replace(services, settings=replace(services.settings, allow_addresses=()))
    variables = {
        "queue": QUEUE,
        "authentication": {"type": "defaultCredentialsChain"},
        "configuration": {"region": "eu-central-1", "endpoint": recorder.address},
    }
    outcome = sqs.run(Job("1", sqs.type, 3, {}, variables), closed)
    assert isinstance(outcome, Fail)
    assert (outcome.retries, recorder.asked) == (0, [])
    assert "CONNECTORS_ALLOW_ADDRESSES" in outcome.error_message


EVENT = {"eventBusName": "b", "source": "s", "detailType": "d", "detail": {}}
NOT_TAKEN = {
    "FailedEntryCount": 1,
    "Entries": [{"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}],
}
ON_FAILED_ENTRIES = "=if failedEntryCount > 0 then jobError(entries[1].errorMessage) else null"


def test_an_event_that_is_not_taken_is_in_the_answer(recorder: Recorder) -> None:
    recorder.says = json.dumps(NOT_TAKEN)
    outcome = run(eventbridge, recorder, input=EVENT)
    assert isinstance(outcome, Complete)
    answer = outcome.variables["answer"]
    entry = {"eventId": None, "errorCode": "MalformedDetail", "errorMessage": "Detail is malformed."}
    assert (answer["failedEntryCount"], answer["entries"]) == (1, [entry])
    assert answer["sdkResponseMetadata"] == {"requestId": "r-1"}
    assert answer["sdkHttpMetadata"]["httpStatusCode"] == 200
    assert answer["sdkHttpMetadata"]["allHttpHeaders"]["x-amzn-RequestId"] == ["r-1"]


@pytest.mark.parametrize(("says", "ends"), [(NOT_TAKEN, Fail), ({"FailedEntryCount": 0, "Entries": []}, Complete)])
def test_an_error_expression_makes_a_failure_of_it(says: Any, ends: type, recorder: Recorder) -> None:
    recorder.says = json.dumps(says)
    configuration = {"endpoint": recorder.address, "region": "eu-central-1"}
    variables = {"configuration": configuration, "authentication": {"type": "defaultCredentialsChain"}, "input": EVENT}
    outcome = run_job(eventbridge, variables, environment=ROLE, errorExpression=ON_FAILED_ENTRIES)
    assert isinstance(outcome, ends)
    assert not isinstance(outcome, Fail) or outcome.error_message == "Detail is malformed."
