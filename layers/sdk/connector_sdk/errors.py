"""Every error that the SDK raises on purpose, grouped by what the caller does about it.

    SdkError
    ├── ConnectorError              the connector failed: retries − 1, `code` is what error expressions see
    │   ├── ConnectorInputError     the task is modelled wrongly: retries 0, trying again cannot help
    │   │   └── SecretMissing       a secret is not there: retries 0
    │   └── ConnectorRetryError     the connector itself says how often and when to try again
    ├── DeniedAddress               a connector wanted to dial an address that it may not reach
    ├── SecretsUnavailable          the place where secrets are kept does not answer, refuses, or holds something else
    ├── WebhookError                a webhook is refused with an HTTP status
    ├── EngineError                 the engine did not take a command
    │   ├── EngineUnreachable       no answer: the command may or may not have been taken
    │   ├── EngineBusy              429, 503, 504: try again later
    │   └── EngineRejected          a definite no (400, 401, 403, 409 …)
    │       ├── EngineNotFound      404: nothing there, or somebody else was first
    │       └── EngineConflict      409: already there, or in the wrong state
    ├── AwsError                    an AWS service did not do what it was asked
    │   ├── AwsUnreachable          no answer: it may or may not have been done
    │   └── AwsRefused              a definite no, with AWS's own code
    ├── SettingsError               an environment variable is missing or unreadable
    └── NotBuilt                    this part of the kit does not exist yet; the message names it

FEEL and BPMN have trees of their own (`connector_sdk.feel`, `connector_sdk.bpmn`), because both can be imported alone.
No message ever holds a secret's value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any


class SdkError(Exception):
    """The root of the tree; never raised itself."""


class ConnectorError(SdkError):
    """A connector failed; `code` and `variables` become `error.code` and `error.variables` in error expressions.

    `credentials_refused`: the service does not know who asks, so this call did nothing; a secret may have been changed.
    """

    def __init__(
        self,
        code: str | None,
        message: str,
        variables: Mapping[str, Any] | None = None,
        *,
        credentials_refused: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.variables = variables
        self.credentials_refused = credentials_refused


class ConnectorInputError(ConnectorError):
    """The input cannot work however often it is tried: the job fails with retries 0."""

    def __init__(self, message: str) -> None:
        super().__init__(None, message)


class SecretMissing(ConnectorInputError):
    """No provider knows the secret. The text is Camunda's, users search for it.

    `incident` is the sentence for a person, with `advice`: where it would have been found.
    """

    def __init__(self, name: str, advice: str = "") -> None:
        super().__init__(f"Secret with name '{name}' is not available")
        self.name = name
        self.incident = f"{self.message}: {advice}" if advice else self.message


class ConnectorRetryError(ConnectorError):
    """The connector decides itself: `retries` left (None: one less than now) after `backoff` (None: the header's)."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retries: int | None = None,
        backoff: timedelta | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code, message, variables)
        self.retries = retries
        self.backoff = backoff


class DeniedAddress(SdkError):
    """A name resolved to an address that connectors may not reach (setting: CONNECTORS_ALLOW_ADDRESSES)."""

    def __init__(self, host: str, address: str, reason: str, *, hands_out_credentials: bool = False) -> None:
        denied = f"{host} resolves to {address}, which is {reason}"
        super().__init__(
            f"{denied}: it hands out credentials, no task may ask it"
            if hands_out_credentials
            else f"{denied}; CONNECTORS_ALLOW_ADDRESSES={address} (an address or a CIDR) would allow it"
        )
        self.host = host
        self.address = address


class SecretsUnavailable(SdkError):
    """Whether a secret exists cannot be known now; trying again may help."""


class WebhookError(SdkError):
    """A request is refused: `status` and `reason` go to the sender as `{"reason": …}`, with these headers."""

    def __init__(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = dict(headers or {})


class EngineError(SdkError):
    """The engine did not take a command."""


class EngineUnreachable(EngineError):
    """No connection, no answer in time, or half an answer: whether the command was taken is unknown."""


class EngineBusy(EngineError):
    """The engine answered 429, 503 or 504: it wants to be asked again later.

    `timed_out` (504): it took the command, and what the caller waited for may still come.
    """

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class EngineRejected(EngineError):
    """A definite no. `problem`: in problem details (RFC 9457), so the engine itself said it, nobody before it."""

    def __init__(self, status: int, title: str, detail: str, request: str, *, problem: bool = False) -> None:
        super().__init__(f"the engine refused {request}: {status} {title}: {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.problem = problem


class EngineNotFound(EngineRejected):
    """404: there is no such job, definition or waiting subscription (any more)."""


class EngineConflict(EngineRejected):
    """409: it is there already, or it is in a state that forbids the command."""


class AwsError(SdkError):
    """An AWS service did not do what it was asked."""


class AwsUnreachable(AwsError):
    """No connection, no answer in time, or half an answer.

    `sent`: the request went out, so it may have been done; `timed_out`: it was waited for as long as it may take.
    """

    def __init__(self, message: str, *, sent: bool = True, timed_out: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.timed_out = timed_out


class AwsRefused(AwsError):
    """The service said no: `code` is its own, such as `AccessDeniedException`, `answer` its JSON, if it was any."""

    def __init__(self, status: int, code: str, message: str, request: str, answer: Mapping[str, Any]) -> None:
        super().__init__(f"AWS refused {request}: {code} {message}".rstrip())
        self.status = status
        self.code = code
        self.answer = answer


class SettingsError(SdkError):
    """An environment variable is missing or unreadable; the message names it and what it should hold."""


class NotBuilt(SdkError):
    """A part that the design has and the code does not have yet."""

    def __init__(self, part: str) -> None:
        super().__init__(f"not built yet: {part}")
        self.part = part
