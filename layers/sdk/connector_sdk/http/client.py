"""The HTTP client that connectors get as `context.http`.

    answer = context.http.get("https://api.example.com/orders", params={"page": "2"}, auth=request.authentication)

It dials public addresses only, waits a limited time, and never sends a POST or a PATCH twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector_sdk.clock import Clock
from connector_sdk.http.basic import basic
from connector_sdk.http.body import MULTIPART, encoded_body
from connector_sdk.http.contents import Held
from connector_sdk.http.errors import PROTOCOL, InvalidRequest, ProtocolError
from connector_sdk.http.oauth import CLIENT_CREDENTIALS, REFRESH_TOKEN, Tokens
from connector_sdk.http.redirects import follow
from connector_sdk.http.request import DEFAULT_TIMEOUT_SECONDS, Request
from connector_sdk.http.response import Response
from connector_sdk.http.sending import Sender
from connector_sdk.http.status import raise_for_status
from connector_sdk.http.tls import ClientTls
from connector_sdk.http.url import CredentialsInUrl, InvalidUrl, Parameters, encoded_url
from connector_sdk.settings import Settings
from connector_sdk.wire.messages import METHODS_WITH_CONTENT

TYPE_CHECKING = False
if TYPE_CHECKING:  # only connectors whose tasks choose an authentication need the models
    from connector_sdk.http.authentication import Authentication

CONTENT_TYPE = "content-type"
UNAUTHORIZED = 401
SHORTEST_NOTED = 8
"""Shorter credentials (`null` instead of a token) are ordinary words, and would make a text unreadable."""


class HttpClient:
    """Builds requests, proves who asks, sends."""

    def __init__(self, sender: Sender, tokens: Tokens | None = None, held: Held | None = None) -> None:
        self._sender = sender
        self._tokens = tokens or Tokens()
        self._held = held
        self.note: Callable[[str], None] = _forget
        """Is told of texts that are as good as secrets."""
        self.sent = 0
        """Requests of this client, redirected ones as often as they were sent; those for tokens do not count."""

    @classmethod
    def from_settings(cls, settings: Settings, clock: Clock | None = None) -> HttpClient:
        return cls(Sender.from_settings(settings), Tokens(clock))

    def for_job(self, note: Callable[[str], None], held: Held) -> HttpClient:
        """The same client, connections and tokens included, that tells `note` what it proves itself with.

        These texts are as good as secrets: access tokens, and user and password in base64 (RFC 7617). Large answers
        wait until there is room for them. It has sent nothing yet.
        """
        client = HttpClient(self._sender, self._tokens, held)
        client.note = note
        return client

    def close(self) -> None:
        """Close the kept-alive connections."""
        self._sender.close()

    def get(self, url: str, **options: Any) -> Response:
        """`request("GET", …)`."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> Response:
        """`request("POST", …)`."""
        return self.request("POST", url, **options)

    def download(self, url: str) -> bytes:
        """The content at an address. Raises HttpError."""
        response = self.get(url)
        raise_for_status(response, first_header_only=True)
        return response.content

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | None] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
        auth: Authentication | None = None,
        skip_encoding: bool = False,
        ignore_null: bool = False,
        follow_redirects: bool = False,
        connect_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        read_seconds: float = DEFAULT_TIMEOUT_SECONDS,
        tls: ClientTls | None = None,
    ) -> Response:
        """Send a request and read the whole answer; a status of 400 or above is an answer as well.

        `body` goes out as the content type says (`body.encoded_body`), with POST, PUT and PATCH only. A time-out of 0
        waits for ever. Raises Timeout, Unreachable, ProtocolError, InvalidRequest or DeniedAddress.
        """
        if connect_seconds < 0 or read_seconds < 0:
            raise InvalidRequest(None, "A time-out must not be negative", f"{method}: a time-out is negative")
        given = headers or {}
        content, content_type = _content(method, given, body, ignore_null)
        typed = [] if content_type is None else [("Content-Type", content_type)]
        own = [(name, value or "") for name, value in given.items() if name.strip().lower() != CONTENT_TYPE]

        def send() -> Response:
            auth_headers, auth_params = self._proof(auth)
            target = _target(method, url, [*auth_params, *(params or {}).items()], skip_encoding)
            sent = (*auth_headers, *typed, *own)
            deadline = self._sender.deadline(connect_seconds, read_seconds)
            request = Request(method, target, sent, content, connect_seconds, read_seconds, tls, deadline, self._held)
            return follow(self._sender, request, self._count) if follow_redirects else self._sender.send(request)

        self._count()
        return self._with_fresh_token(auth, send)

    def _with_fresh_token(self, auth: Authentication | None, send: Callable[[], Response]) -> Response:
        """What `send` gets; a kept token that is refused is forgotten, and the request is sent with another."""
        if auth is None or (auth.type != CLIENT_CREDENTIALS and auth.type != REFRESH_TOKEN):
            return send()
        if not self._tokens.knows(auth):
            return send()
        response = send()
        if response.status_code != UNAUTHORIZED:
            return response
        self._tokens.forget(auth)
        return send()

    def _count(self) -> None:
        self.sent += 1

    def _proof(self, auth: Authentication | None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """The headers and query parameters that an authentication adds."""
        if auth is None or auth.type == "noAuth":
            return [], []
        if auth.type == "basic":
            return [self._authorization(basic(auth.username, auth.password))], []
        if auth.type == "bearer":
            return [("Authorization", f"Bearer {auth.token}")], []
        if auth.type == "apiKey":
            proof = [(auth.name, auth.value)]
            return (proof, []) if auth.api_key_location.value == "headers" else ([], proof)
        if auth.type == CLIENT_CREDENTIALS:  # the token endpoint may answer with what it was sent
            self._authorization(basic(auth.client_id, auth.client_secret))
        return [self._authorization(f"Bearer {self._tokens.token(self._sender, auth)}")], []

    def _authorization(self, value: str) -> tuple[str, str]:
        credentials = value.partition(" ")[2]
        if len(credentials) >= SHORTEST_NOTED:
            self.note(credentials)
        return "Authorization", value


def _forget(credentials: str) -> None:
    """For a client that belongs to no job."""


def _target(method: str, url: str, params: Parameters, skip_encoding: bool) -> str:
    try:
        return encoded_url(url, params, skip_encoding=skip_encoding)
    except InvalidUrl as error:
        raise InvalidRequest(None, f"The URL cannot be requested: {error}", f"{method}: {error}") from error
    except CredentialsInUrl as error:
        raise ProtocolError("500", PROTOCOL, f"{method}: {error}") from error


def _content(method: str, headers: Mapping[str, str | None], body: Any, ignore_null: bool) -> tuple[bytes, str | None]:
    """The body's bytes and the Content-Type header; without a body only what the task itself says."""
    given = next((value for name, value in headers.items() if name.strip().lower() == CONTENT_TYPE), None)
    if method not in METHODS_WITH_CONTENT:
        return b"", None if given == MULTIPART else given
    return encoded_body(body, given, ignore_null=ignore_null)
