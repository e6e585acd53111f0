"""Every path that the client knows, as on SaaS: each request is refused once with 429, and works when made again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineBusy, EngineRejected
from tests.engine_client.as_saas import Cluster, as_saas
from tests.real_engine import processes

PATHS = {
    "GET /documents/…",
    "GET /process-definitions/…/xml",
    "GET /topology",
    "PATCH /jobs/…",
    "POST /deployments",
    "POST /documents",
    "POST /documents/…/links",
    "POST /element-instances/search",
    "POST /incidents/search",
    "POST /jobs/activation",
    "POST /jobs/…/completion",
    "POST /jobs/…/error",
    "POST /jobs/…/failure",
    "POST /messages/correlation",
    "POST /messages/publication",
    "POST /process-definitions/search",
    "POST /process-instances",
    "POST /process-instances/search",
    "POST /variables/search",
    "PUT /clock",
}
SENDS_NOTHING = {"address", "close", "from_settings", "within"}


class Twice:
    """The client, whose every call fails once, then is made again."""

    def __init__(self, client: EngineClient) -> None:
        self._client = client
        self.called: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)
        self.called.add(name)

        def call(*arguments: Any, **options: Any) -> Any:
            with pytest.raises(EngineBusy, match="429"):
                method(*arguments, **options)
            return method(*arguments, **options)

        return call


@pytest.fixture
def cluster(httpserver: HTTPServer) -> Iterator[Cluster]:
    with as_saas(httpserver) as running:
        yield running


def test_every_path_works_behind_a_login_below_a_path_and_after_a_429(cluster: Cluster) -> None:
    cluster.refuses = lambda number: number % 2 == 0
    engine = Twice(cluster.client)

    assert engine.has_business_ids()
    assert engine.topology()["clusterSize"] == 1
    [task] = engine.deploy([("t.bpmn", processes.task("t", "work"))])
    engine.deploy([("m.bpmn", processes.message("m", "ordered"))])
    assert b'<bpmn:process id="t"' in engine.definition_xml(task.key)
    for command in ("completion", "failure", "error"):
        engine.create_instance(process_definition_id="t", variables={"city": "Bonn"})
        [job] = engine.activate_jobs("work", max_jobs=1, timeout_ms=60_000, worker="w", request_timeout_ms=-1)
        engine.update_job(job.key, timeout_ms=90_000)
        body = {"failure": {"retries": 0, "errorMessage": "no"}, "error": {"errorCode": "NO_CITY"}}.get(command, {})
        engine.command_job(job.key, command, body)
    for order in ("1", "2"):
        engine.create_instance(process_definition_id="m", variables={"order": order})
    assert engine.publish_message("ordered", correlation_key="1").message_key
    assert engine.correlate_message("ordered", correlation_key="2").process_instance_key
    reference = engine.create_document(b"content", "text/plain", "a.txt")
    assert engine.read_document(reference) == b"content"
    with pytest.raises(EngineRejected, match=r"400 .* does not support creating links"):
        engine.link_document(reference, 1_000)
    kinds = ("process-definitions", "process-instances", "element-instances", "variables", "incidents")
    assert [len(engine.search(kind)) for kind in kinds] == [2, 5, 20, 6, 1]
    engine.set_clock(4_000_000_000_000)

    assert set(cluster.asked) == PATHS
    sending = {name for name, _ in inspect.getmembers(EngineClient) if not name.startswith("_")} - SENDS_NOTHING
    assert engine.called == sending


def test_without_the_token_or_outside_of_the_path_nothing_is_answered(cluster: Cluster) -> None:
    for address in (cluster.client.address, cluster.client.address.removesuffix("/a-cluster")):
        with pytest.raises(EngineRejected, match=r"401|500"):
            EngineClient(address).topology()
