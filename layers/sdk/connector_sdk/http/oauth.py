"""Access tokens by client credentials (RFC 6749, section 4.4) or a refresh token (section 6), kept while they last.

A token is kept under a hash of everything that it was asked with, until ten seconds before it ends; an answer that does
not say how long the token lasts is not kept. When a service refuses a kept token with 401, the client asks for another
one and sends the request again: the first one was not let in, so nothing happens twice.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any, Final

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.http.basic import basic
from connector_sdk.http.body import FORM, encoded_body
from connector_sdk.http.deadline import LONGEST_SECONDS
from connector_sdk.http.errors import InvalidRequest, StatusError
from connector_sdk.http.request import Request
from connector_sdk.http.result import body_of
from connector_sdk.http.sending import Sender
from connector_sdk.http.status import raise_for_status
from connector_sdk.http.url import CredentialsInUrl, InvalidUrl, encoded_url

TYPE_CHECKING = False
if TYPE_CHECKING:  # only connectors whose tasks choose an authentication need the models
    from connector_sdk.http.authentication import OAuthClientCredentials, OAuthRefreshToken

    Credentials = OAuthClientCredentials | OAuthRefreshToken

Proof = tuple[list[tuple[str, str]], dict[str, Any]]
"""The headers and the form of a token request."""

MARGIN_MS = 10_000
MAX_TOKENS = 1000
CLIENT_CREDENTIALS: Final = "oauth-client-credentials-flow"
REFRESH_TOKEN: Final = "oauth-refresh-token"  # noqa: S105 - the name of a choice
BASIC_HEADER = "basicAuthHeader"
CREDENTIALS_BODY = "credentialsBody"


@dataclass(slots=True)
class _Asking:
    """A request for a token that is under way, for those who need the same one."""

    is_over: Event
    token: str | None = None
    """None at the end: there was none."""


class Tokens:
    """A cache of access tokens; safe to use from several threads, which do not ask for the same token side by side."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = Lock()
        self._tokens: dict[str, tuple[str, int]] = {}
        self._asking: dict[str, _Asking] = {}

    def token(self, sender: Sender, credentials: Credentials) -> str:
        """A token that is still good, from the cache or the token endpoint. Raises HttpError as any request."""
        key = _key(credentials)
        with self._lock:
            known = self._known(key)
            if known is not None:
                return known
            others = self._asking.get(key)
            own = self._asking.setdefault(key, _Asking(Event()))
        if others is not None:  # they end by their deadline
            others.is_over.wait(LONGEST_SECONDS)
            return others.token or self._fetched(sender, credentials, key)
        try:
            own.token = self._fetched(sender, credentials, key)
            return own.token
        finally:
            with self._lock:
                del self._asking[key]
            own.is_over.set()

    def knows(self, credentials: Credentials) -> bool:
        """Whether the next token comes from the cache."""
        with self._lock:
            return self._known(_key(credentials)) is not None

    def forget(self, credentials: Credentials) -> None:
        """Ask for another token next time: the service refused this one."""
        with self._lock:
            self._tokens.pop(_key(credentials), None)

    def _known(self, key: str) -> str | None:
        token, good_until = self._tokens.get(key, ("", 0))
        return token if self._clock.time_ms() < good_until else None

    def _fetched(self, sender: Sender, credentials: Credentials, key: str) -> str:
        token, seconds = fetch(sender, credentials)
        good_until = self._clock.time_ms() + int(seconds * 1000) - MARGIN_MS
        with self._lock:
            if len(self._tokens) >= MAX_TOKENS:
                self._tokens.clear()
            self._tokens[key] = (token, good_until)
        return token


def _key(credentials: Credentials) -> str:
    return hashlib.sha256(credentials.model_dump_json().encode()).hexdigest()


def fetch(sender: Sender, credentials: Credentials) -> tuple[str, float]:
    """Ask the token endpoint: the token and its life in seconds (0 if the answer does not say).

    An answer without a token gives the text `null`, and the service will refuse it: Camunda's runtime does the same.
    Raises HttpError; a refused refresh token has a code that says what a person has to do.
    """
    refresh = credentials.type == REFRESH_TOKEN
    headers, form = _refresh_form(credentials) if credentials.type == REFRESH_TOKEN else _form(credentials)
    response = sender.send(_request(credentials.oauth_token_endpoint, headers, form))
    try:
        raise_for_status(response, first_header_only=True)
    except StatusError as error:
        raise _refused(error, body_of(response)) if refresh else error from None
    answer = body_of(response)
    members: dict[str, Any] = answer if isinstance(answer, dict) else {}
    token, life = members.get("access_token"), members.get("expires_in")
    text = token if isinstance(token, str) else json.dumps(token)
    return text, float(life) if isinstance(life, int | float) and not isinstance(life, bool) else 0.0


def _form(credentials: OAuthClientCredentials) -> Proof:
    form: dict[str, Any] = {"grant_type": "client_credentials", "audience": credentials.audience}
    if credentials.scopes:
        form["scope"] = credentials.scopes
    if credentials.client_authentication == BASIC_HEADER:
        return [("Authorization", basic(credentials.client_id, credentials.client_secret))], form
    if credentials.client_authentication == CREDENTIALS_BODY:
        return [], {**form, "client_id": credentials.client_id, "client_secret": credentials.client_secret}
    raise InvalidRequest(
        None,
        f"Unsupported client authentication method: {credentials.client_authentication}. "
        f"Please use either '{BASIC_HEADER}' or '{CREDENTIALS_BODY}'.",
        f"the client authentication is neither {BASIC_HEADER} nor {CREDENTIALS_BODY}",
    )


def _refresh_form(credentials: OAuthRefreshToken) -> Proof:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": credentials.refresh_token,
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "scope": credentials.scopes,
    }
    return [], {name: value for name, value in form.items() if value}


def _refused(error: StatusError, answer: Any) -> StatusError:
    """What an error response (RFC 6749, section 5.2) to a refresh token means for the one who has to act."""
    reason = answer.get("error") if isinstance(answer, dict) else None
    code = _REFRESH_CODES.get(str(reason), "OAUTH_TOKEN_ERROR")
    return StatusError(code, error.message, error.incident, error.variables)


def _request(endpoint: str, headers: list[tuple[str, str]], form: dict[str, Any]) -> Request:
    try:
        url = encoded_url(endpoint)
    except (InvalidUrl, CredentialsInUrl) as error:
        raise InvalidRequest(None, f"The token endpoint cannot be requested: {error}", str(error)) from error
    return Request("POST", url, (("Content-Type", FORM), *headers), encoded_body(form, FORM)[0])


_REFRESH_CODES = {
    "invalid_grant": "OAUTH_REFRESH_TOKEN_EXPIRED",
    "interaction_required": "OAUTH_INTERACTION_REQUIRED",
}
