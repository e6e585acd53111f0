"""Every file in events/ through its function, as `connectors invoke` runs it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from devkit.demo.github import signature
from devkit.host import FunctionHost, from_source
from devkit.host.surroundings import surroundings

EVENTS = Path(__file__).parents[2] / "events"
EXPECTED: dict[str, tuple[object, object]] = {
    f"{file.parent.name}/{event}": (first, second)
    for file in sorted(EVENTS.glob("*/expected.yaml"))
    for event, (first, second) in yaml.safe_load(file.read_text(encoding="utf-8")).items()
}
"""Event → command and what matters of its body (retries, error code, answer), or HTTP status and the body's members."""
FUNCTIONS = sorted({event.partition("/")[0] for event in EXPECTED})


def test_every_event_has_its_row() -> None:
    assert {f"{path.parent.name}/{path.stem}" for path in EVENTS.glob("*/*.json")} == set(EXPECTED)


@pytest.fixture(scope="module", params=FUNCTIONS)
def hosted(request: pytest.FixtureRequest) -> Iterator[tuple[str, FunctionHost]]:
    function = from_source()[request.param]
    with (
        surroundings(function) as variables,
        FunctionHost({function.name: replace(function, variables=variables)}) as host,
    ):
        yield function.name, host


def test_events_end_as_expected(hosted: tuple[str, FunctionHost]) -> None:
    name, host = hosted
    files = sorted((EVENTS / name).glob("*.json"))
    answers = {f"{name}/{file.stem}": host.invoke(name, file.read_bytes()) for file in files}

    assert {event: answer.error for event, answer in answers.items()} == dict.fromkeys(answers)
    seen = {event: essence(json.loads(answer.content)) for event, answer in answers.items()}
    assert seen == {event: expected for event, expected in EXPECTED.items() if event.startswith(f"{name}/")}


def essence(answer: dict[str, Any]) -> tuple[object, object]:
    if "statusCode" in answer:
        return answer["statusCode"], list(json.loads(answer["body"] or "{}"))
    if "batchItemFailures" in answer:
        return "batchItemFailures", [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    [outcome] = answer["outcomes"]
    body = outcome["body"]
    of_command = {
        "completion": lambda: body["variables"].get("response", {}).get("body") or body["variables"],
        "error": lambda: body["errorCode"],
        "failure": lambda: body["retries"],
    }
    return outcome["command"], of_command[outcome["command"]]()


def test_the_sample_from_github_is_signed_with_the_demos_secret() -> None:
    event = json.loads((EVENTS / "webhook" / "issue-opened.json").read_bytes())

    assert event["headers"]["x-hub-signature-256"] == signature(event["body"].encode(), "a-secret-that-github-knows")
