"""Webhooks of what somebody else deploys while a runtime is running."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path

import pytest

from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from devkit.connector_runtime import runtime
from devkit.connector_runtime.models import read_models
from devkit.connector_runtime.told import Notice, Told
from devkit.demo import github
from devkit.engine import server

EXAMPLE = Path(__file__).parents[2] / "examples/github-issue/github-issue.bpmn"
SECRETS = {
    "SECRET_GITHUB_WEBHOOK_SECRET": github.SECRET,
    "SECRET_CATALOGUE_URL": "http://127.0.0.1:9",
    "SECRET_CATALOGUE_TOKEN": "t",
}
PATIENCE_SECONDS = 30


def test_webhooks_of_new_versions_and_of_other_processes_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "DISCOVERY_SECONDS", 0.1)
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    xml = EXAMPLE.read_bytes()
    with server.start() as running_engine:
        client = EngineClient(running_engine.address)
        models = read_models([EXAMPLE])
        plan = runtime.Plan(client, Settings.read({}), EnvironmentSecrets(SECRETS), models, ":memory:", tell=told.put)
        with runtime.running(plan) as running:
            url = running.webhooks[0].url
            client.deploy([("github-issue.bpmn", xml.replace(b'value="github-issues"', b'value="moved"'))])
            moved = notice(told, lambda text: text.startswith("github-issue version 2 was deployed: "))
            client.deploy([("other.bpmn", xml.replace(b'id="github-issue"', b'id="other"'))])
            other = notice(told, lambda text: text.startswith("other version 1 was deployed: "))

            assert moved.endswith("/inbound/moved is its issue_opened")
            assert other.endswith("/inbound/github-issues is its issue_opened")
            answered = {
                path: github.send(
                    github.issue_opened("acme/a", number, "x", delivery=path), url.replace("github-issues", path)
                ).status
                for number, path in enumerate(("github-issues", "moved", "unknown"))
            }
        client.close()
    assert answered == {"github-issues": 202, "moved": 202, "unknown": 404}


def notice(told: queue.SimpleQueue[Told], wanted: Callable[[str], bool]) -> str:
    everything = iter(lambda: told.get(timeout=PATIENCE_SECONDS), None)
    return next(one.text for one in everything if isinstance(one, Notice) and wanted(one.text))
