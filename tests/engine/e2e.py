"""Camunda's end-to-end suite on the development engine: its API tests, and its models (`make e2e`)."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.settings import environment
from devkit.conformance.engine.http import Request, multipart, send
from devkit.engine import server
from tests.engine.driver import Driver

SUITE = Path(".cache/e2e")
FOLDERS = ("job", "message", "process-instance", "process-definition", "deployment", "cluster")
PASSING = 59
"""How many of the 64 tests that run without authentication pass: raise it, never lower it."""
SUITE_SECONDS = 400
SETTINGS = {
    "TOKEN_URL": "http://127.0.0.1:9",
    "HOST_PREFIX": "invalid",
    "AUTH_METHOD": "basic",
    "BASIC_AUTH_USER": "nobody",
    "BASIC_AUTH_PASSWORD": "nothing",
    "MT": "false",
    "ZEEBE_VERSION": "8.9",
    "AUTHENTICATION_REQUIRED": "false",
    "AUTHORIZATIONS_ENABLED": "false",
}
MODELS = sorted((SUITE / "resources").rglob("*.bpmn"))
REFUSED = re.compile(r"- Element: \S+\n    - ERROR: \S.+|'[^']+': \S.+")
"""What a refusal says: the element and what is wrong with it, or the file and where it cannot be read."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """An engine on which something is deployed already, as on any cluster: some tests look for it."""
    with server.start() as running:
        Driver(running).deploy("Already", "{s: {is: start}, e: {is: end}}")
        yield running.address


@pytest.mark.timeout(SUITE_SECONDS + 20)
def test_the_tests_of_the_api_pass(address: str) -> None:
    subprocess.run(  # noqa: S603 - its exit status counts failed tests
        [(SUITE / "node_modules/.bin/playwright").absolute(), "test", *FOLDERS],
        cwd=SUITE,
        env={"PATH": environment()["PATH"], "HOME": environment()["HOME"], "BASE_URL": address, **SETTINGS},
        timeout=SUITE_SECONDS,
        check=False,
    )
    results = json.loads((SUITE / "results.json").read_text("utf-8"))
    failed = [title for title, status in _specs(results) if status not in ("passed", "skipped")]
    assert results["stats"]["expected"] >= PASSING, failed
    assert results["stats"]["expected"] == PASSING, f"{results['stats']['expected']} pass now: raise the number"


def _specs(suite: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for inner in suite.get("suites", ()):
        yield from _specs(inner)
    for spec in suite.get("specs", ()):
        yield spec["title"], spec["tests"][0]["results"][-1]["status"]


def test_there_are_models() -> None:
    assert len(MODELS) == 88


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)
def test_a_model_is_deployed_or_refused_with_a_sentence(model: Path, address: str) -> None:
    parts: list[dict[str, str | None]] = [{"part": "resources", "file": model.name, "data": model.read_text("utf-8")}]
    body, media_type = multipart(parts)
    answer = send(f"{address}/v2", Request("POST", "/deployments", body, {"Content-Type": media_type}))
    assert answer.status in (200, 400), answer
    if answer.status == 400:
        print(answer.body["detail"])
        assert REFUSED.search(answer.body["detail"])
