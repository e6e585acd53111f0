"""Asymmetric Standard Webhooks: the published vector, both directions, keys beside secrets, and what is refused."""

from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.errors import ConnectorInputError, WebhookError
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.standard_webhooks import StandardWebhooks
from tests.inbound.host import Webhook, element

SHARED = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
OTHER = "whpk_YL5J0GOeqMx8bXgPXSDCnnIN0mtYY1Qgs7hRFLqrZ3s="
SIGNATURE = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
"""Svix's own: the standard comes from there."""
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": SIGNATURE,
}
REQUEST = WebhookRequest("POST", "/", b'{"test": 2432232314}', HEADERS, received_ms=1_614_265_330_000)


def refused(by: StandardWebhooks, request: WebhookRequest) -> bool:
    try:
        by.verify(request)
    except WebhookError as error:
        return error.status == 401
    return False


def signed(signature: str) -> WebhookRequest:
    return replace(REQUEST, headers={**HEADERS, "webhook-signature": signature})


def test_the_published_vector() -> None:
    assert StandardWebhooks(PRIVATE).sign(REQUEST) == HEADERS
    assert not refused(StandardWebhooks(PUBLIC), REQUEST)
    assert not refused(StandardWebhooks(PRIVATE), REQUEST)
    assert refused(StandardWebhooks(OTHER), REQUEST)
    assert refused(StandardWebhooks(SHARED), REQUEST)
    assert refused(StandardWebhooks(PUBLIC), replace(REQUEST, body=b'{"test": 2432232315}'))


@given(seed=st.binary(min_size=32, max_size=32), body=st.binary(max_size=100), flip=st.integers(0, 799))
def test_what_a_key_signs_its_public_half_accepts_and_one_changed_bit_it_does_not(
    seed: bytes, body: bytes, flip: int
) -> None:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    request = replace(REQUEST, body=body)
    headers = StandardWebhooks(f"whsk_{b64encode(seed).decode()}").sign(request)
    by = StandardWebhooks(f"whpk_{b64encode(public).decode()}")

    assert not refused(by, replace(request, headers=headers))
    changed = bytearray(body or b"x")
    changed[flip // 8 % len(changed)] ^= 1 << flip % 8
    assert refused(by, replace(request, headers=headers, body=bytes(changed)))


def test_a_sender_may_go_from_a_secret_to_a_key_and_sign_with_both_meanwhile() -> None:
    both = StandardWebhooks(PRIVATE, SHARED).sign(REQUEST)["webhook-signature"]

    assert [part.partition(",")[0] for part in both.split(" ")] == ["v1a", "v1"]
    for key in (PUBLIC, SHARED):
        assert not refused(StandardWebhooks(key), signed(both))
        assert not refused(StandardWebhooks(OTHER, key), signed(both))


@pytest.mark.parametrize(
    "signature", ["v1a", "v1a,", "v1a,!", "v1a,AAAA", f"v1,{SIGNATURE[4:]}", f"v2a,{SIGNATURE[4:]}", SIGNATURE[:-2]]
)
def test_what_is_no_signature_of_a_key_is_refused(signature: str) -> None:
    assert refused(StandardWebhooks(PUBLIC), signed(signature))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("whpk_AAAA", "has 3 bytes, not 32"),
        ("whsk_AAAA", "has 3 bytes, not 32 or 64"),
        ("whpk_", "is empty"),
        ("whpk_no Base64", "is not Base64"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused_at_deployment(webhook: Webhook, key: str, reason: str) -> None:
    [refusal] = webhook.deploy(
        element({"inbound.signature.scheme": "standard-webhooks", "inbound.signature.secret": key})
    )

    assert reason in refusal


def test_a_public_key_cannot_sign() -> None:
    with pytest.raises(ConnectorInputError, match="can only verify"):
        StandardWebhooks(PUBLIC).sign(REQUEST)
