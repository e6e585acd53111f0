"""What a deployed stack calls its parts: the outputs of its CloudFormation stack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlencode

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import AwsRefused, SdkError
from connector_sdk.settings import Settings

_OUTPUT = re.compile(r"<member>(?:(?!</member>).)*?<OutputKey>.*?</member>", re.DOTALL)
_PART = re.compile(r"<(OutputKey|OutputValue)>([^<]*)</\1>")


class StackMissing(SdkError):
    """There is no such stack in this account and region."""


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
