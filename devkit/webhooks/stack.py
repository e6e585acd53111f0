"""The webhooks of a deployed stack: its table of routed processes and its API, found by the stack's outputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import urlencode

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import AwsRefused, EngineRejected, SdkError
from connector_sdk.settings import Settings, WebhookApi, webhook_api
from connector_sdk.stores.routes import RoutedProcess, RoutesTable
from functions.runtime.importer.api_routes import ApiRoutes
from functions.runtime.importer.definitions import SearchableEngine, with_instances

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

    def find(self, tenant: str, process: str) -> RoutedProcess | None:
        """The entry of a process."""
        wanted = (tenant, process)
        return next((one for one in self.table.all() if (one.tenant_id, one.process_definition_id) == wanted), None)

    def enter(self, process: RoutedProcess, engine: SearchableEngine) -> RoutedProcess:
        """Enter a process that was just deployed; returns it with what is kept of its older versions.

        Elements stay at which instances of an older version may wait: all of them, if the engine cannot be searched for
        such instances. Raises EngineError.
        """
        there = self.find(process.tenant_id, process.process_definition_id)
        older = (
            [one for one in there.elements if one.get("waits") and one["version"] < process.version] if there else []
        )
        keys = {str(one["process_definition_key"]) for one in older}
        try:
            active = with_instances(engine, keys)
        except EngineRejected:
            active = keys
        kept = [one for one in older if one["process_definition_key"] in active]
        entered = replace(process, elements=(*process.elements, *kept))
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
