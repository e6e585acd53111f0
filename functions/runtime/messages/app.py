"""Messages to the engine: publish or correlate the one that the task describes, return the engine's answer.

It is no connector like others, which never speak to the engine: it holds the credentials that webhooks publish with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from connector_sdk.engine_client import CurrentEngine, EngineClient
from connector_sdk.outbound import Connector, JobContext, outbound_connector
from connector_sdk.secrets import EngineSettings
from connector_sdk.settings import Settings
from connector_sdk.template import ElementTemplate
from functions.runtime.messages.model import Publish, SendMessageRequest

TIME_TO_LIVE_MS = 3_600_000
"""Where the task says nothing: Camunda's client for Java has an hour."""


def connector(engine: Callable[[], EngineClient]) -> Connector:
    """The connector for an engine, which is asked for with every job."""

    @outbound_connector(
        type="io.camunda:sendMessage:1",
        name="Send Message",
        template=ElementTemplate(
            "io.serverless-connectors.message.v1",
            version=1,
            elements=("send task", "message throw event", "message end event"),
            groups={"message": "Message"},
            keywords=("publish message", "correlate message"),
        ),
    )
    def handler(request: SendMessageRequest, context: JobContext) -> dict[str, Any]:
        """Publish or correlate a message."""
        return send(request, engine())

    return handler


def send(request: SendMessageRequest, engine: EngineClient) -> dict[str, Any]:
    """Send it and return the keys that the engine gave. Raises EngineError."""
    if request.request_timeout:
        engine = engine.within(int(request.request_timeout) / 1000)
    key = request.correlation_key or ""
    common: dict[str, Any] = {
        "correlation_key": key if key.strip() else "",
        "variables": request.variables,
        "tenant_id": request.tenant_id,
    }
    if not isinstance(request.correlation_type, Publish):
        correlated = engine.correlate_message(request.message_name, **common)
        return {
            "messageKey": int(correlated.message_key),
            "tenantId": correlated.tenant_id,
            "processInstanceKey": int(correlated.process_instance_key),
        }
    mode = request.correlation_type
    published = engine.publish_message(
        request.message_name,
        time_to_live_ms=TIME_TO_LIVE_MS if mode.time_to_live is None else int(mode.time_to_live),
        message_id=mode.message_id,
        **common,
    )
    return {"messageKey": int(published.message_key), "tenantId": published.tenant_id}


@cache
def _engine() -> CurrentEngine:
    """Its credentials are read every few minutes; connections and tokens are kept between jobs."""
    return CurrentEngine(EngineSettings(Settings.read()).current)


handler = connector(lambda: _engine().client())
