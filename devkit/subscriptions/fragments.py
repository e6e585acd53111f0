"""Event source mappings and schedules as text of the stack's template: a file `subscriptions/<process>.yaml` each.

A file has an entry for each function, by its logical id, with the resources that stand beside it. They are named after
their source, so that two processes that read from one queue share its mapping.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import SdkError
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.polled import PolledConnector
from connector_sdk.inbound.polling import Poll, Polls
from connector_sdk.inbound.subscription import Subscription, Subscriptions
from connector_sdk.secrets import SecretProvider
from connector_sdk.settings import Settings
from devkit.checkout import ROOT
from devkit.connector_runtime.functions import POLLS, SUBSCRIPTIONS
from devkit.connector_runtime.models import Model
from devkit.generate.catalogue import catalogue
from devkit.generate.join import difference
from devkit.generate.template import SUBSCRIPTIONS as FOLDER
from devkit.subscriptions.access import Access
from devkit.subscriptions.mappings import mapping_of, unreadable

HEAD = "# Written by `connectors subscriptions sync` from {model}; `connectors generate` puts it into template.yaml.\n"
ID_CHARACTERS = 12
_XML_NAME = re.compile(r"[^\W\d][\w.-]*")
"""What the id of a process is in BPMN: no path, for one (XML's NCName)."""


class NotSubscribable(SdkError):
    """A subscription of a model cannot be activated."""


Source = Subscription | Poll
"""What a process waits for without being called."""


def sources_of(model: Model, secrets: SecretProvider, settings: Settings) -> Mapping[str, Sequence[Source]]:
    """What each process of a file subscribes to and polls. Raises NotSubscribable, UnusableProcess."""
    found: dict[str, Sequence[Source]] = {}
    for process in model.definitions.processes:
        if process.executable:
            deployed = DeployedProcess(process.id, 1, "", model.name, settings.tenant_ids[0])
            elements = elements_of(model.definitions, deployed)
            subscriptions = Subscriptions(SUBSCRIPTIONS, secrets, settings.compatibility)
            polls = Polls(POLLS, secrets, settings.compatibility)
            for refusal in (*subscriptions.deploy(deployed, elements), *polls.deploy(deployed, elements)):
                named = ", ".join(element.element_id for element in refusal.elements)
                raise NotSubscribable(f"{named} in {model.name}: {refusal.reason}")
            found[process.id] = [*(one for queue in subscriptions for one in queue), *(queue[0] for queue in polls)]
    return found


def fragment(model: str, sources: Sequence[Source], access: Access) -> str:
    """The content of a process's file, empty if AWS reads none of its sources.

    Raises NoMapping, and NotSubscribable where two want one mapping otherwise.
    """
    functions: dict[str, dict[str, tuple[Source, str]]] = {}
    for one in sources:
        if left_out(one):
            continue
        function = _function_id(one.connector.type)
        name, text = _resources(one, function, access)
        first, known = functions.setdefault(function, {}).setdefault(name, (one, text))
        if known != text:
            named = " and ".join(each.elements[0].element_id for each in (first, one))
            raise NotSubscribable(
                f"{named} in {model} read from one source, which has one mapping on AWS, and differ: "
                f"{difference(known, text)}; give both the same"
            )
    lines = [HEAD.format(model=model)] if functions else []
    for function, texts in functions.items():
        lines.append(f"{function}:\n")
        lines += [f"  {line}\n" for _, text in texts.values() for line in text.splitlines()]
    return "".join(lines)


def left_out(source: Source) -> str:
    """Why a process's file has no part for a source; empty if it has."""
    return unreadable(source) if isinstance(source, Subscription) else ""


def file_of(root: Path, process_id: str) -> Path:
    """Where a process's part of the template is. Raises NotSubscribable for an id that no engine would deploy."""
    if not _XML_NAME.fullmatch(process_id):
        raise NotSubscribable(
            f"{process_id!r} is no id of a process: letters, digits, `_`, `-` and `.`, with a letter or `_` before "
            "the rest; give the process another id"
        )
    return root / FOLDER / f"{process_id}.yaml"


def _resources(source: Source, function: str, access: Access) -> tuple[str, str]:
    """What its resources' logical ids begin with, and they themselves."""
    if isinstance(source, Poll) or isinstance(source.connector, PolledConnector):
        return function, _of_poll(function)
    name = function + sha256(source.source.encode()).hexdigest()[:ID_CHARACTERS]
    return name, mapping_of(source, function, name, access)


def _function_id(connector_type: str) -> str:
    kinds = (one for one in catalogue(ROOT) if one.is_subscription or one.is_poll)
    return next(one.id for one in kinds if one.connector.type == connector_type)


def _of_poll(function: str) -> str:
    """A run each minute, for the polls of all processes; a run that is not over yet overlaps with the next one."""
    return f"""\
{function}Invoker:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement:
        - {{Effect: Allow, Principal: {{Service: scheduler.amazonaws.com}}, Action: sts:AssumeRole}}
    Policies:
      - PolicyName: invoke
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - {{Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt {function}.Arn}}
{function}Schedule:
  Type: AWS::Scheduler::Schedule
  Properties:
    Name: !Sub "${{{function}}}-each-minute"
    ScheduleExpression: rate(1 minute)
    FlexibleTimeWindow: {{Mode: "OFF"}}
    Target:
      Arn: !GetAtt {function}.Arn
      RoleArn: !GetAtt {function}Invoker.Arn
      Input: '{{"time":"<aws.scheduler.scheduled-time>"}}'
      RetryPolicy: {{MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60}}
"""
