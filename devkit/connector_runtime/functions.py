"""The functions of this project, ready to run in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector_sdk.connector_names import second_names, type_variable, with_types
from connector_sdk.documents.store import DocumentStore
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import SettingsError
from connector_sdk.inbound.polling import PollingConnector
from connector_sdk.inbound.subscription import SubscriptionConnector
from connector_sdk.inbound.webhook import WebhookConnector
from connector_sdk.outbound import Connector, Services
from connector_sdk.secrets import SecretProvider
from connector_sdk.settings import Settings, environment
from devkit.checkout import ROOT
from devkit.generate import FunctionFolder, catalogue
from functions.runtime.messages import app as messages
from functions.runtime.poller.registry import Handler, Registered, load_all

INBOUND: tuple[WebhookConnector[Any], ...] = tuple(one.connector for one in catalogue(ROOT) if one.is_webhook)
"""Every kind of webhook."""
_FETCHED = tuple(one.connector for one in catalogue(ROOT) if one.is_subscription or one.is_poll)
SUBSCRIPTIONS: tuple[SubscriptionConnector[Any], ...] = tuple(
    one for one in _FETCHED if isinstance(one, SubscriptionConnector)
)
"""Every kind of subscription, those to mailboxes that are polled among them."""
POLLS: tuple[PollingConnector, ...] = tuple(one for one in _FETCHED if isinstance(one, PollingConnector))
"""Every kind of poll for the instances that wait."""


@dataclass(frozen=True, slots=True)
class OutboundFunctions:
    """What the poller serves, and the handlers by name for the inline invoker."""

    registry: Sequence[Registered]
    handlers: Mapping[str, Handler]
    services: Services

    def close(self) -> None:
        """Close the connections that the functions keep open to the services they call."""
        self.services.http.close()

    @property
    def types(self) -> list[str]:
        """Every job type that is served."""
        return [job_type for one in self.registry for job_type in one.types]


def outbound_functions(
    settings: Settings,
    secrets: SecretProvider,
    documents: DocumentStore | None = None,
    engine: EngineClient | None = None,
) -> OutboundFunctions:
    """Load every function that does jobs, and those that have a second name (CONNECTOR_<NAME>_FUNCTION).

    `documents` is the store that they share, `engine` gets the messages; None: those that the settings name.
    Raises UnknownConnector, and SettingsError if two of them serve one job type, or if a variable gives a job type to
    a connector that is not there.
    """
    services = Services.from_settings(settings, secrets, documents)
    variables = {**_stated(), **environment()}
    handlers: dict[str, Handler] = {}
    names = tuple(dict.fromkeys((*(one.name for one in _outbound()), *second_names(variables))))
    _refuse_unknown(names, variables)
    loaded = load_all(names, variables)
    for registered, handler in loaded:
        if handler is messages.handler and engine is not None:
            handler = messages.connector(lambda: engine)
        handlers[registered.name] = handler.with_services(services) if isinstance(handler, Connector) else handler
    return OutboundFunctions(tuple(registered for registered, _ in loaded), handlers, services)


def _refuse_unknown(names: Sequence[str], variables: Mapping[str, str]) -> None:
    for name in with_types(variables):
        variable = type_variable(name)
        if name not in names:
            raise SettingsError(
                f"{variable}: there is no connector {name!r}; there are {', '.join(sorted(names))}. "
                f"{variable.removesuffix('TYPE')}FUNCTION=<one of them> would make it a second name of that one"
            )


def _outbound() -> list[FunctionFolder]:
    return [one for one in catalogue(ROOT) if one.does_jobs]


def _stated() -> dict[str, str]:
    """`Code` and `Type` of the forms as the variables that say the same."""
    stated = {}
    for one in _outbound():
        variable = f"CONNECTOR_{one.name.replace('-', '_').upper()}"
        if one.code != one.folder:
            stated[f"{variable}_FUNCTION"] = one.code
        if one.job_type:
            stated[type_variable(one.name)] = one.job_type
    return stated
