"""Event source mappings and schedules as text of the stack's template: a file `subscriptions/<process>.yaml` each.

A file has an entry for each function, by its logical id, with the resources that stand beside it. They are named after
their source, so that two processes that read from one queue share its mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import SdkError
from connector_sdk.inbound import elements_of
from connector_sdk.inbound.subscription import Subscription, Subscriptions
from connector_sdk.secrets import SecretProvider
from connector_sdk.settings import Settings
from devkit.checkout import ROOT
from devkit.connector_runtime.functions import SUBSCRIPTIONS
from devkit.connector_runtime.models import Model
from devkit.generate.catalogue import catalogue
from devkit.generate.template import SUBSCRIPTIONS as FOLDER
from functions.inbound.sqs_subscription import app as sqs
from functions.inbound.sqs_subscription.model import Queue

HEAD = "# Written by `connectors subscriptions sync` from {model}; `connectors generate` puts it into template.yaml.\n"
ID_CHARACTERS = 12


class NotSubscribable(SdkError):
    """A subscription of a model cannot be read by an event source mapping, or by nobody at all."""


def subscriptions_of(model: Model, secrets: SecretProvider, settings: Settings) -> Mapping[str, Sequence[Subscription]]:
    """What each process of a file subscribes to. Raises NotSubscribable, UnusableProcess."""
    found: dict[str, Sequence[Subscription]] = {}
    for process in model.definitions.processes:
        if process.executable:
            deployed = DeployedProcess(process.id, 1, "", model.name, settings.tenant_id)
            subscriptions = Subscriptions(SUBSCRIPTIONS, secrets, settings.compatibility)
            for refusal in subscriptions.deploy(deployed, elements_of(model.definitions, deployed)):
                named = ", ".join(element.element_id for element in refusal.elements)
                raise NotSubscribable(f"{named} in {model.name}: {refusal.reason}")
            found[process.id] = [one for queue in subscriptions for one in queue]
    return found


def fragment(model: str, subscriptions: Sequence[Subscription]) -> str:
    """The content of a process's file. Raises NotSubscribable."""
    functions: dict[str, dict[str, None]] = {}
    for one in subscriptions:
        functions.setdefault(_function_id(one.connector.type), {})[_resources(one)] = None
    lines = [HEAD.format(model=model)]
    for function, texts in functions.items():
        lines.append(f"{function}:\n")
        lines += [f"  {line}\n" for text in texts for line in text.splitlines()]
    return "".join(lines)


def file_of(root: Path, process_id: str) -> Path:
    """Where a process's part of the template is."""
    return root / FOLDER / f"{process_id}.yaml"


def _resources(subscription: Subscription) -> str:
    function = _function_id(subscription.connector.type)
    name = function + sha256(subscription.source.encode()).hexdigest()[:ID_CHARACTERS]
    return _WRITERS[subscription.connector.type](subscription.configuration, function, name)


def _function_id(connector_type: str) -> str:
    return next(one.id for one in catalogue(ROOT) if one.is_subscription and one.connector.type == connector_type)


def _of_queue(queue: Queue, function: str, name: str) -> str:
    """A mapping waits for the right to read: AWS looks when it is made."""
    arn = f'!Sub "arn:${{AWS::Partition}}:{queue.source}"'
    return f"""\
{name}Policy:
  Type: AWS::IAM::Policy
  Properties:
    PolicyName: {name}
    Roles: [!Ref {function}Role]
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
          Resource: {arn}
{name}Mapping:
  Type: AWS::Lambda::EventSourceMapping
  DependsOn: {name}Policy
  Properties:
    FunctionName: !Ref {function}
    EventSourceArn: {arn}
    BatchSize: 10
    FunctionResponseTypes: [ReportBatchItemFailures]
"""


_WRITERS: Mapping[str, Callable[[Any, str, str], str]] = {sqs.handler.type: _of_queue}
