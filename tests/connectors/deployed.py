"""Settings of a deployed function whose tables are files."""

import json
from pathlib import Path

from connector_sdk.bpmn import read
from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.deployed import routed_process
from connector_sdk.settings import Settings

OPEN = {"CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1,::1"}


def lambda_settings(engine: EngineClient, folder: Path, xml: str, process: str) -> Settings:
    """Deploy a process, and enter its elements in the function's table of routes."""
    [deployed] = engine.deploy([(f"{process}.bpmn", xml.encode())])
    entry = routed_process(read(xml), deployed, SystemClock().time_ms())
    (folder / "routes.json").write_text(json.dumps([entry.to_json()]), encoding="utf-8")
    variables = {
        **OPEN,
        "CAMUNDA_REST_ADDRESS": engine.address,
        "CONNECTORS_DELIVERIES": f"sqlite:{folder / 'deliveries.sqlite'}",
        "CONNECTORS_ROUTES": f"file:{folder / 'routes.json'}",
    }
    return Settings.read(variables)
