"""How a request proves who sends it: not at all (None), by user and password, or by an OAuth 2.0 token."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from connector_sdk.clock import Clock, SystemClock
from connector_sdk.engine_client.problems import engine_error
from connector_sdk.engine_client.shared_tokens import Grant, SharedTokens
from connector_sdk.errors import EngineError, EngineRejected, EngineUnreachable, SettingsError
from connector_sdk.settings import Settings
from connector_sdk.wire.connection import Connections, Response

EXPIRY_MARGIN_SECONDS = 30
"""A token is not used this shortly before it ends; one that lives less than twice as long is used for half its life."""
DEFAULT_TOKEN_LIFE_SECONDS = 300
"""For token endpoints that leave out `expires_in` (RFC 6749 §5.1 only recommends it)."""
FAILURE_PAUSE_SECONDS = 1
"""For this long a failed token request is everybody's answer: Camunda's endpoint takes about one a second."""
REFUSAL_PAUSE_SECONDS = 10
"""A 401 makes a token stale at most this often: a second one right after means missing rights, not an old token."""
BEARER = "Bearer "


class Authentication(Protocol):
    """Gives the value of the `Authorization` header, and may be told that it was refused."""

    def header(self, deadline: float | None = None) -> str:
        """The header's value. Raises EngineError when there is none to be had, or not by that monotonic time."""
        ...

    def refused(self, header: str, deadline: float | None = None) -> bool:
        """Told of a 401; True when trying again, once, with a new header makes sense."""
        ...


@dataclass(frozen=True, slots=True)
class Basic:
    """User name and password (RFC 7617)."""

    user: str
    password: str = field(repr=False)

    def header(self, deadline: float | None = None) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()

    def refused(self, header: str, deadline: float | None = None) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class _Token:
    header: str
    good_until: float


class ClientCredentials:
    """OAuth 2.0 client credentials (RFC 6749 §4.4) with a cached token; many threads make one token request."""

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str,
        *,
        audience: str = "",
        scope: str = "",
        clock: Clock | None = None,
        shared: SharedTokens | None = None,
    ) -> None:
        """`address` is the token endpoint; `shared` is where other functions may have left a token.

        Raises ValueError when the address is none.
        """
        parts = urlsplit(address)
        self._address = address
        self._path = f"?{parts.query}" if parts.query else ""
        self._connections = Connections(parts._replace(query="").geturl(), limit=1)
        optional = {"audience": audience, "scope": scope}
        self._form = urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": client_secret,
                **{name: value for name, value in optional.items() if value},
            }
        ).encode()
        self._clock: Clock = clock or SystemClock()
        self._shared = shared
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._refused: str | None = None
        self._error: EngineError | None = None
        self._error_until = 0.0
        self._refusals_ignored_until = float("-inf")

    def header(self, deadline: float | None = None) -> str:
        with self._locked(deadline):
            return self._current(deadline).header

    def _current(self, deadline: float | None) -> _Token:
        now = self._clock.monotonic()
        if self._token is not None and now < self._token.good_until:
            return self._token
        if self._error is not None and now < self._error_until:
            raise self._error.with_traceback(None)
        try:
            self._token, self._error = self._got(deadline), None
        except EngineError as error:
            if deadline is None or SystemClock().monotonic() < deadline:  # else others may have more time
                self._error, self._error_until = error, self._clock.monotonic() + FAILURE_PAUSE_SECONDS
            raise
        return self._token

    def refused(self, header: str, deadline: float | None = None) -> bool:
        with self._locked(deadline):
            if self._token is None or self._token.header != header:
                return True  # somebody else has replaced it meanwhile
            now = self._clock.monotonic()
            if now < self._refusals_ignored_until:
                return False
            self._refusals_ignored_until = now + REFUSAL_PAUSE_SECONDS
            self._refused, self._token = header.removeprefix(BEARER), None
            return True

    @contextmanager
    def _locked(self, deadline: float | None) -> Iterator[None]:
        if not self._lock.acquire(timeout=-1 if deadline is None else max(deadline - SystemClock().monotonic(), 0)):
            raise EngineUnreachable(f"the token endpoint {self._address} has not answered another request in time")
        try:
            yield
        finally:
            self._lock.release()

    def _got(self, deadline: float | None) -> _Token:
        if self._shared is None:
            grant = self._fetch(deadline)
        else:
            grant = self._shared.get(partial(self._fetch, deadline), self._refused, deadline)
        return _Token(BEARER + grant.token, self._clock.monotonic() + grant.usable_ms / 1000)

    def _fetch(self, deadline: float | None) -> Grant:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            answer = self._connections.request(
                "POST", self._path, body=self._form, headers=headers, repeatable=True, deadline=deadline
            )
        except OSError as error:
            raise EngineUnreachable(
                f"the token endpoint {self._address} does not answer ({error}); CAMUNDA_OAUTH_URL names it"
            ) from error
        if answer.status != 200:
            raise engine_error(answer.status, answer.headers, answer.body, f"a token (POST {self._address})")
        return self._read(answer)

    def _read(self, answer: Response) -> Grant:
        try:
            content = json.loads(answer.body)
            token, life = content["access_token"], float(content.get("expires_in", DEFAULT_TOKEN_LIFE_SECONDS))
            if not isinstance(token, str) or not token.isascii() or not token.isprintable():
                raise ValueError("access_token")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineRejected(
                200, "no token", "the answer holds no access_token", f"a token (POST {self._address})"
            ) from error
        usable = max(life - EXPIRY_MARGIN_SECONDS, life / 2)
        return Grant(token, int(usable * 1000))


def authentication_from(settings: Settings, clock: Clock | None = None) -> Authentication | None:
    """Choose by CAMUNDA_AUTH_STRATEGY. Raises SettingsError naming the variable that is missing."""
    if settings.engine_authentication == "NONE":
        return None
    if settings.engine_authentication == "BASIC":
        _need(settings.engine_user, "CAMUNDA_BASIC_AUTH_USERNAME", "BASIC")
        return Basic(settings.engine_user, settings.engine_password)
    _need(settings.engine_client_id, "CAMUNDA_CLIENT_ID", "OAUTH")
    _need(settings.engine_client_secret, "CAMUNDA_CLIENT_SECRET", "OAUTH")
    return ClientCredentials(
        settings.engine_token_address,
        settings.engine_client_id,
        settings.engine_client_secret,
        audience=settings.engine_token_audience,
        scope=settings.engine_token_scope,
        clock=clock,
        shared=SharedTokens.from_settings(settings, clock),
    )


def _need(value: str, variable: str, strategy: str) -> None:
    if not value:
        raise SettingsError(f"{variable} is not set, and CAMUNDA_AUTH_STRATEGY={strategy} needs it")
