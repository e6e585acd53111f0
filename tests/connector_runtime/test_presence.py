"""An engine that went away and came back empty."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from connector_sdk.engine_client import EngineClient
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from devkit.connector_runtime.models import read_models
from devkit.connector_runtime.runtime import Plan, running
from devkit.connector_runtime.told import Notice, Told
from devkit.demo import github
from devkit.engine import server
from functions.runtime.poller.finished import Finished

EXAMPLE = Path(__file__).parents[2] / "examples/github-issue/github-issue.bpmn"
SECRETS = {
    "SECRET_GITHUB_WEBHOOK_SECRET": github.SECRET,
    "SECRET_CATALOGUE_URL": "http://127.0.0.1:9",
    "SECRET_CATALOGUE_TOKEN": "t",
}
PATIENCE_SECONDS = 30


def test_models_are_deployed_again_before_anything_is_published() -> None:
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    jobs: queue.SimpleQueue[Finished] = queue.SimpleQueue()
    first = server.start()
    port = int(first.address.rsplit(":", 1)[1])
    client = EngineClient(first.address)
    plan = Plan(
        client,
        Settings.read({}),
        EnvironmentSecrets(SECRETS),
        read_models([EXAMPLE]),
        ":memory:",
        0,
        "",
        jobs.put,
        told.put,
    )
    with running(plan) as runtime:
        first.stop()
        away = github.send(github.issue_opened("acme/a", 1, "While away", delivery="1"), runtime.webhooks[0].url)
        assert b"null" in away.body  # it is kept, and its message has no key yet
        with server.start(port=port):
            back = github.send(github.issue_opened("acme/a", 2, "Back", delivery="2"), runtime.webhooks[0].url)
            assert back.status == 202
            assert jobs.get(timeout=PATIENCE_SECONDS).job.element_id == "find_owner"
            notices = iter(lambda: told.get(timeout=PATIENCE_SECONDS), None)
            said = next(one for one in notices if isinstance(one, Notice) and "is away" not in one.text)
            assert said.text == (
                "the engine was away and came back without its models; deployed again: github-issue version 1"
            )
    client.close()


def test_an_engine_that_goes_away_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    engine = server.start()
    client = EngineClient(engine.address)
    models = read_models([EXAMPLE])
    plan = Plan(client, Settings.read({}), EnvironmentSecrets(SECRETS), models, ":memory:", tell=told.put)
    with running(plan):
        engine.stop()
        notices = iter(lambda: told.get(timeout=PATIENCE_SECONDS), None)
        said = next(one.text for one in notices if isinstance(one, Notice))
        assert said.startswith(
            "the engine is away: jobs have to wait, webhooks are kept (no answer from the engine at "
        )
    client.close()
    assert "no jobs of type" not in caplog.text


def test_an_engine_that_forgot_nothing_keeps_the_version_that_was_deployed_meanwhile(tmp_path: Path) -> None:
    told: queue.SimpleQueue[Told] = queue.SimpleQueue()
    kept = tmp_path / "engine.sqlite"
    first = server.start(data=kept)
    port = int(first.address.rsplit(":", 1)[1])
    client = EngineClient(first.address)
    plan = Plan(
        client,
        Settings.read({}),
        EnvironmentSecrets(SECRETS),
        read_models([EXAMPLE]),
        ":memory:",
        0,
        "",
        lambda _: None,
        told.put,
    )
    newer = EXAMPLE.read_bytes().replace(b'name="GitHub issue"', b'name="GitHub issues"', 1)
    with running(plan) as runtime:
        assert [one.version for one in client.deploy([("newer.bpmn", newer)])] == [2]
        first.stop()
        github.send(github.issue_opened("acme/a", 1, "While away", delivery="1"), runtime.webhooks[0].url)
        with server.start(port=port, data=kept):
            notices = iter(lambda: told.get(timeout=PATIENCE_SECONDS), None)
            next(one for one in notices if one == Notice("the engine was away and is back"))
            found = client.search("process-definitions", {"processDefinitionId": "github-issue"})
            assert sorted(one["version"] for one in found) == [1, 2]
    client.close()
