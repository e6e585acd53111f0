"""What the tables of the AWS connectors share: a task that is right but for one thing, and AWS's refusals."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Peers, Row

KEYS = {"type": "credentials", "accessKey": "AKIAIOSFODNN7EXAMPLE", "secretKey": SECRET_REFERENCE}
REGION = "eu-central-1"
LARGE = "x" * 1_100_000
"""More than SQS, SNS and EventBridge take."""


def task(member: str, content: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The variables of a task whose own input is `member`."""
    return {"authentication": KEYS, "configuration": {"region": REGION}, member: content, **changes}


def at(place: Callable[[Peers], str], member: str, content: Mapping[str, Any]) -> Callable[[Peers], dict[str, Any]]:
    """The same at another address than AWS's."""
    return lambda peers: task(member, content, configuration={"region": REGION, "endpoint": place(peers)})


def of_any_service(member: str, content: Mapping[str, Any], field: str, large: str) -> tuple[Row, ...]:
    """Rows for any service. `field` is a required text of `content`, `large` the one that may be too long."""
    path = f"{member}.{field}"
    without = {name: value for name, value in content.items() if name != field}
    return (
        Row("missing", task(member, without), f"{path}: Validation failed. Original message: must not be", retries=0),
        Row("missing", {member: content}, "authentication: Validation failed", retries=0),
        Row("wrong type", task(member, {**content, field: ["a", "b"]}), f"{path}: Validation failed", retries=0),
        Row("unreachable host", at(lambda peers: f"http://{peers.closed}", member, content), "no answer"),
        Row(
            "refused credentials",
            at(lambda peers: f"http://{peers.http}", member, content),
            "The security token included in the request is invalid",
            "UnrecognizedClientException",
        ),
        Row("refused certificate", at(lambda peers: f"https://{peers.untrusted}", member, content), "certificate"),
        Row(
            "too large",
            at(lambda peers: f"http://{peers.http}", member, {**content, large: LARGE}),
            "The request is too long",
            "RequestTooLong",
        ),
    )
