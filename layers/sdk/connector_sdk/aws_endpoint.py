"""One AWS service's endpoint: signed calls over kept-alive connections, tried again where that does no harm."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from connector_sdk.clock import Clock, SystemClock, utc
from connector_sdk.container_credentials import credentials_of
from connector_sdk.errors import AwsRefused, AwsUnreachable, SettingsError
from connector_sdk.settings import Settings
from connector_sdk.sigv4 import Scope, UnsignedRequest, canonical_query, signed_headers
from connector_sdk.wire.addresses import Network
from connector_sdk.wire.connection import Arriving, Connections, NotConnected, Response

CONNECT_TIMEOUT_SECONDS = 2.0
READ_TIMEOUT_SECONDS = 5.0
SPARE_SECONDS = 10.0
"""What all attempts of a call may take beside one `read_timeout`, however slowly their answers come."""
ATTEMPTS = 3
UNAVAILABLE = 503
FIRST_PAUSE_SECONDS = 0.1
"""Doubled after each attempt; half of it is chance."""

JSON_PROTOCOLS: Mapping[str, tuple[str, str]] = {
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "events": ("AWSEvents", "application/x-amz-json-1.1"),
    "secretsmanager": ("secretsmanager", "application/x-amz-json-1.1"),
    "sqs": ("AmazonSQS", "application/x-amz-json-1.0"),
    "ssm": ("AmazonSSM", "application/x-amz-json-1.1"),
}
"""Service → what stands before an operation's name, and the content type (AWS JSON protocols 1.0 and 1.1)."""
BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TooManyUpdates",
    }
)
"""Codes that pass by themselves."""
DOMAINS: Mapping[str, str] = {"cn": "amazonaws.com.cn"}
"""Domains of regions that are not below amazonaws.com, by the first part of the region's name."""

Wait = Callable[[float], object]
_REGION = re.compile(r"[a-z0-9-]{1,63}", re.ASCII)
_XML_CODE = re.compile(r"<Code>([^<]*)</Code>")
_XML_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an endpoint. `path` is percent-encoded, `query` holds decoded pairs."""

    method: str
    path: str
    query: Iterable[tuple[str, str]] = ()
    headers: Mapping[str, str] | None = None
    body: bytes = b""
    read_timeout: float = READ_TIMEOUT_SECONDS
    """Seconds, for each wait on the socket; all attempts together are over SPARE_SECONDS after it."""
    attempts: int = ATTEMPTS
    """1: sent once and never again, whatever happens."""
    once: bool = False
    """Tried again only if nothing was sent, or the service refused it for the moment: it must not be done twice."""
    arriving: Arriving | None = None

    def may_repeat(self, error: AwsRefused | AwsUnreachable) -> bool:
        """Whether another attempt may help, and does no harm."""
        if isinstance(error, AwsUnreachable):
            return not (self.once and error.sent)
        if self.once:
            return error.status == UNAVAILABLE or (error.status < 500 and error.code in BUSY)
        return error.status >= 500 or error.code in BUSY


def is_region(text: str) -> bool:
    """Whether a model's text can be the name of a region, which becomes part of a host name."""
    return _REGION.fullmatch(text) is not None


def json_call(service: str, operation: str, content: Mapping[str, Any]) -> Call:
    """The request for an operation, such as `GetItem`, of a service with a JSON protocol."""
    target, media_type = JSON_PROTOCOLS[service]
    return Call(
        "POST",
        "/",
        headers={"content-type": media_type, "x-amz-target": f"{target}.{operation}"},
        body=json.dumps(content, separators=(",", ":")).encode(),
    )


class AwsEndpoint:
    """Speaks to one service in one region; any number of threads may use it."""

    def __init__(
        self,
        service: str,
        settings: Settings,
        *,
        prefix: str = "",
        allowed: Iterable[Network] | None = None,
        clock: Clock | None = None,
        wait: Wait | None = None,
    ) -> None:
        """`prefix` goes before the host, for S3's buckets; with `allowed`, its addresses are judged (wire.connection).

        Raises SettingsError without region or credentials, ValueError for an endpoint that is no address.
        """
        if not settings.aws_region:
            raise SettingsError("AWS_REGION is not set: it names the region of the stack, such as eu-central-1")
        self._credentials = credentials_of(settings)
        self._scope = Scope(service, settings.aws_region)
        address = settings.aws_endpoint or f"https://{prefix}{service}.{settings.aws_region}.{_domain(settings)}"
        self._host = urlsplit(address).netloc
        self._connections = Connections(address, connect_timeout=CONNECT_TIMEOUT_SECONDS, allowed=allowed)
        self._clock: Clock = clock or SystemClock()
        self._wait = wait or threading.Event().wait

    def operation(self, name: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation of a service with a JSON protocol, such as `GetItem`.

        Raises AwsRefused (with AWS's own code and answer) or AwsUnreachable.
        """
        return json_object(self.send(json_call(self._scope.service, name, content)).body)

    def send(self, call: Call) -> Response:
        """Send a request; an answer above 299 is raised. Raises AwsRefused, AwsUnreachable, DeniedAddress."""
        deadline = SystemClock().monotonic() + call.read_timeout + SPARE_SECONDS
        for attempt in range(1, call.attempts + 1):
            pause = FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
            try:
                return self._once(call, deadline)
            except (AwsRefused, AwsUnreachable) as error:
                late = SystemClock().monotonic() + pause >= deadline
                if late or attempt == call.attempts or not call.may_repeat(error):
                    raise
            self._wait(pause)
        raise AssertionError("a call has at least one attempt")

    def _once(self, call: Call, deadline: float) -> Response:
        pairs = list(call.query)
        request = UnsignedRequest(call.method, self._host, call.path, pairs, call.headers, call.body)
        headers = signed_headers(request, self._credentials(), self._scope, utc(self._clock))
        path = f"{call.path}?{canonical_query(pairs)}" if pairs else call.path
        try:
            answer = self._connections.request(
                call.method,
                path,
                body=call.body,
                headers=headers,
                read_timeout=call.read_timeout,
                repeatable=call.attempts > 1,
                deadline=deadline,
                arriving=call.arriving,
            )
        except OSError as error:
            raise AwsUnreachable(
                f"no answer from {self._scope.service} at {self._host}: {error}",
                sent=not isinstance(error, NotConnected),
                timed_out=isinstance(error, TimeoutError),
            ) from error
        if answer.status > 299:
            raise _refusal(answer, f"{self._scope.service} {_what(call)}")
        return answer


def _domain(settings: Settings) -> str:
    return DOMAINS.get(settings.aws_region.partition("-")[0], "amazonaws.com")


def _what(call: Call) -> str:
    target = (call.headers or {}).get("x-amz-target", "")
    return target.partition(".")[2] or f"{call.method} {call.path}"


def _refusal(answer: Response, request: str) -> AwsRefused:
    """Read the three ways in which AWS says no: a `__type` in JSON, a header, XML (S3)."""
    content = json_object(answer.body)
    text = answer.body.decode(errors="replace")
    code = content.get("__type") or answer.headers.get("x-amzn-errortype") or _first(_XML_CODE, text)
    message = content.get("message") or content.get("Message") or _first(_XML_MESSAGE, text)
    name = str(code or f"HTTP {answer.status}").rpartition("#")[2].partition(":")[0]
    # After the first line of some messages comes the request as it was signed, tokens and all.
    return AwsRefused(answer.status, name, str(message or "").partition("\n")[0], request, content)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def json_object(body: bytes) -> dict[str, Any]:
    """What a service answered; empty for anything but an object."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
