"""The samples of Amazon SNS in events/, accepted: Amazon is played by the certificate that they are signed with."""

import json
from pathlib import Path
from typing import Any

import pytest

from connector_sdk.bpmn import read
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.inbound.elements import elements_of
from connector_sdk.inbound.handler import handler_for
from devkit.checkout import ROOT
from tests.inbound.host import NOW, Webhook

SAMPLES = ROOT / "events" / "sns-webhook"
CERTIFICATE = Path(__file__).with_name("sns-of-the-samples.pem")


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return CERTIFICATE.read_bytes()

    for module in ("certificates", "app"):
        monkeypatch.setattr(f"functions.inbound.sns.{module}.fetched", fetch)
    return asked


@pytest.mark.parametrize(
    ("sample", "status", "fetches", "variables"),
    [
        ("notification", 200, 1, [{"order": {"id": 7, "state": "paid"}}]),
        ("subscription", 200, 2, [{"order": None}]),
        ("another-topic", 401, 0, []),
        ("another-certificate", 401, 0, []),
    ],
)
def test_a_sample_ends_as_a_message_of_amazons_would(
    webhook: Webhook, fetched: list[str], sample: str, status: int, fetches: int, variables: list[Any]
) -> None:
    process = DeployedProcess("sns-orders", 1, "2251799813685250", "process.bpmn")
    elements = elements_of(read((SAMPLES / "process.bpmn").read_bytes()), process)
    assert webhook.routes.deploy(process, elements) == []
    event = json.loads((SAMPLES / f"{sample}.json").read_bytes())
    event["requestContext"]["timeEpoch"] = NOW

    answer = handler_for(webhook.services)(event, None)

    assert answer["statusCode"] == status
    assert len(fetched) == fetches
    assert [one["variables"] for one in webhook.told] == variables
