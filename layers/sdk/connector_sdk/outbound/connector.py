"""A connector: what it is called, what it takes, and its two doors: `run` for one job, the call for Lambda."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from inspect import isclass, signature
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel

from connector_sdk.http.contents import Contents
from connector_sdk.job import Job
from connector_sdk.outbound.failures import OnError
from connector_sdk.outbound.invocation import answer
from connector_sdk.outbound.processing import Handler, Work, process
from connector_sdk.outbound.services import Services
from connector_sdk.outcome import Outcome
from connector_sdk.template import ElementTemplate

Repeat = Literal["safe", "keyed", "unsafe"]
DEFAULT_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Connector:
    """Made by `@outbound_connector`; callable as a Lambda handler."""

    handler: Handler
    model: type[BaseModel]
    type: str
    name: str
    repeat: Repeat = "unsafe"
    """`safe`: may run twice; `keyed`: the service takes an idempotency key; `unsafe`: neither."""
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    errors: Sequence[OnError] = ()
    template: ElementTemplate | None = None
    services: Services | None = None
    """What its jobs work with; None: as the environment says, read when the first job comes."""
    contents: Contents = field(default_factory=Contents, compare=False, repr=False)
    """What its jobs have read."""

    @property
    def fetch_variables(self) -> tuple[str, ...]:
        """The variables that the model reads: all that the poller asks the engine for."""
        return tuple(field.alias or name for name, field in self.model.model_fields.items())

    def run(self, job: Job, services: Services, secret_names: Collection[str] | None = None) -> Outcome:
        """Do one job. Never raises."""
        return process(Work(self.handler, self.model, self.errors, self.contents), job, services, secret_names)

    def with_services(self, services: Services) -> Connector:
        """The same connector, working with these services."""
        return replace(self, services=services, contents=Contents())

    def __call__(self, event: Mapping[str, Any], lambda_context: Any = None) -> dict[str, Any]:
        """Do the jobs of an invocation (`invocation.py` has the shapes)."""
        services = self._services
        return answer(event, lambda_context, lambda job, names: self.run(job, services, names))

    @cached_property
    def _services(self) -> Services:
        return self.services or Services.from_settings()


def outbound_connector(
    *,
    type: str,
    name: str,
    repeat: Repeat = "unsafe",
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS,
    errors: Sequence[OnError] = (),
    template: ElementTemplate | None = None,
) -> Callable[[Callable[..., Any]], Connector]:
    """Make `handler(request: Model, context: JobContext)` a connector for jobs of `type`.

    Raises TypeError if the first parameter has no pydantic model as its type.
    """

    def decorate(handler: Callable[..., Any]) -> Connector:
        first = next(iter(signature(handler).parameters), "")
        model = get_type_hints(handler).get(first)
        if not isclass(model) or not issubclass(model, BaseModel):
            raise TypeError(f"the first parameter of {name}'s handler needs a ConnectorModel as its type")
        return Connector(handler, model, type, name, repeat, timeout_seconds, tuple(errors), template)

    return decorate
