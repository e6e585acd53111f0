"""Signature schemes: published vectors, what we sign we verify, and nothing else."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector_sdk.errors import ConnectorInputError, WebhookError
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.github import GitHubSignature
from connector_sdk.inbound.signatures.hmac import HmacSignature
from connector_sdk.inbound.signatures.scheme import SignatureScheme

TWILIO_FORM = urlencode(
    {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
)
TWILIO = HmacSignature("12345", "X-Twilio-Signature", "sha_1", frozenset({"url", "body", "parameters"}))


def twilio_request(caller: str, signature: str) -> WebhookRequest:
    return WebhookRequest(
        "POST",
        "/myapp.php",
        TWILIO_FORM.replace("14158675310", caller).encode(),
        {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature},
        url="https://mycompany.com/myapp.php?foo=1&bar=2",
    )


def accepts(scheme: SignatureScheme, request: WebhookRequest) -> bool:
    try:
        scheme.verify(request)
    except WebhookError as error:
        return error.status != 401
    return True


def test_githubs_published_vector_is_accepted() -> None:
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    request = WebhookRequest("POST", "/", b"Hello, World!", {"x-hub-signature-256": signature})

    assert accepts(GitHubSignature("It's a Secret to Everybody"), request)
    assert GitHubSignature("It's a Secret to Everybody").sign(request) == {"X-Hub-Signature-256": signature}


@pytest.mark.parametrize(
    ("caller", "signature"),
    [("14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="), ("14158675310", "GvWf1cFY/Q7PnoempGyD5oXAezc=")],
)
def test_twilios_published_vectors_are_accepted_as_base64(caller: str, signature: str) -> None:
    assert accepts(TWILIO, twilio_request(caller, signature))
    assert not accepts(TWILIO, twilio_request("14158675311", signature))


@pytest.mark.parametrize("given", ["", " ", "=", "sha256=", "sha256", "x" * 64, "ü", "sha256=a=b", "0" * 64 + ",x"])
def test_an_empty_broken_or_repeated_signature_is_401(given: str) -> None:
    headers = {"x-hub-signature-256": given}

    assert not accepts(GitHubSignature("s"), WebhookRequest("POST", "/", b"x", headers))


def test_an_absent_signature_is_401_and_not_a_failure_of_ours() -> None:
    assert not accepts(GitHubSignature("s"), WebhookRequest("POST", "/", b"x"))


@pytest.mark.parametrize("algorithm", ["sha_1", "sha_256", "sha_512"])
@settings(deadline=None)
@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=20), flip=st.integers(min_value=0))
def test_what_was_signed_is_accepted_and_one_changed_bit_is_not(
    algorithm: str, body: bytes, secret: str, flip: int
) -> None:
    scheme = HmacSignature(secret.encode(errors="replace").decode(), "X-Signature", algorithm)
    request = WebhookRequest("POST", "/", body)
    signed = replace(request, headers={"x-signature": scheme.sign(request)["X-Signature"]})

    assert accepts(scheme, signed)
    if body:
        changed = bytearray(body)
        changed[flip // 8 % len(body)] ^= 1 << flip % 8
        assert not accepts(scheme, replace(signed, body=bytes(changed)))


@pytest.mark.parametrize(
    ("scopes", "method", "signed"),
    [
        ({"url", "parameters"}, "POST", "https://h.test/p?b=2+3&a=%C3%BC"),
        ({"url", "body", "parameters"}, "GET", "https://h.test/p?b=2+3&a=%C3%BC"),
        ({"url", "body", "parameters"}, "POST", "https://h.test/pa1by"),
        ({"url", "body"}, "POST", "https://h.test/pa1by"),
    ],
)
def test_the_scopes_of_the_template_decide_what_is_signed(scopes: set[str], method: str, signed: str) -> None:
    request = WebhookRequest(
        method,
        "/p",
        json.dumps({"b": "y", "a": "1", "n": 5}).encode(),
        {"content-type": "application/json"},
        query="b=2%203&a=%C3%BC",
        url="https://h.test/p",
    )
    by_text = HmacSignature("s", "x").sign(WebhookRequest("POST", "/", signed.encode()))

    assert HmacSignature("s", "x", scopes=frozenset(scopes)).sign(request) == by_text


@pytest.mark.parametrize("body", [b'{"n": 1}', b"{", b"[" * 100_000])
def test_a_body_of_which_nothing_would_be_signed_is_401(body: bytes) -> None:
    scheme = HmacSignature("s", "x-sig", scopes=frozenset({"url", "body"}))

    assert not accepts(scheme, WebhookRequest("POST", "/", body, {"x-sig": "00"}, url="https://h.test/"))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"secret": ""}, "hmacSecret is empty"),
        ({"header": ""}, "hmacHeader is empty"),
        ({"algorithm": "md5"}, "hmacAlgorithm is 'md5', it should be one of sha_1, sha_256, sha_512"),
        ({"scopes": frozenset({"parameters"})}, "hmacScopes cannot be parameters, only one of"),
    ],
)
def test_a_configuration_that_could_accept_anything_is_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ConnectorInputError, match=named):
        HmacSignature(**({"secret": "s", "header": "x"} | changes))


def test_neither_scheme_shows_its_secret_when_it_is_printed() -> None:
    assert "top-secret" not in repr(HmacSignature("top-secret", "x")) + repr(GitHubSignature("top-secret"))
