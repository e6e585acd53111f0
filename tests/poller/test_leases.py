"""A job that still runs keeps its lock."""

from __future__ import annotations

from typing import Any

import pytest

from connector_sdk.clock import ControlledClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.job import Job
from functions.runtime.poller.leases import Lease, Leases, lock_seconds
from tests.poller.scripted_engine import ScriptedEngine


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock()


@pytest.fixture
def leases(engine: ScriptedEngine, clock: ControlledClock) -> Leases:
    return Leases(EngineClient(engine.address), clock)


@pytest.fixture
def lease(leases: Leases) -> Lease:
    return leases.begin(Job("7", "t"), seconds=50, since=0)


def test_a_job_is_as_old_as_it_is_here_and_its_lock_as_old_as_the_request_for_it(
    leases: Leases, clock: ControlledClock
) -> None:
    clock.advance(10_000)
    lease = leases.begin(Job("7", "t"), seconds=50, since=0)
    assert (leases.oldest(), lease.until) == ({"t": 0}, 50)
    clock.advance(500)
    leases.begin(Job("8", "t"), seconds=50, since=10)
    assert leases.oldest() == {"t": 0.5}


EXTENDED = ("7", "PATCH", {"changeset": {"timeout": 50_000}})


def test_a_lock_is_local_wait_and_function_time_out_and_margin() -> None:
    assert lock_seconds(30) == 50


def test_a_lock_is_extended_when_it_ends_within_the_margin(
    engine: ScriptedEngine, leases: Leases, lease: Lease, clock: ControlledClock
) -> None:
    clock.advance(34_999)
    leases.extend_due()
    assert engine.commands() == []
    clock.advance(1)
    leases.extend_due()
    leases.extend_due()
    assert engine.commands() == [EXTENDED]
    assert lease.until == 85


def test_a_lock_that_could_not_be_extended_is_tried_again(
    engine: ScriptedEngine, leases: Leases, lease: Lease, clock: ControlledClock
) -> None:
    clock.advance(40_000)
    engine.refuse("7", 503)
    leases.extend_due()
    assert lease.until == 50
    leases.extend_due()
    assert engine.commands() == [EXTENDED, EXTENDED]
    assert lease.until == 90


@pytest.mark.usefixtures("lease")
def test_a_job_that_is_gone_is_left_alone(engine: ScriptedEngine, leases: Leases, clock: ControlledClock) -> None:
    clock.advance(40_000)
    engine.refuse("7", 404)
    leases.extend_due()
    leases.extend_due()
    assert engine.commands() == [EXTENDED]


def test_a_gateway_that_finds_no_engine_does_not_end_a_lock(
    engine: ScriptedEngine, leases: Leases, lease: Lease, clock: ControlledClock
) -> None:
    clock.advance(40_000)
    engine.behind_a_gateway = True
    engine.refuse("7", 404)
    leases.extend_due()
    leases.extend_due()
    assert engine.commands() == [EXTENDED, EXTENDED]
    assert lease.until == 90


def test_a_finished_job_and_one_with_its_own_time_out_are_not_extended(
    engine: ScriptedEngine, leases: Leases, lease: Lease, clock: ControlledClock
) -> None:
    leases.begin(Job("8", "t"), seconds=50, since=0).extended = False
    leases.end(lease)
    clock.advance(40_000)
    leases.extend_due()
    assert engine.commands() == []


def test_a_fault_while_extending_is_logged_and_the_others_are_extended(
    engine: ScriptedEngine,
    leases: Leases,
    lease: Lease,
    clock: ControlledClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    update = EngineClient.update_job

    def faulty(client: EngineClient, job_key: str, **changes: Any) -> None:
        if job_key == "8":
            raise RuntimeError("nobody expects this")
        update(client, job_key, **changes)

    monkeypatch.setattr(EngineClient, "update_job", faulty)
    leases.begin(Job("8", "t"), seconds=50, since=0)
    clock.advance(40_000)
    leases.extend_due()
    assert lease.until == 90
    assert "job 8 still runs and its lock could not be extended: a fault" in caplog.text


def test_a_job_that_is_handed_out_again_while_it_runs_has_the_new_lock(leases: Leases, lease: Lease) -> None:
    assert leases.still_runs(lease.job, seconds=50, since=20)
    assert lease.until == 70
    assert not leases.still_runs(Job("8", "t"), seconds=50, since=20)


def test_a_lock_is_extended_with_the_latest_lease_token(
    engine: ScriptedEngine, leases: Leases, clock: ControlledClock
) -> None:
    lease = leases.begin(Job("7", "t", lease_token="first"), seconds=50, since=0)
    leases.still_runs(Job("7", "t", lease_token="second"), seconds=50, since=20)
    clock.advance(60_000)
    leases.extend_due()
    assert engine.commands() == [("7", "PATCH", {"changeset": {"timeout": 50_000}, "jobLeaseToken": "second"})]
    assert lease.job.lease_token == "second"


def test_a_job_whose_end_is_reported_may_come_again(leases: Leases, lease: Lease) -> None:
    lease.reporting = True
    assert not leases.still_runs(lease.job, seconds=50, since=20)


def test_the_end_of_an_earlier_run_does_not_hide_the_later_one(leases: Leases, lease: Lease) -> None:
    lease.reporting = True
    leases.begin(lease.job, seconds=50, since=20)
    leases.end(lease)
    assert leases.still_runs(lease.job, seconds=50, since=30)
