"""`connectors events`: every vendor's samples, sent to a webhook that verifies them."""

from collections.abc import Iterator
from typing import Any

import pytest

from connector_sdk.inbound.handler import handler_for
from connector_sdk.inbound.signatures.schemes import SCHEMES
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit import gateway
from devkit.cli.main import execute
from devkit.events import VENDORS, sample
from tests.inbound.host import Webhook, element

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
EVENTS = [(vendor, event) for vendor, events in VENDORS.items() for event in events]
SIGNED = [(vendor, event) for vendor, event in EVENTS if vendor in SCHEMES]


class Served:
    """A webhook for each vendor, at its own path."""

    def __init__(self, webhook: Webhook, address: str) -> None:
        self.webhook = webhook
        self.address = address

    def send(self, vendor: str, *options: str) -> int:
        return execute(["events", "send", vendor, "--to", f"{self.address}/inbound/{vendor}", *options])


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("SECRET_HOOK", SECRET)
    with SqliteDeliveries(":memory:") as store:
        webhook = Webhook(store)
        properties: dict[str, dict[str, Any]] = {
            vendor: {
                "inbound.context": vendor,
                "inbound.signature.scheme": vendor,
                "inbound.signature.secret": SECRET,
                "resultVariable": "event",
            }
            for vendor in SCHEMES
        }
        of_eventbridge = {"inbound.auth.type": "APIKEY", "inbound.auth.apiKey": SECRET}
        properties["eventbridge"] = {"inbound.context": "eventbridge", "resultVariable": "event"} | of_eventbridge
        properties["sns"] = {"inbound.context": "sns", "inbound.type": "io.camunda:aws-sns-webhook:1"} | {
            "inbound.securitySubscriptionAllowedFor": "any"
        }
        properties["plain"] = {"inbound.context": "plain", "resultVariable": "event"}
        webhook.deploy(*(element(one, element_id=vendor) for vendor, one in properties.items()))

        def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
            # The host's clock stands still; vendors sign with the time of the day.
            webhook.clock.advance(max(0, event["requestContext"]["timeEpoch"] - webhook.clock.time_ms()))
            return dict(handler_for(webhook.services)(event, context))

        with gateway.start(handle) as running:
            yield Served(webhook, running.address)


@pytest.mark.parametrize(("vendor", "event"), [*SIGNED, ("eventbridge", "Order shipped")])
def test_every_sample_is_verified_and_taken(
    served: Served, vendor: str, event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert served.send(vendor, "--event", event, "--secret", "HOOK") == 0

    assert capsys.readouterr().out == "200\n"
    assert len(served.webhook.told) == 1


@pytest.mark.parametrize("spelled", ["{{secrets.HOOK}}", "{{ secrets.HOOK }}", "secrets.HOOK"])
def test_a_secret_may_be_spelled_as_in_a_model(served: Served, spelled: str) -> None:
    assert served.send("github", "--secret", spelled) == 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_without_a_secret_nothing_is_signed(served: Served, vendor: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert served.send(vendor) == 1

    assert capsys.readouterr().out.startswith("401 ")


@pytest.mark.parametrize("vendor", ["github", "stripe", "shopify", "gitlab", "slack", "twilio", "standard-webhooks"])
def test_the_same_delivery_again_is_a_repeat(served: Served, vendor: str) -> None:
    for delivery in ("d-1", "d-1", "d-2"):
        assert served.send(vendor, "--secret", "HOOK", "--delivery", delivery) == 0

    assert len(served.webhook.told) == 2


@pytest.mark.parametrize("event", ["Notification", "SubscriptionConfirmation"])
def test_a_message_of_sns_that_amazon_did_not_sign_is_for_a_webhook_that_takes_anything(
    served: Served, event: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert served.send("sns", "--event", event) == 1
    assert "This is no message that Amazon SNS signed" in capsys.readouterr().out
    assert execute(["events", "send", "sns", "--event", event, "--to", f"{served.address}/inbound/plain"]) == 0
    assert served.webhook.told[0]["variables"]["event"]["request"]["body"]["Type"] == event


def test_a_body_of_ones_own_is_signed_and_sent(served: Served, tmp_path: Any) -> None:
    (tmp_path / "body.json").write_text('{"id": 7}')

    assert served.send("github", "--secret", "HOOK", "--body", str(tmp_path / "body.json")) == 0
    assert served.webhook.told[0]["variables"]["event"]["request"]["body"] == {"id": 7}


def test_vendors_and_their_events_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["events", "list"]) == 0

    assert "github: push, issues, pull_request, ping\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["gitea"], "there are no events of gitea; choose github, stripe, "),
        (["github", "--event", "star"], "there is no event star of github; choose push, issues, pull_request, ping"),
        (["github", "--secret", "NONE"], "the secret NONE is missing; set it in the environment: export SECRET_NONE=…"),
        (["github", "--secret", "{{secrets.NONE}}"], "the secret NONE is missing; set it in the environment: "),
        (["sns", "--secret", "HOOK"], "only Amazon SNS can sign its messages: send this one without a secret"),
        (["github", "--body", "none.json"], "none.json cannot be read: "),
        (["github", "--to", "orders"], "orders cannot be used: "),
        (["github", "--to", "http://127.0.0.1:1/inbound/x"], "no answer from http://127.0.0.1:1/inbound/x: "),
    ],
)
def test_what_cannot_be_sent_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_HOOK", SECRET)
    given = arguments if "--to" in arguments else [*arguments, "--to", "http://127.0.0.1:1/"]

    assert execute(["events", "send", *given]) == 2
    assert capsys.readouterr().err.startswith(f"connectors: {sentence}")


def test_a_sample_is_the_same_each_time() -> None:
    assert [sample(vendor, event, "d") for vendor, event in EVENTS] == [
        sample(vendor, event, "d") for vendor, event in EVENTS
    ]
