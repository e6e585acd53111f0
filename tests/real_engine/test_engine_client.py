"""The engine client against both engines."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import pytest

from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import EngineConflict, EngineNotFound, EngineRejected
from connector_sdk.job import Job
from tests.real_engine import processes
from tests.real_engine.conftest import AnyEngine


@pytest.fixture
def engine(any_engine: AnyEngine) -> EngineClient:
    return EngineClient(any_engine.address)


@pytest.fixture
def name() -> str:
    """A name that no other test uses on the same engine."""
    return f"n{uuid.uuid4().hex[:12]}"


@pytest.fixture
def activate(engine: EngineClient, name: str) -> Callable[..., list[Job]]:
    """Deploy a process with one task, start it, and give a call that activates its jobs."""
    engine.deploy([(f"{name}.bpmn", processes.task(name, name))])
    engine.create_instance(process_definition_id=name, variables={"a": 1, "b": 2})

    def call(
        request_timeout_ms: int = 10_000,
        timeout_ms: int = 60_000,
        fetch_variables: Sequence[str] | None = None,
        tenant_ids: Sequence[str] | None = None,
    ) -> list[Job]:
        return engine.activate_jobs(
            name,
            max_jobs=10,
            timeout_ms=timeout_ms,
            worker="test",
            request_timeout_ms=request_timeout_ms,
            fetch_variables=fetch_variables,
            tenant_ids=tenant_ids,
        )

    return call


def test_the_topology_names_the_version(engine: EngineClient, any_engine: AnyEngine) -> None:
    assert engine.topology()["gatewayVersion"] == {"development": "8.9.0-development", "real": "8.6.0"}[any_engine.name]


def test_a_deployment_returns_ids_versions_and_keys_as_text(engine: EngineClient, name: str) -> None:
    other = f"{name}b"
    deployed = engine.deploy(
        [(f"{name}.bpmn", processes.task(name, name)), (f"{other}.bpmn", processes.message(other, other))]
    )
    assert {(process.process_definition_id, process.version, process.resource_name) for process in deployed} == {
        (name, 1, f"{name}.bpmn"),
        (other, 1, f"{other}.bpmn"),
    }
    assert all(process.key.isdigit() and len(process.key) == 16 for process in deployed)
    [again] = engine.deploy([(f"{name}.bpmn", processes.task(name, name))])
    assert again in deployed
    [changed] = engine.deploy([(f"{name}.bpmn", processes.task(name, name, retries=5))])
    assert (changed.version, changed.tenant_id) == (2, "<default>")


def test_a_broken_file_is_refused_with_the_engines_reason(engine: EngineClient) -> None:
    with pytest.raises(EngineRejected) as raised:
        engine.deploy([("broken.bpmn", b"<nothing/>")])
    assert (raised.value.status, raised.value.title) == (400, "INVALID_ARGUMENT")
    assert "broken.bpmn" in raised.value.detail


def test_an_instance_is_created_by_id_by_version_and_by_key(engine: EngineClient, name: str) -> None:
    [process] = engine.deploy([(f"{name}.bpmn", processes.task(name, name))])
    by_id = engine.create_instance(process_definition_id=name, version=1, tenant_id="<default>")
    by_key = engine.create_instance(process_definition_key=process.key)
    for created in (by_id, by_key):
        assert (created.process_definition_key, created.process_definition_id, created.version) == (
            process.key,
            name,
            1,
        )
        assert created.process_instance_key.isdigit()


def test_an_unknown_process_is_not_found(engine: EngineClient) -> None:
    with pytest.raises(EngineNotFound, match="no-such-process"):
        engine.create_instance(process_definition_id="no-such-process")


def test_a_job_carries_text_keys_headers_and_only_the_variables_that_were_asked_for(
    activate: Callable[..., list[Job]], name: str
) -> None:
    [job] = activate(fetch_variables=["a"], tenant_ids=["<default>"])
    assert (job.type, job.retries, job.worker, job.element_id) == (name, 3, "test", "task")
    assert (job.variables, job.custom_headers) == ({"a": 1}, {"resultVariable": "answer"})
    for key in (job.key, job.element_instance_key, job.process_instance_key, job.process_definition_key):
        assert key.isdigit()
    assert len(job.key) == 16


def test_an_activation_for_tenants_that_are_not_there_finds_no_jobs_and_is_no_error(
    activate: Callable[..., list[Job]],
) -> None:
    assert activate(tenant_ids=["other"], request_timeout_ms=-1) == []
    assert activate(tenant_ids=[""], request_timeout_ms=-1) == []
    assert len(activate(tenant_ids=["other", "<default>"])) == 1


def test_a_command_for_a_tenant_that_is_not_there_is_refused(engine: EngineClient) -> None:
    disabled = "with tenant identifier 'other', but multi-tenancy is disabled"
    with pytest.raises(EngineRejected, match=f"400 INVALID_ARGUMENT: .*Publish Message {disabled}"):
        engine.publish_message("m", tenant_id="other")
    with pytest.raises(EngineRejected, match=f"400 INVALID_ARGUMENT: .*Create Process Instance {disabled}"):
        engine.create_instance(process_definition_id="no-such-process", tenant_id="other")


def test_a_blank_tenant_is_the_default_one(engine: EngineClient) -> None:
    assert engine.publish_message("m", tenant_id=" ").tenant_id == "<default>"


def test_an_activation_without_jobs_answers_at_once_when_it_is_told_not_to_wait(engine: EngineClient) -> None:
    assert engine.activate_jobs("no-jobs", max_jobs=1, timeout_ms=1000, worker="w", request_timeout_ms=-1) == []


def test_an_activation_waits_for_its_request_time_out(engine: EngineClient) -> None:
    assert engine.activate_jobs("no-jobs", max_jobs=1, timeout_ms=1000, worker="w", request_timeout_ms=300) == []


def test_a_completed_job_is_gone(engine: EngineClient, activate: Callable[..., list[Job]]) -> None:
    [job] = activate()
    engine.command_job(job.key, "completion", {"variables": {"answer": [1, "ü"]}})
    with pytest.raises(EngineNotFound) as raised:
        engine.command_job(job.key, "completion", {})
    assert (raised.value.title, raised.value.problem) == ("NOT_FOUND", True)


def test_a_failed_job_comes_again_with_fewer_retries(
    engine: EngineClient, activate: Callable[..., list[Job]], any_engine: AnyEngine
) -> None:
    [job] = activate()
    engine.command_job(job.key, "failure", {"retries": 2, "errorMessage": "no", "retryBackOff": 60_000})
    assert activate(request_timeout_ms=-1) == []
    with pytest.raises(EngineConflict):
        engine.command_job(job.key, "completion", {})
    any_engine.advance_clock(61_000)
    [again] = activate()
    assert (again.key, again.retries) == (job.key, 2)


def test_an_error_goes_to_its_boundary_event(engine: EngineClient, name: str) -> None:
    engine.deploy([(f"{name}.bpmn", processes.task(name, name))])
    created = engine.create_instance(process_definition_id=name)
    [job] = engine.activate_jobs(name, max_jobs=1, timeout_ms=60_000, worker="w", request_timeout_ms=10_000)
    assert job.process_instance_key == created.process_instance_key
    engine.command_job(job.key, "error", {"errorCode": "NO_CITY", "variables": {"reason": "unknown"}})
    with pytest.raises(EngineNotFound):
        engine.command_job(job.key, "error", {"errorCode": "NO_CITY"})


def test_retries_and_lock_of_a_job_can_be_changed(
    engine: EngineClient, activate: Callable[..., list[Job]], any_engine: AnyEngine
) -> None:
    [job] = activate(timeout_ms=60_000)
    engine.update_job(job.key, retries=9, timeout_ms=600_000)
    any_engine.advance_clock(120_000)
    assert activate(request_timeout_ms=-1) == []
    any_engine.advance_clock(600_000)
    [again] = activate()
    assert (again.key, again.retries) == (job.key, 9)


def test_a_message_is_published_once_per_id_and_correlated(engine: EngineClient, name: str) -> None:
    engine.deploy([(f"{name}.bpmn", processes.message(name, name))])
    published = engine.publish_message(
        name, correlation_key="7", time_to_live_ms=60_000, message_id="i", variables={"paid": True}
    )
    assert published.message_key.isdigit()
    with pytest.raises(EngineConflict) as raised:
        engine.publish_message(name, correlation_key="7", time_to_live_ms=60_000, message_id="i")
    assert raised.value.title == "ALREADY_EXISTS"
    finished = engine.create_instance(process_definition_id=name, variables={"order": "7"}, await_completion=True)
    assert finished.variables == {"order": "7", "paid": True}


def test_a_message_is_correlated_only_with_what_waits(engine: EngineClient, name: str) -> None:
    engine.deploy([(f"{name}.bpmn", processes.message(name, name))])
    with pytest.raises(EngineNotFound):
        engine.correlate_message(name, correlation_key="7")
    created = engine.create_instance(process_definition_id=name, variables={"order": "7"})
    correlated = engine.correlate_message(name, correlation_key="7", variables={"paid": True})
    assert correlated.process_instance_key == created.process_instance_key


def test_a_search_finds_what_was_deployed_where_there_is_something_to_search_in(
    engine: EngineClient, any_engine: AnyEngine, name: str
) -> None:
    [process] = engine.deploy([(f"{name}.bpmn", processes.task(name, name))])
    if any_engine.name == "real":
        with pytest.raises(EngineRejected):
            engine.search("process-definitions", {"processDefinitionId": name})
    else:
        [found] = engine.search("process-definitions", {"processDefinitionId": name})
        assert (found["processDefinitionKey"], found["version"]) == (process.key, 1)
