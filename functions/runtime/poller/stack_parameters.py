"""The parameters of a deployed stack that are about its connectors, in Parameter Store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connector_sdk.aws_endpoint import AwsEndpoint


def connector_parameters(ssm: AwsEndpoint, stack: str, *, recursive: bool) -> Iterator[Mapping[str, Any]]:
    """Those below /<stack>/connectors, of each page by name; `recursive`: whatever the depth. Raises AwsError."""
    page: dict[str, Any] = {"Path": f"/{stack}/connectors", "Recursive": recursive}
    while True:
        answer = ssm.operation("GetParametersByPath", page)
        yield from sorted(answer.get("Parameters", []), key=lambda parameter: str(parameter["Name"]))
        if not answer.get("NextToken"):
            return
        page["NextToken"] = answer["NextToken"]
