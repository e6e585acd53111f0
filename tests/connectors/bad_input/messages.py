"""Messages to the engine, which stands elsewhere in most rows."""

from typing import Any

from connector_sdk.engine_client import Basic, EngineClient
from connector_sdk.outbound import Connector
from functions.runtime.messages.app import connector
from tests.connectors.bad_input.rows import SECRET, Row

LARGE = "x" * 4_500_000
"""More than an engine takes by itself."""


def at(address: str) -> Connector:
    """The connector for an engine at that address."""
    return connector(lambda: EngineClient(address, authentication=Basic("alice", SECRET)))


def task(**variables: Any) -> dict[str, Any]:
    """A task that is right but for what is given."""
    return {"messageName": "order placed", "correlationType": {"type": "publish"}, **variables}


ROWS = (
    Row("missing", task(messageName=None), "messageName: Validation failed", retries=0),
    Row("missing", task(correlationType=None), "correlationType: Validation failed", retries=0),
    Row("wrong type", task(messageName={"a": 1}), "messageName: Validation failed", retries=0),
    Row("wrong type", task(correlationType={"type": "shout"}), "correlationType: Validation failed", retries=0),
    Row(
        "wrong type",
        task(correlationType={"type": "publish", "timeToLive": "soon"}),
        "must be a duration such as PT1H",
        retries=0,
    ),
    Row("unreachable host", task(), "no answer from the engine at", place=lambda peers: f"http://{peers.closed}"),
    Row("refused credentials", task(), "401", place=lambda peers: f"http://{peers.http}/refused"),
    Row("refused certificate", task(), "certificate", place=lambda peers: f"https://{peers.untrusted}"),
    Row(
        "too large",
        task(variables={"text": LARGE}),
        "Request size is above configured maxMessageSize",
        place=lambda peers: peers.server("engine").address,
    ),
)
