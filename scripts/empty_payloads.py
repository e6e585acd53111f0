"""Empty the bucket of a stack that is about to be deleted: AWS deletes no bucket that holds objects.

Run by `make delete` with sam's own Python, which has boto3: python scripts/empty_payloads.py CONFIG
"""

import sys
import tomllib
from pathlib import Path

import boto3
from botocore.exceptions import ClientError


def main(config: str) -> None:
    """Delete every object of the bucket that the stack's output Payloads names, if there is one."""
    settings = tomllib.loads(Path("samconfig.toml").read_text(encoding="utf-8"))
    name = settings[config]["global"]["parameters"]["stack_name"]
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        sys.exit(f"the stack {name}: {error}")
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    if "Payloads" in outputs:
        boto3.resource("s3").Bucket(outputs["Payloads"]).objects.all().delete()


if __name__ == "__main__":
    main(*sys.argv[1:])
