"""Bad input: each connector ends it with one clear error, the right code and the right number of retries."""

import importlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.engine_client import DeployedProcess, EngineClient
from connector_sdk.errors import SdkError
from connector_sdk.inbound.batch import settle
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.message import InboundMessage
from connector_sdk.inbound.polling import PollingConnector, Polls
from connector_sdk.inbound.recording import recorded
from connector_sdk.inbound.subscription import Subscriptions
from connector_sdk.inbound.taking import MessageEvent, SubscriptionServices
from connector_sdk.job import Job
from connector_sdk.outcome import Fail
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import State
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.checkout import ROOT
from devkit.connector_runtime.sources import Sources
from devkit.connector_runtime.told import Notice, Told
from devkit.engine import server
from devkit.generate import catalogue
from devkit.testing import services_for
from devkit.testing.certificate import Certificate
from tests.connectors.bad_input.rows import GIVEN_RETRIES, KINDS, SECRET, Impossible, Peers, Place, Row, Subscribed
from tests.connectors.elsewhere import http_with
from tests.connectors.subscribed import until

CONNECTORS = {
    one.folder: one
    for one in catalogue(ROOT)
    if (one.group == "outbound" or one.folder == "messages") and (one.path / "app.py").is_file()
}
SOURCES = {one.folder: one.connector for one in catalogue(ROOT) if one.is_subscription or one.is_poll}
FOLDER = Path(__file__).with_name("bad_input")
TABLES = sorted(name for name in (*CONNECTORS, *SOURCES) if (FOLDER / f"{name}.py").is_file())
LARGE_BYTES = 2_000_000
ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a>{}</a></e:Body></e:Envelope>'
MAX_AWS_BYTES = 1_048_576
LONGEST_SENTENCE = 400


def rows(folder: str) -> tuple[Row | Subscribed | Impossible, ...]:
    found: tuple[Row | Subscribed | Impossible, ...] = module(folder).ROWS
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
        server.expect_request(re.compile("/refused(/.*)?")).respond_with_data("", 401)
        server.expect_request("/large").respond_with_data(json.dumps({"text": "x" * LARGE_BYTES}))
        server.expect_request("/large-envelope").respond_with_data(ENVELOPE.format("x" * LARGE_BYTES))
        server.expect_request("/", "POST").respond_with_handler(refuse_as_aws_does)
        for method in ("pins.add", "chat.postMessage"):
            server.expect_request(f"/api/{method}", "POST").respond_with_handler(refuse_as_slack_does)
        yield Peers(closed, untrusted, f"{server.host}:{server.port}", request.getfixturevalue)


@pytest.fixture(scope="module")
def engine() -> Iterator[server.RunningEngine]:
    with server.start() as running:
        yield running


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
    assert {*CONNECTORS, *SOURCES} <= set(TABLES)


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
    if row.place is not None and hasattr(module(folder), "HOST"):
        services = replace(services, http=http_with(module(folder).HOST, row.place(peers)))
    elif row.place is not None:
        connector = module(folder).at(row.place(peers))
    job = Job("1", connector.type, GIVEN_RETRIES, {"resultVariable": "answer"}, variables)
    outcome = connector.run(job, services)

    assert isinstance(outcome, Fail)
    assert row.says in outcome.error_message
    assert (outcome.variables["error"].get("code"), outcome.retries) == (row.code, row.retries)
    assert SECRET not in json.dumps(outcome.body())
    assert len(outcome.error_message) <= LONGEST_SENTENCE
    assert "Traceback" not in outcome.error_message


def element(connector: Any, properties: dict[str, str]) -> InboundElement:
    """An event at which an instance waits."""
    described = {
        "element_id": "hook",
        "element_kind": "intermediateCatchEvent",
        "element_name": None,
        "process_definition_id": "orders",
        "process_definition_key": "1",
        "version": 1,
        "tenant_id": "<default>",
        "effect": "publish",
        "message_name": "ordered",
        "waits": True,
        "properties": {
            "inbound.type": connector.type,
            "correlationKeyExpression": '="k"',
            "resultVariable": "all",
            **{name: text for name, text in properties.items() if text},
        },
    }
    return InboundElement.from_json(described)


@pytest.mark.parametrize(
    ("folder", "row"),
    [
        pytest.param(folder, row, id=f"{folder}-{number}-{row.kind}")
        for folder in TABLES
        for number, row in enumerate(rows(folder))
        if isinstance(row, Subscribed)
    ],
)
def test_bad_input_of_a_subscription_is_told_where_it_belongs(folder: str, row: Subscribed, peers: Peers) -> None:
    properties = dict(row.properties(peers) if callable(row.properties) else row.properties)
    connector, secrets = SOURCES[folder], EnvironmentSecrets({"SECRET_TOKEN": SECRET})
    of_kind = Polls if isinstance(connector, PollingConnector) else Subscriptions
    activations: Any = of_kind([connector], secrets)
    process = DeployedProcess("orders", 1, "1", "orders.bpmn", "<default>")

    refused = activations.deploy(process, [element(connector, properties)])

    if row.at is Place.ACTIVATION:
        [said] = [one.reason for one in refused]
    else:
        assert list(refused) == []
        [said] = TOLD[row.at](activations, row)
    assert row.says in said
    assert SECRET not in said
    assert len(said) <= LONGEST_SENTENCE
    assert "Traceback" not in said


def told_of_poll(polls: Polls, row: Subscribed) -> list[str]:
    [[poll]] = polls
    with pytest.raises(SdkError) as failed:
        poll.connector.open(OPEN)(poll.properties({}))
    return [str(failed.value)]


def told_of_source(subscriptions: Subscriptions, row: Subscribed) -> list[str]:
    told: list[Told] = []
    with SqliteDeliveries(":memory:") as store, closing(EngineClient("http://127.0.0.1:9")) as engine:
        sources = Sources(SubscriptionServices(subscriptions, engine, store), OPEN, told.append)
        sources.start()
        until(lambda: told != [])
        sources.stop()
    return [one.text.partition(" tried again: ")[2] for one in told if isinstance(one, Notice)]


def told_of_delivery(activations: Any, row: Subscribed) -> list[str]:
    with (
        server.start() as running,
        closing(EngineClient(running.address)) as engine,
        SqliteDeliveries(":memory:") as store,
    ):
        services = SubscriptionServices(activations, engine, store)
        [[one]] = activations
        if row.event is not None:
            list(settle(one.connector, row.event, services))
        else:
            answer = InboundMessage(one.connector.open(OPEN)(one.properties({})), None)
            recorded(MessageEvent(answer, one.path, one.element, services.clock.time_ms()), services)
        refused = [one for one in store.newest(limit=9) if one.state is State.REFUSED]
    return [str(one.error) for one in refused]


OPEN = Settings.read({"CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1,::1", "AWS_REGION": "eu-central-1"})
TOLD: Mapping[Place, Callable[[Any, Subscribed], list[str]]] = {
    Place.POLL: told_of_poll,
    Place.SOURCE: told_of_source,
    Place.DELIVERY: told_of_delivery,
}
