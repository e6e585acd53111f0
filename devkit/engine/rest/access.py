"""Who may ask: with a token only requests that bear it, and an endpoint that hands it out, as on SaaS."""

from __future__ import annotations

from base64 import b64decode
from hmac import compare_digest
from urllib.parse import parse_qs, unquote_plus

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from devkit.engine.rest import bodies
from devkit.engine.rest.problems import JsonResponse, Problem, answer

LOGIN_PATH = "/oauth/token"
"""Where clients get the token (CAMUNDA_OAUTH_URL); outside of the prefix, as SaaS has it on another host."""
TOKEN_SECONDS = 3600
"""How long clients may keep the token; it never changes while the engine runs."""
MAX_FORM_BYTES = 16 * 1024


class BearerCheck:
    """Lets only requests with the token through, and those for it."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != LOGIN_PATH:
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not compare_digest(given, self._wanted):
                await _unauthorized(Request(scope, receive))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _unauthorized(request: Request) -> Response:
    response = answer(request, Problem(401, "UNAUTHORIZED", "Send the token as Authorization: Bearer …"))
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def give_token(request: Request) -> Response:
    """POST /oauth/token: client credentials (RFC 6749 §4.4); the client's secret is the token, its id may be any."""
    try:
        raw = await bodies.raw_body(request, MAX_FORM_BYTES)
    except bodies.TooLarge:
        return JsonResponse({"error": "invalid_request"}, 400)
    form = parse_qs(raw.decode("utf-8", "replace"))
    if form.get("grant_type") != ["client_credentials"]:
        return JsonResponse({"error": "unsupported_grant_type"}, 400)
    token: str = request.app.state.token
    secret = form["client_secret"][0] if "client_secret" in form else _secret_of_header(request)
    if not compare_digest(secret.encode(), token.encode()):
        return JsonResponse({"error": "invalid_client"}, 401)
    return JsonResponse({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})


def _secret_of_header(request: Request) -> str:
    """The client's secret in an Authorization header (RFC 6749 §2.3.1); empty if there is none."""
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    try:
        login = b64decode(written.strip(), validate=True).decode()
    except ValueError:
        return ""
    return unquote_plus(login.partition(":")[2]) if scheme.lower() == "basic" else ""
