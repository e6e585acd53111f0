"""`connectors demo`: what `make demo` shows."""

import json
import re

import pytest

from devkit.cli import demo as demo_command
from devkit.cli.main import execute


def test_it_shows_a_refused_signature_both_ways_through_the_process_and_the_url(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert execute(["demo", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)

    assert shown["url"].endswith("/inbound/github-issues")
    assert [one["status"] for one in shown["webhooks"]] == [401, 202, 202]
    ticket, error = shown["instances"]
    assert ticket["path"] == ["issue_opened", "find_owner", "open_ticket", "ticket_opened"]
    assert [(job["type"], job["function"], job["outcome"]) for job in ticket["jobs"]] == [
        ("io.camunda:http-json:1", "http-json", "completed"),
        ("io.camunda:http-json:1", "http-json", "completed"),
    ]
    assert ticket["variables"]["ticket"] == "T-1"
    assert ticket["variables"]["owner"] == {"team": "storefront", "contact": "storefront@acme.example"}
    assert error["path"] == ["issue_opened", "find_owner", "no_owner", "unowned"]
    assert [(job["elementId"], job["outcome"], job["message"]) for job in error["jobs"]] == [
        ("find_owner", "error", "NO_OWNER")
    ]
    assert error["variables"]["reason"] == "no team has claimed acme/attic"
    assert "owner" not in error["variables"]


def test_a_person_reads_the_same_without_colour_and_no_secret_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["demo"]) == 0
    shown = capsys.readouterr().out

    for words in (
        "→ 401 Unauthorized",
        "→ 202 Accepted",
        "Issue opened → Find the repository's owner → Open a ticket → Ticket opened",
        "Issue opened → Find the repository's owner → No owner → Nobody owns it",
        "error: NO_OWNER",
        "/inbound/github-issues",
    ):
        assert words in shown
    for secret in ("catalogue-token", "a-secret-that-github-knows", "\x1b["):
        assert secret not in shown


def test_its_lines_can_be_copied(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["demo"]) == 0
    shown = capsys.readouterr().out.splitlines()

    assert [line for line in shown if line != line.rstrip()] == []
    assert [line for line in shown if re.fullmatch(r"  +http://127.0.0.1:\d+/inbound/github-issues", line)] != []
    assert "  Then: .venv/bin/connectors run examples/github-issue/github-issue.bpmn" in shown


def test_an_expectation_that_fails_is_one_sentence_and_status_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_command, "OWNED", ("issue_opened", "unowned"))

    assert execute(["demo"]) == 1
    problem = capsys.readouterr().err
    assert problem.startswith("connectors: the demo failed: instance ")
    assert problem.endswith(" expected issue_opened → unowned\n")
    assert problem.count("\n") == 1
