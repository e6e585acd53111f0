"""`connectors webhooks list` for files, and how each webhook is described."""

from dataclasses import replace
from pathlib import Path

import pytest

from connector_sdk.inbound.elements import InboundElement
from connector_sdk.stores.routes import RoutedProcess
from devkit.cli.main import execute
from devkit.webhooks.lines import lines, recognised
from tests.inbound.host import catch_event, element

MODEL = Path(__file__).parents[2] / "examples" / "github-issue" / "github-issue.bpmn"
HMAC = {"inbound.shouldValidateHmac": "enabled"}


def test_webhooks_of_files_are_listed_with_their_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["webhooks", "list", str(MODEL), "--address", "https://hooks.acme.io/"]) == 0

    assert capsys.readouterr().out == (
        "https://hooks.acme.io/inbound/github-issues  github-issue v1, issue_opened; "
        "verified by github, set up at https://github.com/OWNER/REPOSITORY/settings/hooks\n"
    )


CONTEXT = b'<zeebe:property name="inbound.context" value="github-issues" />'


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            b'value="github-issues"',
            'value="a b/ü%"'.encode(),
            "its path 'a b/ü%' is not what a URL can hold; give its Webhook ID (inbound.context) letters, digits, `-`, "
            "`_`, `.` or `~` only",
        ),
        (CONTEXT, b"", "inbound.context is missing: it is the webhook's path"),
        (
            CONTEXT,
            CONTEXT + b'<zeebe:property name="inbound.auth.type" value="KERBEROS" />',
            "property inbound.auth.type is 'KERBEROS', it should be one of ",
        ),
        (b"io.camunda:webhook:1", b"io.acme:chat:1", "nothing here serves the type io.acme:chat:1"),
    ],
)
def test_what_run_would_not_serve_is_not_listed_as_served(
    tmp_path: Path, before: bytes, after: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    model, xml = tmp_path / "model.bpmn", MODEL.read_bytes()
    assert before in xml
    model.write_bytes(xml.replace(before, after))

    assert execute(["webhooks", "list", str(model)]) == 0
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"github-issue, issue_opened: not served: {reason}")


@pytest.mark.parametrize("command", [["webhooks", "list"], ["run", "--port", "0"]])
def test_a_file_whose_process_cannot_be_used_is_named(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_WEBHOOK_SECRET", "CATALOGUE_URL", "CATALOGUE_TOKEN"):
        monkeypatch.setenv(f"SECRET_{name}", "c3RhbmQtaW4=")
    monkeypatch.delenv("CAMUNDA_REST_ADDRESS", raising=False)
    model = tmp_path / "soon.bpmn"
    ttl = b'<zeebe:property name="messageTtl" value="soon" />'
    model.write_bytes(MODEL.read_bytes().replace(CONTEXT, CONTEXT + ttl))

    assert execute([*command, str(model)]) == 2
    assert capsys.readouterr().err == (
        "connectors: soon.bpmn: issue_opened in github-issue version 1: messageTtl: 'soon' is no duration such as PT1H "
        "or P2DT30M; correct it in Camunda Modeler and save it again\n"
    )


def test_an_address_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["webhooks", "list", str(MODEL), "--address", "foo"]) == 2

    assert capsys.readouterr().err == (
        "connectors: --address should be an http:// or https:// address, such as https://hooks.example.com\n"
    )


@pytest.mark.parametrize("arguments", [[], [str(MODEL), "--stack", "shop"]])
def test_files_or_a_stack_have_to_be_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["webhooks", "list", *arguments]) == 2

    assert capsys.readouterr().err == "connectors: name BPMN files, or a deployed stack with --stack\n"


def routed(name: str, *elements: InboundElement) -> RoutedProcess:
    return RoutedProcess(name, 3, "1", "<default>", 0, tuple(one.to_json() for one in elements))


def test_who_comes_later_waits_for_a_path() -> None:
    first, second = routed("a", element({})), routed("b", element({}))

    assert list(lines([first, second], "https://h.test/inbound/")) == [
        "https://h.test/inbound/orders  a v3, start; anybody may call it",
        "https://h.test/inbound/orders  b v3, start; anybody may call it; waits: a has this path",
    ]


def test_an_element_waits_for_another_one_of_its_process_unless_they_share_a_webhook() -> None:
    shared = {"deduplicationMode": "AUTO"}
    apart = routed("a", element({}), element({}, element_id="second"))
    together = routed("b", element(shared), element(shared, element_id="second"))

    assert [line.partition("; ")[2] for line in lines([apart], "")] == [
        "anybody may call it",
        "anybody may call it; waits: start v3 has this path",
    ]
    assert [line.partition("; ")[2] for line in lines([together], "")] == ["anybody may call it"] * 2


def test_an_older_version_and_a_retired_process_are_told_apart() -> None:
    older = routed("a", element({}), catch_event({"inbound.context": "payments"}, version=2))
    retired = replace(routed("b"), retired=True)

    assert [line.partition("  ")[2] or line for line in lines([older, retired], "")] == [
        "a v3, start; anybody may call it",
        "a v2 (its instances still wait), paid; anybody may call it",
        "b is retired; `connectors webhooks sync` takes its webhooks again",
    ]


def test_an_element_that_cannot_be_served_says_why() -> None:
    [line] = lines([routed("a", element({"deduplicationMode": "MANUAL"}))], "")

    assert "not served: its deduplicationMode is neither AUTO nor MANUAL, MANUAL has no deduplicationId" in line


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


def test_the_help_of_retire_says_for_whom_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["webhooks", "retire", "--help"]) == 0

    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Of a deployed stack only: `connectors run` serves its files and what is deployed" in said
