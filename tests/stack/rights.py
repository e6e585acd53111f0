"""What each function of the stack may do and may not, as calls that somebody who changed its code would try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from devkit.testing.aws_stack import AwsStack

THIEF = """

import os
import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    refusals, said = [], []
    for service, operation, arguments in event["attempts"]:
        try:
            getattr(boto3.client(service), operation)(**arguments)
        except ClientError as error:
            said.append(error.response["Error"]["Code"])
            refusals.append("AccessDenied" in said[-1])
        else:
            said.append("done")
            refusals.append(False)
    return {"refusals": refusals, "said": said, "environment": list(os.environ)}
"""
"""What somebody may put into a connector: it tries what the connector's role should not allow."""
Attempt = tuple[str, str, dict[str, Any]]
"""Service, operation and arguments of a call with boto3."""


@dataclass(frozen=True, slots=True)
class Things:
    """What there is in the account, and calls that somebody could try on it."""

    engine_secrets: list[Attempt]
    others_secret: Attempt
    own_secret: Attempt
    """Of the REST connector."""
    table: list[Attempt]
    query: dict[str, Any]
    bucket: list[Attempt]
    own_object: Attempt
    functions: list[Attempt]
    documents: Attempt
    registry: list[Attempt]

    @classmethod
    def of(cls, stack: AwsStack, parameters: Mapping[str, str]) -> Self:
        deliveries, bucket = stack.output("Deliveries"), stack.output("Payloads")
        key = {"id": {"S": "x"}}
        logins = ("EngineJobsSecretArn", "EngineInboundSecretArn", "EngineDocumentsSecretArn", "EngineReadSecretArn")
        arns = [parameters[name] for name in logins]
        return cls(
            engine_secrets=[("secretsmanager", "get_secret_value", {"SecretId": arn}) for arn in arns],
            others_secret=("secretsmanager", "get_secret_value", {"SecretId": f"/{stack.name}/webhook"}),
            own_secret=("secretsmanager", "get_secret_value", {"SecretId": f"/{stack.name}/http-json"}),
            table=[
                ("dynamodb", "get_item", {"TableName": deliveries, "Key": key}),
                ("dynamodb", "scan", {"TableName": deliveries}),
                ("dynamodb", "put_item", {"TableName": deliveries, "Item": key}),
                ("dynamodb", "delete_item", {"TableName": deliveries, "Key": key}),
                ("dynamodb", "scan", {"TableName": stack.output("Routes")}),
            ],
            query={
                "TableName": deliveries,
                "IndexName": "due",
                "KeyConditionExpression": "lane = :lane",
                "ExpressionAttributeValues": {":lane": {"N": "0"}},
            },
            bucket=[
                ("s3", "put_object", {"Bucket": bucket, "Key": "deliveries/x", "Body": "x"}),
                ("s3", "get_object", {"Bucket": bucket, "Key": "deliveries/x"}),
                ("s3", "list_objects_v2", {"Bucket": bucket}),
                ("s3", "put_object", {"Bucket": bucket, "Key": "documents/x", "Body": "x"}),
                ("s3", "get_object", {"Bucket": bucket, "Key": "documents/x"}),
            ],
            own_object=("s3", "put_object", {"Bucket": bucket, "Key": "documents/http-json/x", "Body": "x"}),
            functions=[
                ("lambda", "invoke", {"FunctionName": f"{stack.name}-{name}"})
                for name in ("webhook", "poller", "http-json")
            ],
            documents=("lambda", "invoke", {"FunctionName": f"{stack.name}-documents"}),
            registry=[
                ("ssm", "get_parameters_by_path", {"Path": f"/{stack.name}/connectors"}),
                ("iam", "list_roles", {}),
            ],
        )


def allowed(things: Things) -> dict[str, list[Attempt]]:
    """What has to go right, by function."""
    return {
        "http-json": [things.own_secret, things.own_object, things.documents],
        "documents": [things.engine_secrets[2], *things.bucket[-2:]],
        "importer": [things.engine_secrets[3], things.table[-1]],
        "messages": [things.engine_secrets[1]],
        "poller": [things.engine_secrets[0]],
        "redelivery": [things.engine_secrets[1], ("dynamodb", "query", things.query)],
    }


def forbidden(things: Things) -> dict[str, list[Attempt]]:
    """What has to be refused, by function."""
    return {
        "http-json": [
            *things.engine_secrets,
            things.others_secret,
            *things.table,
            *things.bucket,
            *things.functions,
            *things.registry,
        ],
        "documents": [
            *things.engine_secrets[:2],
            things.engine_secrets[3],
            things.others_secret,
            *things.table,
            *things.bucket[:3],
            *things.functions,
            things.documents,
            *things.registry,
        ],
        "importer": [
            *things.engine_secrets[:3],
            things.others_secret,
            *things.table[:-1],
            *things.bucket,
            *things.functions,
            things.documents,
            *things.registry,
        ],
        "messages": [
            things.engine_secrets[0],
            *things.engine_secrets[2:],
            things.others_secret,
            *things.table,
            *things.bucket,
            *things.functions,
            things.documents,
            *things.registry,
        ],
        "poller": [
            *things.engine_secrets[1:],
            things.others_secret,
            *things.table,
            *things.bucket,
            things.functions[0],
            things.documents,
        ],
        "redelivery": [
            things.engine_secrets[0],
            *things.engine_secrets[2:],
            things.others_secret,
            *things.table[1:],
            *things.bucket[:1],
            *things.functions,
            things.documents,
            *things.registry,
        ],
    }
