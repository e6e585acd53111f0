"""Runs functions on AWS Lambda, or on anything that speaks its Invoke API (AWS_ENDPOINT_URL).

Each invocation is sent exactly once and read until the function's own time-out is over: a client that gives up
earlier and tries again runs a job twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import AwsRefused, AwsUnreachable
from connector_sdk.settings import Settings
from connector_sdk.wire.connection import Response
from functions.runtime.poller.invokers import Arriving, FunctionDied, FunctionMissing, InvocationTooLarge, NeverRan
from functions.runtime.poller.registry import Registered

READ_MARGIN_SECONDS = 5.0
"""How much longer than the function's own time-out its answer is waited for."""
LARGEST_INVOCATION_BYTES = LARGEST_ANSWER_BYTES = 6 * 1024 * 1024
"""Lambda's limits for a synchronous invocation."""

NO_ENVIRONMENT_NOW = frozenset(
    [
        "EC2ThrottledException",
        "EC2UnexpectedException",
        "ENILimitReachedException",
        "SubnetIPAddressLimitReachedException",
        "EFSMountConnectivityException",
        "EFSMountTimeoutException",
        "SnapStartTimeoutException",
        "ResourceNotReadyException",
        "ThrottlingException",
    ]
)
NO_ENVIRONMENT_EVER = frozenset(
    [
        "EC2AccessDeniedException",
        "InvalidRuntimeException",
        "InvalidSecurityGroupIDException",
        "InvalidSubnetIDException",
        "InvalidZipFileException",
        "KMSAccessDeniedException",
        "KMSDisabledException",
        "KMSInvalidStateException",
        "KMSNotFoundException",
    ]
)
"""Codes that say more than their statuses (502, 408, 400): Lambda could not make what the function would begin in."""
PASSING = frozenset({409, 429})
"""Statuses of a function that is being updated or has no room now. Every other 4xx stays until somebody acts."""
TOO_LARGE = 413
UNREADABLE = "InvalidRequestContentException"
DEATHS: Mapping[str, str] = {
    "Sandbox.Timedout": "timed out",
    "Runtime.ExitError": "ended its process (out of memory, or a crash)",
    "Runtime.OutOfMemory": "ran out of memory",
}
"""What Lambda calls the ends of functions that could not raise an error themselves."""
TIMED_OUT = "Task timed out after"
"""Lambda's older form says it in the message only."""


class AwsLambda:
    """Invokes each connector's `function` (an ARN). Any number of threads may use it."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError without region or credentials."""
        self._endpoint = AwsEndpoint("lambda", settings)

    def invoke(self, connector: Registered, invocation: dict[str, Any], arriving: Arriving) -> Any:
        """Run the function once. Raises NeverRan, FunctionMissing, InvocationTooLarge or FunctionDied."""
        answer = self._invoked(connector, _body(connector, invocation), arriving)
        if answer.headers.get("x-amz-function-error"):
            raise FunctionDied(_death(answer))
        try:
            return json.loads(answer.body)
        except ValueError:
            return None  # no outcome, says the poller

    def _invoked(self, connector: Registered, body: bytes, arriving: Arriving) -> Response:
        function = connector.function or connector.name
        call = Call(
            "POST",
            f"/2015-03-31/functions/{quote(function, safe='')}/invocations",
            headers={"content-type": "application/json", "x-amz-invocation-type": "RequestResponse"},
            body=body,
            read_timeout=connector.timeout_seconds + READ_MARGIN_SECONDS,
            attempts=1,
            arriving=lambda length: arriving(LARGEST_ANSWER_BYTES if length is None else length),
        )
        try:
            return self._endpoint.send(call)
        except AwsUnreachable as error:
            if not error.sent:
                raise NeverRan(f"function {connector.name} could not be started: {error}") from error
            if error.timed_out:
                raise FunctionDied(f"gave no answer within {call.read_timeout:g} s") from error
            raise FunctionDied(f"gave no answer, the connection was lost: {error}") from error
        except AwsRefused as error:
            raise _refusal(connector, error) from error


def _refusal(connector: Registered, error: AwsRefused) -> Exception:
    """What a refusal means. A 5xx may come after the function has begun, so it counts as run unless its code knows."""
    if error.status in PASSING or error.code in NO_ENVIRONMENT_NOW:
        return NeverRan(f"function {connector.name} was not started: {error}")
    if error.status >= 500 and error.code not in NO_ENVIRONMENT_EVER:
        return FunctionDied(f"may have run, its outcome is unknown: {error}")
    if error.status == TOO_LARGE:
        return InvocationTooLarge(
            f"function {connector.name} was not started: {error}; map fewer variables into the task"
        )
    if error.code == UNREADABLE:
        return InvocationTooLarge(f"function {connector.name} was not started, Lambda cannot read the job: {error}")
    return FunctionMissing(f"function {connector.name} cannot be invoked: {error}")


def _body(connector: Registered, invocation: Mapping[str, Any]) -> bytes:
    body = json.dumps(invocation, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    if len(body) > LARGEST_INVOCATION_BYTES:
        raise InvocationTooLarge(
            f"function {connector.name} was not started: the job's variables are {len(body)} bytes long, and Lambda "
            f"takes {LARGEST_INVOCATION_BYTES}; map fewer variables into the task"
        )
    return body


def _death(answer: Response) -> str:
    """Say how a function ended. The error's own message stays in the function's log: it may quote a secret."""
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = None
    described = content if isinstance(content, dict) else {}
    kind = str(described.get("errorType") or "an error without a name")
    timed_out = TIMED_OUT in str(described.get("errorMessage") or "")
    how = "timed out" if timed_out else DEATHS.get(kind) or f"raised {kind}"
    request_id = answer.headers.get("x-amzn-requestid") or described.get("requestId") or "unknown"
    return f"{how} (request {request_id}, see the function's log)"
