"""An engine, and a run that ends with its first job."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import closing

import pytest

from connector_sdk.bpmn import read
from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from devkit.connector_runtime.models import Model
from devkit.connector_runtime.runtime import Plan, running
from devkit.engine import server
from functions.runtime.poller.finished import Finished

PATIENCE_SECONDS = 20


@pytest.fixture
def engine() -> Iterator[EngineClient]:
    with server.start() as started, closing(EngineClient(started.address)) as client:
        yield client


def first_job(
    engine: EngineClient, xml: bytes, secrets: EnvironmentSecrets | None = None, **variables: object
) -> Finished:
    """Run an instance of the file's first process until a job is done."""
    jobs: queue.Queue[Finished] = queue.Queue()
    model = Model("model.bpmn", xml, read(xml))
    plan = Plan(engine, Settings.read({}), secrets or EnvironmentSecrets({}), [model], ":memory:", observer=jobs.put)
    with running(plan):
        engine.create_instance(process_definition_id=model.definitions.processes[0].id, variables=variables)
        return jobs.get(timeout=PATIENCE_SECONDS)
