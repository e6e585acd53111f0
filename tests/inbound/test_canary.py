"""A secret in every place of a webhook that can hold one, and every way in which a delivery can end: it is nowhere to
be seen.

Not in the store, not in what `connectors deliveries` prints, not in a log line, not in an HTTP answer. What an
expression of the model hands to the engine, or back to the sender, it hands on purpose.
"""

import json
import logging
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from connector_sdk.inbound.answers import Answer
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.signatures.schemes import SCHEMES
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.cli.main import execute
from tests.inbound.host import Webhook, catch_event, element
from tests.inbound.test_redelivery import AWAY, BACK, redelivery

CANARY = 'canary"4711"/+&='
ENCODED = "Y2FuYXJ5/47+MTEx"
"""For schemes whose secrets are base64."""
PLACEHOLDER = "{{secrets.CANARY}}"
USER = "somebody"
BASIC = "Basic " + b64encode(f"{USER}:{CANARY}".encode()).decode()
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"
PARTS = f'--B\r\nContent-Disposition: form-data; name="key"\r\n\r\n{CANARY}\r\n--B--\r\n'


@dataclass(frozen=True)
class Place:
    """Where the secret stands: in the model's properties, and in what the sender shows."""

    properties: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    body: Any = field(default_factory=lambda: {"id": "o-1"})
    secret: str = CANARY


def api_key(locator: str, **shown: Any) -> Place:
    model = {"inbound.auth.type": "APIKEY", "inbound.auth.apiKey": PLACEHOLDER, "inbound.auth.apiKeyLocator": locator}
    return Place(model, **shown)


def basic(user: str, password: str, **shown: Any) -> Place:
    model = {"inbound.auth.type": "BASIC", "inbound.auth.username": user, "inbound.auth.password": password}
    return Place(model, **shown)


HMAC = {"inbound.shouldValidateHmac": "enabled", "inbound.hmacSecret": "another", "inbound.hmacHeader": "X-Sig"}
PLACES: dict[str, Place] = {
    "HMAC key": Place({**HMAC, "inbound.hmacSecret": PLACEHOLDER}),
    "HMAC algorithm": Place({**HMAC, "inbound.hmacAlgorithm": PLACEHOLDER}),
    "HMAC scopes": Place({**HMAC, "inbound.hmacScopes": f'=["{PLACEHOLDER}", 1'}),
    **{
        f"{name}, {which}": Place(
            {
                "inbound.signature.scheme": name,
                "inbound.signature.secret": "YW5vdGhlcg==",
                f"inbound.signature.{which}": PLACEHOLDER,
            },
            secret=ENCODED,
        )
        for name in SCHEMES
        for which in ("secret", "previousSecret")
    },
    "signature scheme": Place({"inbound.signature.scheme": PLACEHOLDER, "inbound.signature.secret": "a"}),
    "Slack": Place({"inbound.type": "io.camunda:slack-webhook:1", "inbound.slackSigningSecret": PLACEHOLDER}),
    "SNS": Place({"inbound.type": "io.camunda:aws-sns-webhook:1", "inbound.topicsAllowList": PLACEHOLDER}),
    "basic, password": basic(USER, PLACEHOLDER, headers={"authorization": BASIC}),
    "basic, wrong password": basic(USER, PLACEHOLDER, headers={"authorization": "Basic YTpi"}),
    "basic, user": basic(
        PLACEHOLDER, USER, headers={"authorization": "Basic " + b64encode(f"{CANARY}:{USER}".encode()).decode()}
    ),
    "API key, as Authorization": api_key("", headers={"authorization": f"Bearer {CANARY}"}),
    "API key, in a header": api_key("=request.headers.acme", headers={"acme": CANARY}),
    "API key, in the query": api_key("=request.params.key", query=f"key={quote(CANARY, safe='')}"),
    "API key, in the body": api_key("=request.body.a.key", body={"a": {"key": CANARY, "list": [f"<{CANARY}>"]}}),
    "API key, in a form": api_key(
        "=request.body.key", headers={"content-type": FORM}, body=f"key={quote_plus(CANARY)}".encode()
    ),
    "API key, in a part": api_key(
        "=request.params.key", headers={"content-type": MULTIPART}, body=PARTS.encode()
    ),
    "API key, wrong": api_key("=request.headers.acme", headers={"acme": "wrong"}),
    "API key, locator": api_key(f'="{PLACEHOLDER}" + 1'),
    "key set": Place(
        {"inbound.auth.type": "JWT", "inbound.auth.jwt.jwkUrl": f"http://127.0.0.1:9/{PLACEHOLDER}?k={PLACEHOLDER}"},
        {"authorization": "Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA"},
    ),
    "host of a key set": Place(
        {"inbound.auth.type": "JWT", "inbound.auth.jwt.jwkUrl": f"http://localhost:{PLACEHOLDER}/"},
        {"authorization": "Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA"},
    ),
    "kind of authorization": Place({"inbound.auth.type": PLACEHOLDER}),
    "method": Place({"inbound.method": PLACEHOLDER}),
    "time to live": Place({"messageTtl": PLACEHOLDER}),
    "activation condition": Place({"activationCondition": f'="{PLACEHOLDER}" = 1 or true'}),
    "activation condition that fails": Place({"activationCondition": f'=string("{PLACEHOLDER}", 1, 2)'}),
    "message id": Place({"messageIdExpression": f'=["{PLACEHOLDER}"]'}),
    "correlation key": Place({"correlationKeyExpression": f'=["{PLACEHOLDER}"]'}),
    "result expression": Place({"resultExpression": f'=string("{PLACEHOLDER}", 1, 2)'}),
    "answer that fails": Place({"inbound.responseExpression": '={body: number("{{secrets.CANARY}}", 1, 2, 3)}'}),
    "answer that is no FEEL": Place({"inbound.responseExpression": PLACEHOLDER}),
    "answer of another shape": Place({"inbound.responseExpression": '={statusCode: "{{secrets.CANARY}}"}'}),
    "handshake that fails": Place({"inbound.verificationExpression": '=number("{{secrets.CANARY}}", 1, 2, 3)'}),
    "not read at all": Place({"inbound.more": PLACEHOLDER}),
    **{
        f"header {name}": Place(headers={name: value})
        for name, value in {
            "authorization": BASIC,
            "Authorization": f"Bearer {CANARY}",
            "proxy-authorization": BASIC,
            "cookie": f"session={CANARY}; a=b",
            "x-api-key": CANARY,
            "x-gitlab-token": CANARY,
        }.items()
    },
}  # fmt: skip
SECRETS = (Place(), Place(secret=ENCODED))
HANDED_BACK = {"inbound.responseExpression": "={headers: request.headers, body: request}"}
ENDINGS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "published": (BACK, {}),
    "the engine is away": (AWAY, {}),
    "refused by the engine": ({"status": 400}, {}),
    "a result is refused": ({"status": 400}, {"synchronousResponse": "true"}),
    "a result expression fails": (BACK, {"resultExpression": "=string(request.headers, request.params, request)"}),
    "an answer fails": (BACK, {"inbound.responseExpression": "={body: number(string(request), 1, 2, 3)}"}),
    "all is handed back": (BACK, HANDED_BACK),
    "all is handed back, the engine is away": (AWAY, HANDED_BACK),
}


def spellings(secret: str) -> Sequence[str]:
    return (
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        quote(secret, safe=""),
        quote_plus(secret),
        *(b64encode(one.encode()).decode() for one in (secret, f"{USER}:{secret}", f"{secret}:{USER}")),
    )


def shown(text: str, place: Place) -> str | None:
    """Where the text shows the secret of a place."""
    places = (text.find(spelling) for spelling in spellings(place.secret))
    return next((text[max(0, start - 200) : start + 100] for start in places if start >= 0), None)


def wanting(place: Place, context: str, more: Mapping[str, str]) -> InboundElement:
    properties = {"inbound.context": context, "resultVariable": "event", **place.properties, **more}
    publishes = any(name in properties for name in ("messageTtl", "messageIdExpression", "correlationKeyExpression"))
    return catch_event({"correlationKeyExpression": '="1"', **properties}) if publishes else element(properties)


def sent(webhook: Webhook, place: Place, context: str) -> Answer:
    path = f"/inbound/{context}"
    headers = {name.lower(): value for name, value in place.headers.items()}
    params = {"key": place.secret} if place.query else {}
    route = webhook.routes.find(context)
    scheme = route.connector.signature(route.configuration) if route else None
    if scheme is not None:
        body = json.dumps(place.body).encode()
        request = WebhookRequest("POST", path, body, received_ms=webhook.clock.time_ms())
        headers |= {name.lower(): value for name, value in scheme.sign(request).items()}
    return webhook.post(place.body, path=path, headers=headers, query=place.query, params=params)


def repeating(place: Place) -> dict[str, str]:
    """What an engine says that repeats a variable of the command."""
    return {"rawBody": json.dumps({"title": "INVALID", "status": 400, "detail": f"not {place.secret}"})}


def printed(file: Path, ids: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    for arguments in (["list"], ["list", "--json"], *(["show", one] for one in ids)):
        assert execute(["deliveries", *arguments, "--file", str(file)]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("ending", "compatibility"),
    [*((ending, "8.10") for ending in ENDINGS), ("all is handed back, the engine is away", "8.8")],
)
def test_a_secret_of_a_webhook_is_nowhere_to_be_seen(
    ending: str,
    compatibility: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    leaks: dict[str, str | None] = {}
    engine, more = ENDINGS[ending]
    file = tmp_path / "deliveries.sqlite"
    with SqliteDeliveries(file) as store:
        for number, (name, place) in enumerate(PLACES.items()):
            webhook = Webhook(store, compatibility=compatibility)
            secrets = EnvironmentSecrets({"SECRET_CANARY": place.secret})
            webhook.routes = Routes(webhook.kinds, secrets, compatibility, webhook.clock)
            webhook.engine.answers = [engine | repeating(place)]
            refusals = webhook.deploy(wanting(place, f"c{number}", more))
            answer = sent(webhook, place, f"c{number}")
            webhook.clock.advance(60_000)
            redelivery(webhook).round()
            # Who asks for its own words back gets them: only what is written down may not hold them.
            texts = {"refused": str(refusals), "answer": "" if more == HANDED_BACK else str(answer.to_json())}
            leaks |= {f"{name}, {where}": leak for where, text in texts.items() if (leak := shown(text, place))}
        found = store.newest(limit=1000)
    texts = {
        "store": "".join(str(asdict(one)) + json.dumps(asdict(one), default=str) for one in found),
        "file": file.read_bytes().decode("latin-1"),
        "printed": printed(file, [one.id for one in found], capsys),
        "log": "\n".join(f"{one.getMessage()} {one.exc_text}" for one in caplog.records),
    }
    leaks |= {where: leak for where, text in texts.items() for place in SECRETS if (leak := shown(text, place))}
    assert leaks == {}, json.dumps(leaks, indent=1, ensure_ascii=False)
    assert len(found) > 25 or "synchronousResponse" in more
