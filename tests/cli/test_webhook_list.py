"""`connectors webhooks list` for files, and how each webhook is described."""

from pathlib import Path

import pytest

from connector_sdk.stores.routes import RoutedProcess
from devkit.cli.main import execute
from devkit.webhooks.lines import lines, recognised

MODEL = Path(__file__).parents[2] / "examples" / "github-issue" / "github-issue.bpmn"
HMAC = {"inbound.shouldValidateHmac": "enabled"}


def test_webhooks_of_files_are_listed_with_their_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["webhooks", "list", str(MODEL), "--address", "https://hooks.acme.io/"]) == 0

    assert capsys.readouterr().out == (
        "https://hooks.acme.io/inbound/github-issues  github-issue v1, issue_opened; "
        "verified by github, set up at https://github.com/OWNER/REPOSITORY/settings/hooks\n"
    )


@pytest.mark.parametrize("arguments", [[], [str(MODEL), "--stack", "shop"]])
def test_files_or_a_stack_have_to_be_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["webhooks", "list", *arguments]) == 2

    assert capsys.readouterr().err == "connectors: name BPMN files, or a deployed stack with --stack\n"


def test_who_comes_later_waits_for_a_path() -> None:
    element = {"element_id": "start", "properties": {"inbound.context": "orders"}}
    first, second = (RoutedProcess(name, 2, "1", "<default>", 0, (element,)) for name in ("a", "b"))

    assert list(lines([first, second], "https://h.test/inbound/")) == [
        "https://h.test/inbound/orders  a v2, start; anybody may call it",
        "https://h.test/inbound/orders  b v2, start; anybody may call it; waits: a has this path",
    ]


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({}, "anybody may call it"),
        ({"inbound.auth.type": "NONE"}, "anybody may call it"),
        ({"inbound.auth.type": "JWT"}, "verified by JWT"),
        ({**HMAC, "inbound.hmacHeader": "X-Acme"}, "verified by HMAC in X-Acme"),
        (
            {**HMAC, "inbound.hmacHeader": "Stripe-Signature", "inbound.auth.type": "APIKEY"},
            "verified by stripe and APIKEY, set up at https://dashboard.stripe.com/webhooks",
        ),
        (
            {"inbound.shouldValidateHmac": "disabled", "inbound.hmacHeader": "X-Hub-Signature-256"},
            "anybody may call it",
        ),
        ({"inbound.signature.scheme": "standard-webhooks"}, "verified by standard-webhooks"),
        ({"inbound.type": "io.camunda:slack-webhook:1"}, "verified by slack, set up at https://api.slack.com/apps"),
    ],
)
def test_a_line_says_how_senders_are_recognised(properties: dict[str, str], text: str) -> None:
    assert recognised(properties) == text
