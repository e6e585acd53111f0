"""Empty the bucket of a stack that is about to be deleted: AWS deletes no bucket that holds objects.

Run by `make delete` with sam's own Python, which has boto3: python scripts/empty_payloads.py STACK
"""

import sys

import boto3
from botocore.exceptions import ClientError


def main(name: str) -> None:
    """Delete every object of the bucket that the stack's output Payloads names, if there is one."""
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        sys.exit(f"the stack {name}: {error}")
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    if "Payloads" in outputs:
        boto3.resource("s3").Bucket(outputs["Payloads"]).objects.all().delete()


if __name__ == "__main__":
    main(*sys.argv[1:])
