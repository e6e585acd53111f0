"""Access tokens by the client credentials grant (RFC 6749, section 4.4), kept while they last.

A token is kept under a hash of everything that it was asked with, until ten seconds before it ends; an answer that does
not say how long the token lasts is not kept. When a service refuses a kept token with 401, the client asks for another
one and sends the request again: the first one was not let in, so nothing happens twice.
"""

from __future__ import annotations

import hashlib
import json
from threading import Lock
from typing import Any

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.errors import NotBuilt
from connector_sdk.http.authentication import OAuthClientCredentials, OAuthRefreshToken, basic
from connector_sdk.http.body import FORM, encoded_body
from connector_sdk.http.errors import InvalidRequest
from connector_sdk.http.result import body_of
from connector_sdk.http.sending import Request, Sender
from connector_sdk.http.status import raise_for_status
from connector_sdk.http.url import CredentialsInUrl, InvalidUrl, encoded_url

Credentials = OAuthClientCredentials | OAuthRefreshToken

MARGIN_MS = 10_000
MAX_TOKENS = 1000
BASIC_HEADER = "basicAuthHeader"
CREDENTIALS_BODY = "credentialsBody"


class Tokens:
    """A cache of access tokens; safe to use from several threads."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = Lock()
        self._tokens: dict[str, tuple[str, int]] = {}

    def token(self, sender: Sender, credentials: Credentials) -> str:
        """A token that is still good, from the cache or the token endpoint. Raises HttpError as any request."""
        if isinstance(credentials, OAuthRefreshToken):
            raise NotBuilt("the authentication oauth-refresh-token")
        known = self._known(credentials)
        if known is not None:
            return known
        token, seconds = fetch(sender, credentials)
        self._keep(_key(credentials), token, self._clock.time_ms() + int(seconds * 1000) - MARGIN_MS)
        return token

    def knows(self, credentials: Credentials) -> bool:
        """Whether the next token comes from the cache."""
        return self._known(credentials) is not None

    def forget(self, credentials: Credentials) -> None:
        """Ask for another token next time: the service refused this one."""
        with self._lock:
            self._tokens.pop(_key(credentials), None)

    def _known(self, credentials: Credentials) -> str | None:
        with self._lock:
            token, good_until = self._tokens.get(_key(credentials), ("", 0))
        return token if self._clock.time_ms() < good_until else None

    def _keep(self, key: str, token: str, good_until: int) -> None:
        with self._lock:
            if len(self._tokens) >= MAX_TOKENS:
                self._tokens.clear()
            self._tokens[key] = (token, good_until)


def _key(credentials: Credentials) -> str:
    return hashlib.sha256(credentials.model_dump_json().encode()).hexdigest()


def fetch(sender: Sender, credentials: OAuthClientCredentials) -> tuple[str, float]:
    """Ask the token endpoint: the token and its life in seconds (0 if the answer does not say).

    An answer without a token gives the text `null`, and the service will refuse it: Camunda's runtime does the same.
    """
    response = sender.send(_request(credentials))
    raise_for_status(response, first_header_only=True)
    answer = body_of(response)
    members: dict[str, Any] = answer if isinstance(answer, dict) else {}
    token, life = members.get("access_token"), members.get("expires_in")
    text = token if isinstance(token, str) else json.dumps(token)
    return text, float(life) if isinstance(life, int | float) and not isinstance(life, bool) else 0.0


def _request(credentials: OAuthClientCredentials) -> Request:
    form: dict[str, Any] = {"grant_type": "client_credentials", "audience": credentials.audience}
    if credentials.scopes:
        form["scope"] = credentials.scopes
    headers = [("Content-Type", FORM)]
    if credentials.client_authentication == BASIC_HEADER:
        headers.append(("Authorization", basic(credentials.client_id, credentials.client_secret)))
    elif credentials.client_authentication == CREDENTIALS_BODY:
        form |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    else:
        raise InvalidRequest(
            None,
            f"Unsupported client authentication method: {credentials.client_authentication}. "
            f"Please use either '{BASIC_HEADER}' or '{CREDENTIALS_BODY}'.",
            f"the client authentication is neither {BASIC_HEADER} nor {CREDENTIALS_BODY}",
        )
    try:
        url = encoded_url(credentials.oauth_token_endpoint)
    except (InvalidUrl, CredentialsInUrl) as error:
        raise InvalidRequest(None, f"The token endpoint cannot be requested: {error}", str(error)) from error
    return Request("POST", url, tuple(headers), encoded_body(form, FORM)[0])
