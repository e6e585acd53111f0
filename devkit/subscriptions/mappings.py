"""The event source mapping of each kind of subscription, with the rights that AWS wants it to have."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connector_sdk.inbound.subscription import Subscription
from devkit.subscriptions.access import AMAZON_MQ, AMAZON_MSK, Access, NoMapping
from functions.inbound.kafka_subscription import app as kafka
from functions.inbound.kafka_subscription.model import Topic
from functions.inbound.rabbitmq_subscription import app as rabbitmq
from functions.inbound.rabbitmq_subscription import model as rabbitmq_model
from functions.inbound.sqs_subscription import app as sqs
from functions.inbound.sqs_subscription.model import Queue

NETWORK = (
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
"""What AWS needs to reach a broker in a VPC."""
POSITIONS: Mapping[str, str] = {"earliest": "TRIM_HORIZON", "latest": "LATEST"}
_QUEUE = re.compile(r"sqs:[^:]+:[0-9]{12}:(?:[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo)")
"""What SQS allows as an account and a name of at most 80 characters, the ending of a FIFO queue among them."""


def mapping_of(subscription: Subscription, function: str, name: str, access: Access) -> str:
    """The resources for one source, below `name`. Raises NoMapping."""
    properties, statements = _WRITERS[subscription.connector.type](subscription.configuration, access)
    lines = "".join(f"    {key}: {value}\n" for key, value in properties.items())
    rights = "".join(
        f"        - {{Effect: Allow, Action: {_list(actions)}, Resource: {on}}}\n" for actions, on in statements
    )
    return f"""\
{name}Policy:
  Type: AWS::IAM::Policy
  Properties:
    PolicyName: {name}
    Roles: [!Ref {function}Role]
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
{rights}\
{name}Mapping:
  Type: AWS::Lambda::EventSourceMapping
  # AWS looks for the rights when the mapping is made.
  DependsOn: {name}Policy
  Properties:
    FunctionName: !Ref {function}
{lines}"""


def unreadable(subscription: Subscription) -> str:
    """Why AWS cannot read a source, which `connectors run` can; empty if it can."""
    match subscription.configuration:
        case rabbitmq_model.Queue(is_amazon=False, name=name, broker=broker):
            return f"AWS reads brokers of Amazon MQ only, and queue {name} of {broker.host} is none"
    return ""


Written = tuple[Mapping[str, str], Iterable[tuple[Iterable[str], str]]]
"""Properties of the mapping, and rights: actions and the resource. Values are YAML."""
_PARTIAL = {"FunctionResponseTypes": "[ReportBatchItemFailures]"}


def _of_queue(queue: Queue, access: Access) -> Written:
    if not _QUEUE.fullmatch(queue.source):
        raise NoMapping(
            f"property queue.url is {queue.url!r}, no queue of SQS: it should end with an account of 12 digits "
            "and a name of letters, digits, - and _, such as /123456789012/orders"
        )
    arn = "!Sub " + json.dumps(f"arn:${{AWS::Partition}}:{queue.source}")
    actions = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    return {"EventSourceArn": arn, "BatchSize": "10", **_PARTIAL}, [(actions, arn)]


def _of_topic(topic: Topic, access: Access) -> Written:
    """AWS reads partial answers for Kafka from mappings with pollers of their own only."""
    if topic.reset not in POSITIONS:
        raise NoMapping(
            f"the topic {topic.name} begins nowhere (autoOffsetReset is {topic.reset}, as it is where it is absent), "
            f"and on AWS a mapping has to begin somewhere: choose {' or '.join(POSITIONS)}"
        )
    common = {
        "Topics": _list([topic.name]),
        "StartingPosition": POSITIONS[topic.reset],
        "BatchSize": "100",
        "ProvisionedPollerConfig": "{MinimumPollers: 1}",
        **_PARTIAL,
    }
    if access.broker:
        access.require(AMAZON_MSK)
        broker = json.dumps(access.broker)
        rights = [(("kafka:DescribeClusterV2", "kafka:GetBootstrapBrokers"), broker), (NETWORK, '"*"')]
        return {"EventSourceArn": broker, **common, **_login(access, "SASL_SCRAM_512_AUTH")}, [
            *rights,
            *_secret(access),
        ]
    if topic.credentials and not access.secret:
        raise NoMapping(
            f"the topic {topic.name} wants a login: name the ARN of a secret with its username and password by "
            "--broker-secret"
        )
    servers = _list(topic.servers.split(","))
    where = {"SelfManagedEventSource": f"{{Endpoints: {{KafkaBootstrapServers: {servers}}}}}"}
    return {**where, **common, **_login(access, "BASIC_AUTH")}, [(NETWORK, '"*"'), *_secret(access)]


def _of_amazon_mq(queue: rabbitmq_model.Queue, access: Access) -> Written:
    if not (access.broker and access.secret):
        raise NoMapping(
            f"the queue {queue.name} wants --broker, the ARN of the Amazon MQ broker, and --broker-secret, that of a "
            "secret with its username and password"
        )
    access.require(AMAZON_MQ)
    host = queue.broker.host
    if queue.source != rabbitmq_model.source_of_arn(access.broker, queue.broker.virtual_host, queue.name):
        raise NoMapping(
            f"--broker is not the one of the queue {queue.name}, read from {host}: name the ARN of that broker"
        )
    broker = json.dumps(access.broker)
    accesses = [
        {"Type": "BASIC_AUTH", "URI": access.secret},
        {"Type": "VIRTUAL_HOST", "URI": queue.broker.virtual_host},
    ]
    properties = {
        "EventSourceArn": broker,
        "Queues": _list([queue.name]),
        "BatchSize": "10",
        "SourceAccessConfigurations": json.dumps(accesses),
    }
    return properties, [(("mq:DescribeBroker",), broker), (NETWORK, '"*"'), *_secret(access)]


def _login(access: Access, kind: str) -> Mapping[str, str]:
    accesses = [{"Type": kind, "URI": access.secret}]
    return {"SourceAccessConfigurations": json.dumps(accesses)} if access.secret else {}


def _secret(access: Access) -> list[tuple[Iterable[str], str]]:
    return [(("secretsmanager:GetSecretValue",), json.dumps(access.secret))] if access.secret else []


def _list(items: Iterable[str]) -> str:
    return json.dumps(list(items))


_WRITERS: Mapping[str, Callable[[Any, Access], Written]] = {
    kafka.handler.type: _of_topic,
    rabbitmq.handler.type: _of_amazon_mq,
    sqs.handler.type: _of_queue,
}
