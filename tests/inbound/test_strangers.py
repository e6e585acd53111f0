"""Whoever has no secret gets 401 or 403, whatever it writes into its headers."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.authorization.apikey import ApiKeyAuthorization
from connector_sdk.inbound.authorization.basic import BasicAuthorization
from connector_sdk.inbound.authorization.jwt import JwtAuthorization
from connector_sdk.inbound.authorization.keys import KeySet
from connector_sdk.inbound.body import parsed, payload_of
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.hmac import SIGNED, HmacSignature
from connector_sdk.inbound.signatures.schemes import SCHEMES

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HEADERS = (
    *("x-signature", "stripe-signature", "x-hub-signature-256", "x-shopify-hmac-sha256", "x-gitlab-token"),
    *("x-twilio-signature", "x-slack-signature", "webhook-id", "webhook-timestamp", "webhook-signature"),
)
KEYS = KeySet("https://login.acme.test/keys", lambda _: b'{"keys": [{"kty": "oct", "k": "AA"}]}')
AUTHORIZATIONS = {
    "basic": BasicAuthorization("user", "password"),
    "api key": ApiKeyAuthorization(SECRET),
    "api key in a header": ApiKeyAuthorization(SECRET, "=request.headers.authorization"),
    "jwt": JwtAuthorization(KEYS),
}

Check = Callable[[WebhookRequest], None]


def _authorized(authorization: Any) -> Check:
    return lambda request: authorization.authorize(request, payload_of(request, parsed(request)))


CHECKS: dict[str, Check] = {
    **{name: scheme(SECRET).verify for name, scheme in SCHEMES.items()},
    **{
        f"hmac over {', '.join(sorted(scopes))}": HmacSignature(SECRET, "x-signature", scopes=scopes).verify
        for scopes in SIGNED
    },
    **{name: _authorized(authorization) for name, authorization in AUTHORIZATIONS.items()},
}
TEXTS = st.text(st.characters(codec=None)) | st.sampled_from(["Basic é", "Basic \ud800", "Bearer é.é.é", "v0=\ud800"])


@pytest.mark.parametrize("name", CHECKS)
@given(text=TEXTS, now_in_time=st.booleans())
@example(text="Basic é", now_in_time=True)
@example(text="\ud800", now_in_time=True)
@example(text="sha256=\ud800", now_in_time=True)
def test_a_stranger_is_refused_whatever_its_headers_hold(name: str, text: str, now_in_time: bool) -> None:
    stamps = {"x-slack-request-timestamp": "1700000000", "webhook-timestamp": "1700000000"} if now_in_time else {}
    headers = {"authorization": text, **dict.fromkeys(HEADERS, text), **stamps}
    request = WebhookRequest(
        "POST", "/inbound/orders", b'{"a": "b"}', headers, url=f"https://{text}/", received_ms=1_700_000_000_000
    )

    with pytest.raises(WebhookError) as raised:
        CHECKS[name](request)

    assert raised.value.status in (401, 403)
