"""Tells a poller to ask for no jobs of a connector, or for its jobs again: a deployed one, or one that runs here."""

from __future__ import annotations

from connector_sdk.aws_endpoint import AwsEndpoint, json_object
from connector_sdk.errors import AwsRefused, SdkError
from connector_sdk.settings import Settings
from connector_sdk.wire.connection import Connections

ANSWER_SECONDS = 5.0
MISSING = "ParameterNotFound"


class NotPaused(SdkError):
    """The poller does not know the connector, or does not answer; the message says what to do."""


def in_stack(settings: Settings, stack: str, connector: str, *, paused: bool) -> None:
    """Write or delete the parameter that the stack's poller looks for. Raises NotPaused, AwsError, SettingsError."""
    ssm = AwsEndpoint("ssm", settings)
    entry = f"/{stack}/connectors/{connector}"
    try:
        ssm.operation("GetParameter", {"Name": entry})
    except AwsRefused as error:
        if error.code != MISSING:
            raise
        raise NotPaused(f"there is no parameter {entry}: give the name of a connector that the stack has") from error
    if paused:
        pause = {"Name": f"{entry}/paused", "Value": "true", "Type": "String", "Overwrite": True}
        ssm.operation("PutParameter", pause)
        return
    try:
        ssm.operation("DeleteParameter", {"Name": f"{entry}/paused"})
    except AwsRefused as error:
        if error.code != MISSING:
            raise


def in_process(address: str, connector: str, *, paused: bool) -> None:
    """Ask a poller that was started with `--health`, at its HOST:PORT or address. Raises NotPaused."""
    address = address if "://" in address else f"http://{address}"
    method = "PUT" if paused else "DELETE"
    try:
        answer = Connections(address).request(method, f"/paused/{connector}", read_timeout=ANSWER_SECONDS)
    except (OSError, ValueError) as error:
        raise NotPaused(f"no poller answers at {address} ({error}): start it with --health PORT") from error
    if answer.status != 200:
        said = json_object(answer.body).get("error") or f"it says {answer.status}"
        raise NotPaused(f"{address} is no poller that can pause {connector}: {said}")
