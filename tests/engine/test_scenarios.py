"""Every recorded scenario of a real engine, on the development engine, with the same answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from devkit.conformance.engine.runner import load, run_one
from devkit.conformance.engine.target import Target, clock_of, probe_of
from devkit.conformance.engine.transcript import read_transcript
from devkit.engine import server

RECORDED = Path(__file__).parents[1] / "recorded" / "engine"
SCENARIOS = load([RECORDED / "scenarios", RECORDED / "more"])
FURTHER = {spec["id"] for spec in load([RECORDED / "more"])}
SAMPLE = 10
"""One in how many of the further scenarios the ordinary run takes."""
GOLD = read_transcript(RECORDED / "transcript.jsonl.gz") | read_transcript(RECORDED / "more.jsonl.gz")
QUIRKS = {need for spec in SCENARIOS for need in spec.get("needs", ()) if need.startswith("quirk-")}


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with server.start() as running:
        base = f"{running.address}/v2"
        yield Target(base, clock_of("v2", base), probe_of("v2", base), settle=0, patience=2)


def in_sample(spec: dict[str, Any]) -> bool:
    return spec["id"] not in FURTHER or crc32(spec["id"].encode()) % SAMPLE == 0


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(spec, id=spec["id"], marks=() if in_sample(spec) else pytest.mark.wide)
        for spec in SCENARIOS
        if not QUIRKS & set(spec.get("needs", ()))
    ],
)
def test_the_engine_answers_a_scenario_as_the_real_one_did(spec: dict[str, Any], target: Target) -> None:
    number = SCENARIOS.index(spec)
    outcome = run_one(spec, target, f"-t-{number}", GOLD)
    assert outcome.lacking == ()
    assert outcome.fault is None, outcome.fault


def test_the_scenarios_left_out_are_those_of_old_peculiarities() -> None:
    left_out = [spec["id"] for spec in SCENARIOS if QUIRKS & set(spec.get("needs", ()))]
    assert left_out == [
        "connector-throw-event-error",
        "deploy-part-of-another-name",
        "deploy-delete-with-running-instance",
        "job-update-retries-and-timeout-together",
        "rest-unknown-property",
        "rest-activation-lenient-types",
    ]
