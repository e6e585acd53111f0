"""`connectors run` serves the example, against the development engine and against a real Zeebe 8.6.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from devkit.demo import catalogue, github
from devkit.testing.command_line import RunningCommand, connectors
from tests.real_engine.conftest import AnyEngine

EXAMPLE = Path(__file__).parents[2] / "examples/github-issue/github-issue.bpmn"


@pytest.fixture
def api() -> Iterator[catalogue.Catalogue]:
    with catalogue.Catalogue() as running:
        yield running


@pytest.fixture
def runtime(any_engine: AnyEngine, api: catalogue.Catalogue, tmp_path: Path) -> Iterator[RunningCommand]:
    variables: Mapping[str, str] = {
        "CAMUNDA_REST_ADDRESS": any_engine.address,
        "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1",
        "SECRET_GITHUB_WEBHOOK_SECRET": github.SECRET,
        "SECRET_CATALOGUE_URL": api.address,
        "SECRET_CATALOGUE_TOKEN": catalogue.TOKEN,
    }
    deliveries = tmp_path / "deliveries.sqlite"
    arguments = ("run", str(EXAMPLE), "--port", "0", "--deliveries", str(deliveries), "--json")
    with connectors(*arguments, variables=variables) as command:
        yield command


def test_a_signed_webhook_runs_the_official_rest_tasks(runtime: RunningCommand, api: catalogue.Catalogue) -> None:
    ready = runtime.event("ready")
    url = ready["webhooks"][0]["url"]
    assert [process["processDefinitionId"] for process in ready["deployed"]] == ["github-issue"]

    forged = github.issue_opened("acme/webshop", 41, "Forged", delivery="r-1", secret=github.GUESS)
    assert github.send(forged, url).status == 401

    owned = github.issue_opened("acme/webshop", 42, "Checkout hangs", delivery="r-2")
    assert github.send(owned, url).status == 202
    jobs = [runtime.event("job") for _ in range(2)]
    assert [(job["elementId"], job["outcome"]) for job in jobs] == [
        ("find_owner", "completed"),
        ("open_ticket", "completed"),
    ]
    assert api.tickets == [
        {
            "team": "storefront",
            "title": "Checkout hangs",
            "link": "https://github.com/acme/webshop/issues/42",
            "reporter": "octocat",
        }
    ]

    unowned = github.issue_opened("acme/attic", 7, "Dusty", delivery="r-3")
    assert github.send(unowned, url).status == 202
    job = runtime.event("job")
    assert (job["elementId"], job["outcome"], job["message"]) == ("find_owner", "error", "NO_OWNER")

    assert runtime.stop() == 0
    # Nothing took the other way by mistake: the boundary event caught the error, so no third REST task ran.
    assert runtime.event("stopped")["counts"] == {"completed": 2, "error": 1}
    assert len(api.tickets) == 1
    # A real engine without a search says that nothing is discovered in it; nothing else went wrong.
    assert [line for line in runtime.problems.splitlines() if "webhooks are not discovered" not in line] == []
