"""Bad input: each connector ends it with one clear error, the right code and the right number of retries."""

import importlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.job import Job
from connector_sdk.outcome import Fail
from devkit.checkout import ROOT
from devkit.generate import catalogue
from devkit.testing import services_for
from devkit.testing.certificate import Certificate
from tests.connectors.bad_input.rows import GIVEN_RETRIES, KINDS, SECRET, Impossible, Peers, Row
from tests.connectors.elsewhere import http_with

CONNECTORS = {one.folder: one for one in catalogue(ROOT) if one.group == "outbound" and (one.path / "app.py").is_file()}
TABLES = sorted(name for name in CONNECTORS if Path(__file__).with_name("bad_input").joinpath(f"{name}.py").is_file())
LARGE_BYTES = 2_000_000
ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a>{}</a></e:Body></e:Envelope>'
MAX_AWS_BYTES = 1_048_576
LONGEST_SENTENCE = 400


def rows(folder: str) -> tuple[Row | Impossible, ...]:
    found: tuple[Row | Impossible, ...] = module(folder).ROWS
    return found


def module(folder: str) -> Any:
    return importlib.import_module(f"tests.connectors.bad_input.{folder}")


@pytest.fixture(scope="module")
def untrusted(tmp_path_factory: pytest.TempPathFactory, certificate: Certificate) -> Iterator[str]:
    """Shows a certificate that it signed itself, and hangs up."""
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(certificate.chain + certificate.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=shake_hands, args=(listening, context), daemon=True)
    thread.start()
    yield f"localhost:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:  # the client turns away
                continue


@pytest.fixture(scope="module")
def peers(untrusted: str, request: pytest.FixtureRequest) -> Iterator[Peers]:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        closed = f"127.0.0.1:{unused.getsockname()[1]}"
    with HTTPServer() as server:
        server.expect_request("/refused").respond_with_data("", 401)
        server.expect_request("/large").respond_with_data(json.dumps({"text": "x" * LARGE_BYTES}))
        server.expect_request("/large-envelope").respond_with_data(ENVELOPE.format("x" * LARGE_BYTES))
        server.expect_request("/", "POST").respond_with_handler(refuse_as_aws_does)
        for method in ("pins.add", "chat.postMessage"):
            server.expect_request(f"/api/{method}", "POST").respond_with_handler(refuse_as_slack_does)
        yield Peers(closed, untrusted, f"{server.host}:{server.port}", request.getfixturevalue)


def refuse_as_aws_does(request: Request) -> Response:
    """In the form of the service's protocol: JSON, or XML where the request is a form."""
    too_long = len(request.get_data()) > MAX_AWS_BYTES
    code = "RequestTooLong" if too_long else "UnrecognizedClientException"
    message = "The request is too long" if too_long else "The security token included in the request is invalid"
    status = 400 if too_long else 403
    if request.mimetype == "application/x-www-form-urlencoded":
        error = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        return Response(error, status, mimetype="text/xml")
    return Response(json.dumps({"__type": code, "message": message}), status, mimetype="application/x-amz-json-1.0")


def refuse_as_slack_does(request: Request) -> Response:
    error = "invalid_auth" if request.path == "/api/pins.add" else "msg_too_long"
    return Response(json.dumps({"ok": False, "error": error}), mimetype="application/json")


def test_every_connector_has_its_table() -> None:
    assert set(CONNECTORS) <= set(TABLES)


@pytest.mark.parametrize("folder", TABLES)
def test_a_table_has_every_kind(folder: str) -> None:
    assert {row.kind for row in rows(folder)} == set(KINDS)


@pytest.mark.parametrize(
    ("folder", "row"),
    [
        pytest.param(folder, row, id=f"{folder}-{number}-{row.kind}")
        for folder in TABLES
        for number, row in enumerate(rows(folder))
        if isinstance(row, Row)
    ],
)
def test_bad_input_is_one_clear_error(folder: str, row: Row, peers: Peers) -> None:
    variables = row.variables(peers) if callable(row.variables) else row.variables
    connector = CONNECTORS[folder].connector
    services = services_for({"TOKEN": SECRET})
    if row.place is not None:
        services = replace(services, http=http_with(module(folder).HOST, row.place(peers)))
    job = Job("1", connector.type, GIVEN_RETRIES, {"resultVariable": "answer"}, variables)
    outcome = connector.run(job, services)

    assert isinstance(outcome, Fail)
    assert row.says in outcome.error_message
    assert (outcome.variables["error"].get("code"), outcome.retries) == (row.code, row.retries)
    assert SECRET not in json.dumps(outcome.body())
    assert len(outcome.error_message) <= LONGEST_SENTENCE
    assert "Traceback" not in outcome.error_message
