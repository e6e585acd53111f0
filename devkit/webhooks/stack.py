"""The webhooks of a deployed stack: its table of routed processes and its API, found by the stack's outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urlencode

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import AwsRefused, EngineRejected, SdkError
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.setting_values import WebhookApi, webhook_api
from connector_sdk.settings import Settings
from connector_sdk.stores.routes import RoutedProcess, RoutesTable
from functions.runtime.importer.api_routes import ApiRoutes
from functions.runtime.importer.definitions import SearchableEngine, kept, with_instances

_OUTPUT = re.compile(r"<member>(?:(?!</member>).)*?<OutputKey>.*?</member>", re.DOTALL)
_PART = re.compile(r"<(OutputKey|OutputValue)>([^<]*)</\1>")


class StackMissing(SdkError):
    """There is no such stack in this account and region."""


class NoWebhooks(SdkError):
    """The stack takes no webhooks, or is too old to be told of them."""


@dataclass(frozen=True, slots=True)
class StackWebhooks:
    """What a stack takes webhooks for. Methods raise AwsError."""

    settings: Settings
    table: RoutesTable
    api: WebhookApi
    address: str
    """Of its webhooks: a path goes behind it."""

    @classmethod
    def of(cls, settings: Settings, stack: str) -> StackWebhooks:
        """Raises StackMissing, NoWebhooks, AwsError, SettingsError."""
        outputs = stack_outputs(settings, stack)
        if "Routes" not in outputs:
            raise NoWebhooks(f"the stack {stack} takes no webhooks: it was generated without one")
        api = webhook_api(outputs.get("WebhookApi", ""))
        if api is None:
            raise NoWebhooks(f"the stack {stack} is of an older version of the kit: `make deploy` brings it up to date")
        return cls(settings, RoutesTable(settings, outputs["Routes"]), api, outputs["WebhookAddress"])

    def enter(self, process: RoutedProcess, engine: SearchableEngine) -> RoutedProcess:
        """Enter a process that was just deployed; returns it with what is kept of its older versions.

        Elements stay at which instances of an older version may wait: all of them, if the engine cannot be searched for
        such instances, and none where those of older versions lose their webhooks (8.8). Raises EngineError.
        """
        there = self.table.get(process.id)
        latest_only = InboundRules.of(self.settings.compatibility).latest_only
        elements = [InboundElement.from_json(one) for one in there.elements] if there and not latest_only else []
        keys = {one.process_definition_key for one in elements}
        try:
            active = with_instances(engine, {one.process_definition_key for one in kept(elements, process, keys)})
        except EngineRejected:
            active = keys
        stay = [one.to_json() for one in kept(elements, process, active)]
        entered = replace(process, elements=(*process.elements, *stay))
        if entered.elements:
            self.table.put(entered)
        elif there:
            self.table.remove(process.id)
        return entered

    def update_routes(self) -> None:
        """Give each webhook its route in the API, and take away those of others."""
        ApiRoutes(self.settings, self.api).update(self.table.all())


def stack_outputs(settings: Settings, stack: str) -> Mapping[str, str]:
    """Output names and values. Raises StackMissing, AwsError, SettingsError."""
    form = urlencode({"Action": "DescribeStacks", "StackName": stack, "Version": "2010-05-15"}).encode()
    call = Call("POST", "/", headers={"content-type": "application/x-www-form-urlencoded"}, body=form)
    try:
        text = AwsEndpoint("cloudformation", settings).send(call).body.decode()
    except AwsRefused as error:
        if error.code == "ValidationError":
            raise StackMissing(
                f"there is no stack {stack} in {settings.aws_region}: `make deploy` makes one"
            ) from error
        raise
    members = (dict(_PART.findall(member)) for member in _OUTPUT.findall(text))
    return {one["OutputKey"]: unescape(one["OutputValue"]) for one in members}
