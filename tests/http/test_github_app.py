"""Tokens of GitHub Apps, for tasks that ask for one in their authentication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_httpserver import HTTPServer

from connector_sdk.http import github_app
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing.jobs import run_job
from functions.outbound.http_json.app import handler

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
).decode()
PKCS8 = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"
Run = Callable[..., Outcome]


@pytest.fixture
def run(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(github_app, "API", httpserver.url_for("").rstrip("/"))
    httpserver.expect_request("/repos").respond_with_json({"token seen": True})

    def run(key: str, app: Any = "12", installation: Any = 34) -> Outcome:
        call = {"camunda.function.type": github_app.NAME, "params": [key, app, installation]}
        variables = {
            "method": "GET",
            "url": httpserver.url_for("/repos"),
            "authentication": {"type": "bearer", "token": call},
        }
        return run_job(handler, variables)

    return run


@pytest.mark.parametrize("key", [PEM, PKCS8, PEM.replace("\n", "\\n"), PEM.replace("\n", " ")])
def test_an_app_proves_itself_with_its_key_and_gets_an_installations_token(
    key: str, run: Run, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/app/installations/34/access_tokens", method="POST").respond_with_json(
        {"token": TOKEN}, 201
    )

    assert isinstance(run(key), Complete)
    asked, used = (request for request, _ in httpserver.log)
    claims = jwt.decode(
        asked.headers["Authorization"].removeprefix("Bearer "), KEY.public_key(), algorithms=["RS256"], issuer="12"
    )
    assert claims["exp"] - claims["iat"] == 120
    assert asked.headers["Accept"] == "application/vnd.github.v3+json"
    assert used.headers["Authorization"] == f"Bearer {TOKEN}"


def test_the_token_is_masked_like_a_secret(run: Run, httpserver: HTTPServer) -> None:
    httpserver.clear_all_handlers()
    httpserver.expect_request("/app/installations/34/access_tokens").respond_with_json({"token": TOKEN}, 201)
    httpserver.expect_request("/repos").respond_with_json({"you sent": TOKEN}, 403)

    outcome = run(PEM)
    assert isinstance(outcome, Fail)
    assert TOKEN not in str(outcome)
    assert "***" in str(outcome.variables)


@pytest.mark.parametrize(
    ("key", "status", "message"),
    [
        ("no key", 201, "the private key cannot be used"),
        (PEM.replace("M", "A"), 201, "the private key cannot be used"),
    ],
)
def test_what_fails_is_a_fault_of_the_input_and_shows_no_key(
    key: str, status: int, message: str, run: Run, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/app/installations/34/access_tokens").respond_with_json({"token": None}, status)

    outcome = run(key)
    assert isinstance(outcome, Fail)
    assert outcome.retries == 0
    assert message in outcome.error_message
    assert key[40:80] not in str(outcome) or key == "no key"


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_githubs_refusal_is_that_of_any_service_and_the_job_is_tried_again(
    status: int, run: Run, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/app/installations/34/access_tokens").respond_with_json({"message": "no"}, status)

    outcome = run(PEM)
    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.variables["error"]["code"]) == (2, str(status))


def test_an_answer_without_a_token_is_said(run: Run, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/app/installations/34/access_tokens").respond_with_json({"token": " "}, 201)

    outcome = run(PEM)
    assert isinstance(outcome, Fail)
    assert "holds no token" in outcome.error_message
