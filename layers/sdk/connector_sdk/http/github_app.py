"""The intrinsic function `createGithubAppInstallationToken(privateKey, appId, installationId)`.

A GitHub App proves itself with a JSON Web Token that its private key signs, and gets an access token for one of its
installations (GitHub's REST API, "Generating an installation access token for a GitHub App").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from connector_sdk.clock import Clock
from connector_sdk.errors import ConnectorInputError
from connector_sdk.http.client import HttpClient
from connector_sdk.http.status import raise_for_status
from connector_sdk.java_text import java_text

NAME = "createGithubAppInstallationToken"
API = "https://api.github.com"
PARAMETERS = ("privateKey", "appId", "installationId")
DRIFT_SECONDS = 60
"""How much GitHub's clock may be behind."""
LIFE_SECONDS = 60
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LINE = re.compile(r".{1,64}")


def installation_token(parameters: Sequence[Any], http: HttpClient, clock: Clock) -> str:
    """An access token, which lasts an hour. Raises ConnectorInputError, HttpError, DeniedAddress."""
    if len(parameters) < len(PARAMETERS):
        raise ConnectorInputError(f"Parameter at index {len(parameters)} is required but not provided")
    key, app, installation = (one if isinstance(one, str) else java_text(one) for one in parameters[: len(PARAMETERS)])
    response = http.post(
        f"{API}/app/installations/{quote(installation, safe='')}/access_tokens",
        headers={"Accept": "application/vnd.github.v3+json", "Authorization": f"Bearer {_signed(key, app, clock)}"},
    )
    raise_for_status(response, first_header_only=True)
    content = response.json()
    token = content.get("token") if isinstance(content, dict) else None
    if not isinstance(token, str) or not token.strip():
        raise ConnectorInputError("GitHub's answer holds no token")
    http.note(token)
    return token


def _signed(key: str, app: str, clock: Clock) -> str:
    # Only tasks that ask for it pay for the library: some 100 ms of a cold start.
    try:
        import jwt
    except ModuleNotFoundError:
        raise ConnectorInputError(f"{NAME} needs PyJWT[crypto] in the requirements of this function") from None
    now = clock.time_ms() // 1000
    claims = {"iss": app, "iat": now - DRIFT_SECONDS, "exp": now + LIFE_SECONDS}
    try:
        return jwt.encode(claims, _pem(key), "RS256")
    except (jwt.PyJWTError, ValueError, TypeError):
        raise ConnectorInputError("the private key cannot be used: it should be GitHub's PEM file") from None


def _pem(text: str) -> str:
    """A key as a PEM file (RFC 7468), though it came on one line, or with `\\n` for the ends of lines."""
    found = _PEM.search(text.replace("\\n", "\n"))
    if found is None:
        raise ValueError("no PEM")
    lines = _LINE.findall(re.sub(r"\s+", "", found[2]))
    return "\n".join((f"-----BEGIN {found[1]}-----", *lines, f"-----END {found[1]}-----", ""))
