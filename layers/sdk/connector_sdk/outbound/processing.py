"""One job from its variables to its outcome, in the order of Camunda's connector runtime.

Back-off header, secrets, binding, the connector itself, result mapping. Whatever fails on the way is shown to the
error expression, and so is a success; what the expression does not decide, completes or fails as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pydantic import BaseModel

from connector_sdk.binding import bind
from connector_sdk.documents.created import created
from connector_sdk.documents.references import Documents
from connector_sdk.errors import ConnectorError
from connector_sdk.expressions import output_variables
from connector_sdk.expressions.error_mapping import error_outcome
from connector_sdk.http import HttpClient, github_app
from connector_sdk.http.contents import Contents, Held
from connector_sdk.job import Job
from connector_sdk.nesting import allow_deep_values
from connector_sdk.outbound.context import JobContext
from connector_sdk.outbound.failures import Failure, OnError, failure_of
from connector_sdk.outbound.headers import Headers
from connector_sdk.outbound.services import Services
from connector_sdk.outcome import Complete, Fail, Outcome
from connector_sdk.secrets import CachedSecrets, resolve

allow_deep_values()  # of the whole process, before any job runs in it

Handler = Callable[[Any, JobContext], Any]


@dataclass(frozen=True, slots=True)
class Work:
    """A connector's handler with its model."""

    handler: Handler
    model: type[BaseModel]
    on_errors: Sequence[OnError] = ()
    contents: Contents = field(default_factory=Contents)
    """What all of its jobs have read."""


@dataclass(slots=True)
class _Progress:
    """How far a job came: needed to describe a failure on the way."""

    held: Held
    """What it has read."""
    backoff_ms: int = 0
    used_secrets: tuple[str, ...] = ()
    http: HttpClient | None = None
    """The handler's own, once it runs."""

    @property
    def did_nothing(self) -> bool:
        """Whether the handler has sent no more than one request, the one whose credentials were refused."""
        return self.http is None or self.http.sent <= 1

    def note(self, secret: str) -> None:
        """One more text that must not leave the function."""
        self.used_secrets = (*self.used_secrets, secret)


def process(work: Work, job: Job, services: Services, secret_names: Collection[str] | None = None) -> Outcome:
    """Do the job. Never raises: whatever goes wrong is an outcome.

    `secret_names` are the secrets that the element's own mappings name (None: not known, all are allowed).
    """
    progress = _Progress(Held(work.contents))
    try:
        return _processed(work, job, services, secret_names, progress)
    except Exception as error:  # even while a failure was put into words; what the error says may hold a secret
        return Fail(f"The connector could not say what went wrong ({type(error).__name__})", max(job.retries - 1, 0))
    finally:
        progress.held.let_go()


def _processed(
    work: Work, job: Job, services: Services, secret_names: Collection[str] | None, progress: _Progress
) -> Outcome:
    headers = Headers.of(job.custom_headers)
    create = partial(created, create=services.documents.create)
    try:
        response = _response(work, job, services, headers, progress, secret_names)
        variables = output_variables(
            response,
            headers.result_variable,
            headers.result_expression,
            compatibility=services.compatibility,
            create=create,
        )
        end: Complete | Failure = Complete(variables)
        seen = variables or response
    except Exception as error:  # everything that fails ends as the job's outcome, the table in failures.py says how
        end = _failure(error, work, job, services, progress)
        seen = {"error": end.error}
    try:
        decided = error_outcome(headers.error_expression, seen, job.retries, services.compatibility, create)
    except Exception as error:
        failure = _failure(error, work, job, services, progress)
        return Failure(failure.error, failure.incident, 0, 0).outcome()
    if decided is not None:
        return decided
    return end.outcome() if isinstance(end, Failure) else end


def _response(
    work: Work,
    job: Job,
    services: Services,
    headers: Headers,
    progress: _Progress,
    secret_names: Collection[str] | None,
) -> Any:
    progress.backoff_ms = headers.backoff_ms()
    allowed, textual = secret_names, services.compatibility.textual_secrets
    resolved = resolve(dict(job.variables), services.secrets, allowed=allowed, textual=textual)
    progress.used_secrets = resolved.used
    try:
        return _answer(work, job, services, progress, resolved.value)
    except ConnectorError as error:
        if not error.credentials_refused or not progress.did_nothing or not resolved.used:
            raise
        if not isinstance(services.secrets, CachedSecrets):
            raise
        services.secrets.outdate()
        renewed = resolve(dict(job.variables), services.secrets, allowed=allowed, textual=textual)
        if renewed.value == resolved.value:
            raise
        progress.used_secrets = (*progress.used_secrets, *renewed.used)
        return _answer(work, job, services, progress, renewed.value)


def _answer(work: Work, job: Job, services: Services, progress: _Progress, variables: Mapping[str, Any]) -> Any:
    rules = services.compatibility
    http = services.http.for_job(progress.note, progress.held)
    functions = {github_app.NAME: partial(github_app.installation_token, http=http, clock=services.clock)}
    documents = Documents(services.documents, http.download, rules, functions)
    request = bind(work.model, variables, documents, newer_inputs=rules.newer_inputs)
    progress.http = services.http.for_job(progress.note, progress.held)
    context = JobContext(job, progress.http, rules, services.clock, services.documents, services.settings)
    response = work.handler(request, context)
    return response.model_dump(mode="json", by_alias=True) if isinstance(response, BaseModel) else response


def _failure(error: Exception, work: Work, job: Job, services: Services, progress: _Progress) -> Failure:
    return failure_of(
        error,
        retries=job.retries,
        backoff_ms=progress.backoff_ms,
        used_secrets=progress.used_secrets,
        compatibility=services.compatibility,
        on_errors=work.on_errors,
    )
