"""JSON Web Tokens at the door, with a key set that a server on this machine publishes."""

import base64
import json
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from connector_sdk.errors import WebhookError
from connector_sdk.inbound.authorization.jwt import JwtAuthorization
from connector_sdk.inbound.authorization.keys import KeySet
from connector_sdk.inbound.request import WebhookRequest
from tests.inbound.host import NOW, Webhook, element

SECONDS = NOW // 1000
ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384", "ES512")
CURVES: dict[str, ec.EllipticCurve] = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
FORBIDDEN = {"reason": "Reason: FORBIDDEN. Details: Missing required permissions"}


@cache
def private_key(algorithm: str) -> Any:
    """One key for each curve, and one for all of RSA."""
    if algorithm.startswith("RS"):
        return _rsa_key()
    return ec.generate_private_key(CURVES[algorithm])


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public_key(algorithm: str, **members: str) -> dict[str, Any]:
    """As a JSON Web Key; its id is the algorithm."""
    form = jwt.get_algorithm_by_name(algorithm)
    return {**form.to_jwk(private_key(algorithm).public_key(), as_dict=True), "kid": algorithm, **members}


def token(algorithm: str = "ES256", *, key_id: str | None = "ES256", **claims: Any) -> str:
    headers = {} if key_id is None else {"kid": key_id}
    return jwt.encode({"sub": "acme", **claims}, private_key(algorithm), algorithm, headers)


def protected(webhook: Webhook, server: HTTPServer, **more: str) -> None:
    properties = {"inbound.auth.type": "JWT", "inbound.auth.jwt.jwkUrl": server.url_for("/keys")}
    properties |= {f"inbound.auth.jwt.{name}": value for name, value in more.items()}
    assert webhook.deploy(element(properties)) == []


def status(webhook: Webhook, authorization: str | None) -> int:
    return webhook.post({}, headers={} if authorization is None else {"authorization": authorization}).status


@pytest.fixture
def keys(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    """A server with a key for each algorithm."""
    monkeypatch.setenv("CONNECTORS_ALLOW_ADDRESSES", "127.0.0.1")
    published = [public_key(algorithm) for algorithm in ALGORITHMS]
    httpserver.expect_request("/keys").respond_with_json({"keys": published})
    return httpserver


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_token_of_each_algorithm_opens_the_webhook(webhook: Webhook, keys: HTTPServer, algorithm: str) -> None:
    protected(webhook, keys)

    assert status(webhook, f"Bearer {token(algorithm, key_id=algorithm)}") == 200
    assert status(webhook, f"bearer {token(algorithm, key_id=algorithm)}") == 200
    assert status(webhook, token(algorithm, key_id=algorithm)) == 200


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, 200),
        ({"exp": SECONDS + 1}, 200),
        ({"exp": SECONDS}, 401),
        ({"exp": SECONDS - 3600}, 401),
        ({"exp": True}, 401),
        ({"nbf": SECONDS + 60}, 200),
        ({"nbf": SECONDS + 61}, 401),
        ({"iss": "anybody", "aud": "anything"}, 200),
    ],
)
def test_a_token_counts_from_its_beginning_to_its_end(
    webhook: Webhook, keys: HTTPServer, claims: dict[str, Any], expected: int
) -> None:
    protected(webhook, keys)

    # Claims as they are: the library would refuse to write some of them.
    content = json.dumps({"sub": "acme", **claims}).encode()
    signed = jwt.PyJWS().encode(content, private_key("ES256"), "ES256", {"kid": "ES256"})

    assert status(webhook, f"Bearer {signed}") == expected


def unsigned(header: Any, claims: Any, signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join([*parts, signature])


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer x.y.z",
        "Basic YTpi",
        "Bearer " + unsigned({"alg": "none", "kid": "ES256"}, {}),
        "Bearer " + unsigned({"alg": "ES256", "kid": "ES256"}, {}, "AAAA"),
        "Bearer " + unsigned({"alg": "HS256", "kid": "RS256"}, {}, "AAAA"),
        "Bearer " + unsigned({"alg": ["ES256"], "kid": {}}, {}),
        "Bearer " + unsigned([], []),
    ],
)
def test_whatever_is_no_token_of_the_set_is_401(webhook: Webhook, keys: HTTPServer, authorization: str | None) -> None:
    protected(webhook, keys)

    assert status(webhook, authorization) == 401
    assert webhook.told == []


def test_the_algorithm_is_the_keys_and_not_the_tokens(
    webhook: Webhook, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORS_ALLOW_ADDRESSES", "127.0.0.1")
    httpserver.expect_request("/keys").respond_with_json({"keys": [public_key("RS256", alg="RS256")]})
    protected(webhook, httpserver)

    assert status(webhook, f"Bearer {token('RS256', key_id='RS256')}") == 200
    assert status(webhook, f"Bearer {token('RS512', key_id='RS256')}") == 401


def test_a_token_without_a_key_id_is_checked_with_the_only_key(
    webhook: Webhook, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORS_ALLOW_ADDRESSES", "127.0.0.1")
    httpserver.expect_request("/keys").respond_with_json({"keys": [public_key("ES256"), {"use": "enc", "kid": "e"}]})
    protected(webhook, httpserver)

    assert status(webhook, f"Bearer {token(key_id=None)}") == 200


def test_a_token_without_a_key_id_is_refused_where_there_are_several_keys(webhook: Webhook, keys: HTTPServer) -> None:
    protected(webhook, keys)

    assert status(webhook, f"Bearer {token(key_id=None)}") == 401


@pytest.mark.parametrize(
    ("required", "expression", "expected"),
    [
        ('=["read"]', "=roles", 200),
        ('=["read", "write"]', "=roles", 200),
        ("read, write", "roles", 200),
        ('=["admin"]', "=roles", 403),
        ('=["read", "admin"]', "=roles", 403),
        ('=["read"]', "=absent", 403),
        ('=["read"]', "=1 +", 403),
        ('=["read"]', '="read"', 403),
        ("", "=roles", 200),
    ],
)
def test_every_required_permission_has_to_be_among_those_of_the_token(
    webhook: Webhook, keys: HTTPServer, required: str, expression: str, expected: int
) -> None:
    protected(webhook, keys, requiredPermissions=required, permissionsExpression=expression)
    with_roles = token(roles=["read", "write"], name="Ægir ÿ?>")  # `-` and `_` in its Base64

    answer = webhook.post({}, headers={"authorization": f"Bearer {with_roles}"})

    assert answer.status == expected
    if expected == 403:
        assert json.loads(answer.body) == FORBIDDEN


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"keys": 5}', '{"keys": [5]}', "[" * 100_000])
def test_a_set_that_cannot_be_read_is_no_fault_of_the_sender(
    webhook: Webhook, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setenv("CONNECTORS_ALLOW_ADDRESSES", "127.0.0.1")
    httpserver.expect_request("/keys").respond_with_data(content)
    protected(webhook, httpserver)

    answer = webhook.post({}, headers={"authorization": f"Bearer {token()}"})

    assert (answer.status, answer.headers, answer.body) == (503, {"retry-after": "30"}, b"")


def test_a_private_address_of_keys_is_not_dialled_unless_it_was_opened(
    webhook: Webhook, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONNECTORS_ALLOW_ADDRESSES", raising=False)
    protected(webhook, httpserver)

    assert status(webhook, f"Bearer {token()}") == 503
    assert httpserver.log == []


def test_keys_are_kept_for_ten_minutes_and_fetched_at_most_ten_times_a_minute() -> None:
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return json.dumps({"keys": [{"kid": "a"}]}).encode()

    keys = KeySet("https://h.test/keys", fetch)

    assert keys.find("a", NOW) == keys.find("a", NOW + 599_999) == {"kid": "a"}
    assert len(fetched) == 1
    assert keys.find("a", NOW + 600_000) == {"kid": "a"}
    assert len(fetched) == 2
    assert [keys.find("made-up", NOW + 700_000) for _ in range(30)] == [None] * 30
    assert len(fetched) == 12
    assert keys.find("made-up", NOW + 760_000) is None
    assert len(fetched) == 13


@settings(deadline=None)
@given(header=st.text(max_size=60) | st.lists(st.text(max_size=10), min_size=3, max_size=3).map(".".join))
def test_no_text_in_the_header_breaks_anything(header: str) -> None:
    keys = KeySet("https://h.test/keys", lambda _: json.dumps({"keys": [{"kid": "a"}]}).encode())

    with pytest.raises(WebhookError) as refusal:
        JwtAuthorization(keys).authorize(WebhookRequest("POST", "/", headers={"authorization": header}), {})

    assert refusal.value.status == 401
