"""docs/life-of-a-job.md follows a job by names; each of them exists."""

import pkgutil
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/life-of-a-job.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`((?:connector_sdk|functions)(?:\.\w+)+)`", PAGE)))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_on_the_page_exists(name: str) -> None:
    assert pkgutil.resolve_name(name) is not None


def test_the_page_names_every_room_that_a_job_passes() -> None:
    rooms = {name.rsplit(".", 1)[0] for name in NAMES}

    assert {
        "functions.runtime.poller.worker.JobWorker",
        "functions.outbound.http_json.app",
        "connector_sdk.outbound.processing",
        "connector_sdk.expressions.result_mapping",
        "connector_sdk.engine_client.client.EngineClient",
    } <= rooms
