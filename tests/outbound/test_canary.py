"""A secret in every place that can hold one, and every way in which a job can fail with it: it is nowhere to be seen.

What a service answers with success is data, and goes to the process as it is.
"""

import json
import logging
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from devkit.testing import run_job
from functions.outbound.http_json.app import handler

CANARY = 'canary "4711" é/+&='
PLACEHOLDER = "{{secrets.CANARY}}"
TOKEN = "access-token-of-the-canary"
USER = "somebody"
SPELLINGS = (
    CANARY,
    json.dumps(CANARY)[1:-1],
    json.dumps(CANARY, ensure_ascii=False)[1:-1],
    quote(CANARY),
    quote(CANARY, safe=""),
    quote_plus(CANARY),
    b64encode(CANARY.encode()).decode(),
    b64encode(f"{USER}:{CANARY}".encode()).decode(),
    b64encode(f"{CANARY}:{USER}".encode()).decode(),
    TOKEN,
)


def oauth(server: HTTPServer, **changes: str) -> dict[str, Any]:
    return {
        "type": "oauth-client-credentials-flow",
        "oauthTokenEndpoint": server.url_for("/token"),
        "clientId": USER,
        "clientSecret": "another",
        "clientAuthentication": "basicAuthHeader",
        **changes,
    }


def refresh(server: HTTPServer, **changes: str) -> dict[str, Any]:
    return {
        "type": "oauth-refresh-token",
        "oauthTokenEndpoint": server.url_for("/token"),
        "clientId": USER,
        "refreshToken": "another",
        **changes,
    }


def places(server: HTTPServer, path: str) -> dict[str, dict[str, Any]]:
    """Variables of a task, by the place of the placeholder in them."""
    url = server.url_for(path)
    found = {**in_requests(url, PLACEHOLDER), **in_authentications(server, PLACEHOLDER)}
    return {name: {"method": "POST", "url": url, **variables} for name, variables in found.items()}


def in_requests(url: str, one: str) -> dict[str, dict[str, Any]]:
    return {
        "path": {"url": f"{url}/{one}"},
        "query": {"url": f"{url}?a={one}"},
        "whole url": {"url": one},
        "host": {"url": f"http://{one}/x"},
        "port": {"url": f"http://localhost:{one}/x"},
        "user in the url": {"url": f"http://{one}@localhost/"},
        "query parameter": {"queryParameters": {"a": one}},
        "name of a query parameter": {"queryParameters": {one: "a"}},
        "header": {"headers": {"X-A": one}},
        "name of a header": {"headers": {one: "a"}},
        "text": {"body": f"it is {one}"},
        "JSON": {"body": {"a": [one], one: 1}},
        "form": {"body": {"a": one}, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        "parts": {"body": {"a": one}, "headers": {"Content-Type": "multipart/form-data"}},
        "function": {"body": {"a": {"camunda.function.type": "base64", "params": [one]}}},
        "function that fails": {"body": {"camunda.function.type": one, "params": [one]}},
        "document": {"body": {"a": {"camunda.document.type": "inline", "content": one, "name": one}}},
        "external document": {"body": {"a": {"camunda.document.type": "external", "url": f"{url}/{one}"}}},
        "method": {"method": one},
        "time-out": {"readTimeoutInSeconds": one},
        "client certificate": {"clientTls": {"clientCertificate": one, "clientPrivateKey": one}},
        "trusted certificate": {"clientTls": {"trustedCertificate": one}},
        "encoding": {"documentReturnFormat": {"choice": "TEXT", "encoding": one}},
        "not read at all": {"more": one},
    }


def in_authentications(server: HTTPServer, one: str) -> dict[str, dict[str, Any]]:
    api_key = {"type": "apiKey", "apiKeyLocation": "headers", "name": "X-Key", "value": one}
    return {
        "kind of authentication": {"authentication": {"type": one}},
        "basic, password": {"authentication": {"type": "basic", "username": USER, "password": one}},
        "basic, user": {"authentication": {"type": "basic", "username": one, "password": USER}},
        "bearer": {"authentication": {"type": "bearer", "token": one}},
        "API key in a header": {"authentication": api_key},
        "API key in the query": {"authentication": {**api_key, "apiKeyLocation": "query"}},
        "name of an API key": {"authentication": {**api_key, "name": one}},
        "OAuth, secret in a header": {"authentication": oauth(server, clientSecret=one)},
        "OAuth, secret in the body": {
            "authentication": oauth(server, clientSecret=one, clientAuthentication="credentialsBody")
        },
        "OAuth, client": {"authentication": oauth(server, clientId=one, clientSecret=USER)},
        "OAuth, audience": {"authentication": oauth(server, audience=one, scopes=one)},
        "OAuth, endpoint": {
            "authentication": oauth(server, oauthTokenEndpoint=f"{server.url_for('/token')}/{one}?a={one}")
        },
        "OAuth, kind": {"authentication": oauth(server, clientAuthentication=one)},
        "refresh token": {"authentication": refresh(server, refreshToken=one)},
        "refresh token, secret": {"authentication": refresh(server, clientSecret=one)},
        "configuration": {"authenticationConfiguration": {"authentication": {"type": "bearer", "token": one}}},
    }


ENDINGS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "refused": ("/400", {}, {}),
    "broken": ("/500", {}, {}),
    "token refused": ("/200-token-401", {}, {}),
    "redirected to nowhere": ("/302", {"followRedirects": True}, {}),
    "redirected without end": ("/308", {"followRedirects": True}, {}),
    "no JSON": ("/no-json", {"documentReturnFormat": {"choice": "JSON"}}, {}),
    "a result that is none": ("/200", {}, {"resultExpression": "=string(body)"}),
    "a result expression that fails": ("/200", {}, {"resultExpression": "=bpmnError(1, body)"}),
    "an error expression that fails": ("/400", {}, {"errorExpression": "=bpmnError(1, error.variables)"}),
    "an error expression with a text": ("/400", {}, {"errorExpression": "=string(error)"}),
    "a BPMN error": ("/400", {}, {"errorExpression": '=bpmnError("E" + error.code, error.message, error)'}),
    "a BPMN error of all": ("/500", {}, {"errorExpression": "=bpmnError(string(error), string(error), {all: error})"}),
    "a failed job": ("/400", {}, {"errorExpression": "=jobError(string(error), error, 1)"}),
}


def echo(request: Request) -> Response:
    """All that came, in content, headers and status line, as a careless service does."""
    content = {
        "url": request.url,
        "raw": request.environ.get("RAW_URI", request.full_path),
        "headers": dict(request.headers),
        "body": request.get_data(as_text=True),
        "form": request.form.to_dict(),
    }
    step = request.path.split("/")[1].split("-")[0]
    if step == "token":
        return Response(json.dumps({"access_token": TOKEN, "echo": content}), 200)
    text = f"<{content}>" if step == "no" else json.dumps(content, ensure_ascii=False)
    answer = Response(text, int(step) if step.isdecimal() else 200)
    answer.headers["X-Echo"] = quote(str(request.query_string))
    if step == "302":
        answer.headers["Location"] = f"http://127.0.0.1:1/{request.query_string.decode()}/{quote(CANARY)}"
    if step == "308":
        answer.headers["Location"] = f"/308/{quote(CANARY)}"
    return answer


def refusing(request: Request) -> Response:
    content = {"headers": dict(request.headers), "body": request.get_data(as_text=True), "url": request.url}
    return Response(json.dumps(content), 401)


def shown(found: Mapping[str, Any] | str) -> list[str]:
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    plain = [text, json.dumps(found)]
    return [spelling for spelling in SPELLINGS if any(spelling in one for one in plain)]


@pytest.mark.parametrize(
    ("ending", "compatibility"),
    [*((ending, "8.10") for ending in ENDINGS), *((ending, "8.8") for ending in ("refused", "a BPMN error of all"))],
)
def test_a_secret_is_nowhere_to_be_seen(
    ending: str, compatibility: str, httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path, more, headers = ENDINGS[ending]
    token = refusing if ending == "token refused" else echo
    httpserver.expect_request("/token").respond_with_handler(token)
    httpserver.expect_request(re.compile("^/token/.*")).respond_with_handler(token)
    httpserver.expect_request(re.compile("^/[0-9n].*")).respond_with_handler(echo)
    leaks = {}
    for name, variables in places(httpserver, path).items():
        outcome = run_job(
            handler, {**variables, **more}, secrets={"CANARY": CANARY}, compatibility=compatibility, **headers
        )
        caught = [record for record in caplog.records if record.name.split(".")[0] != "werkzeug"]
        said = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caught)
        if outcome.command != "completion" and (found := shown(outcome.body())):
            leaks[name] = (found, str(outcome.body())[:300])
        if found := shown(said):
            leaks[f"{name}, log"] = (found, said[:300])
    assert leaks == {}, json.dumps(leaks, ensure_ascii=False, indent=1)
