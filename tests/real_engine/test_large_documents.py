"""`connectors run` carries a response of 20 MB into the engine's document store, and back to a service.

The store of the real Zeebe 8.6.0 takes documents and never finds one again, so nothing comes back from there.
"""

from __future__ import annotations

from pathlib import Path

from pytest_httpserver import HTTPServer

from connector_sdk.engine_client import EngineClient
from devkit.testing.command_line import connectors
from tests.documents import large
from tests.real_engine.conftest import AnyEngine


def test_a_response_of_20_mb_is_stored_and_sent_on(
    any_engine: AnyEngine, httpserver: HTTPServer, tmp_path: Path
) -> None:
    service = large.Service(httpserver)
    model = tmp_path / "large-file.bpmn"
    model.write_text(large.MODEL, encoding="utf-8")
    variables = {"CAMUNDA_REST_ADDRESS": any_engine.address, "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1"}
    with connectors("run", str(model), "--port", "0", "--json", variables=variables, folder=tmp_path) as command:
        command.event("ready")
        EngineClient(any_engine.address).create_instance(
            process_definition_id=large.PROCESS, variables={"service": service.address}
        )
        jobs = {job["elementId"]: job for job in (command.event("job") for _ in range(2))}

    assert (jobs["fetch"]["outcome"], jobs["fetch"]["message"]) == ("completed", "")
    if any_engine.name == "development":
        assert (jobs["return"]["outcome"], service.returned) == ("completed", [True])
    else:
        assert "Failed to read the document" in jobs["return"]["message"]
