"""What the tests of connectors run on: the Modeler with a development engine, and AWS in an emulator."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TypeVar

import pytest

from connector_sdk.engine_client import EngineClient
from devkit.checkout import ROOT
from devkit.engine import server
from devkit.modeler import HeadlessModeler, ModelerUnavailable
from devkit.testing.certificate import Certificate, self_signed
from devkit.testing.dovecot import RunningDovecot, dovecot
from devkit.testing.emulator import ACCOUNT, REGION, RunningEmulator, emulator
from devkit.testing.kafka import RunningKafka, kafka
from devkit.testing.mariadb import RunningMariaDb, mariadb
from devkit.testing.official import OfficialBench
from devkit.testing.parts import PartMissing
from devkit.testing.postgres import RunningPostgres, postgres
from devkit.testing.program import free_ports
from devkit.testing.rabbitmq import RunningRabbitMq, rabbitmq
from devkit.testing.schema_registry import schema_registry
from tests.connectors.mail_servers import smtp_server

boto3: Any = importlib.import_module("boto3")
Server = TypeVar("Server")


@pytest.fixture(scope="session")
def bench() -> Iterator[OfficialBench]:
    """The Modeler with a development engine; skips where node is missing."""
    try:
        modeler = HeadlessModeler()
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))
    with modeler, server.start() as running:
        engine = EngineClient(running.address)
        yield OfficialBench(modeler, engine)
        engine.close()


@pytest.fixture(scope="session")
def account() -> Iterator[RunningEmulator]:
    """An account of the AWS emulator, with signatures and rights checked."""
    if not (ROOT / ".venv-emulator" / "bin" / "ministack").exists():
        pytest.skip("the AWS emulator is not installed: sh scripts/tool emulator")
    with emulator() as running:
        yield running


class Client:
    """AWS's own SDK on the emulator: it looks after what our functions did."""

    def __init__(self, running: RunningEmulator) -> None:
        self._running = running

    def __call__(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._running.address,
            region_name=REGION,
            aws_access_key_id=ACCOUNT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ACCOUNT["AWS_SECRET_ACCESS_KEY"],
        )


@pytest.fixture(scope="session")
def client(account: RunningEmulator) -> Client:
    return Client(account)


@contextmanager
def or_skip(server: AbstractContextManager[Server]) -> Iterator[Server]:
    """A started server; skips with its reason where its program is missing."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(server)
        except PartMissing as reason:
            pytest.skip(str(reason))
        yield running


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    """What the brokers and databases show over TLS: nobody trusts it, unless SSL_CERT_FILE says so."""
    return self_signed()


@pytest.fixture(scope="session")
def rabbit(certificate: Certificate) -> Iterator[RunningRabbitMq]:
    with or_skip(rabbitmq(certificate)) as running:
        yield running


@pytest.fixture(scope="session")
def broker(certificate: Certificate) -> Iterator[RunningKafka]:
    with or_skip(kafka(certificate)) as running:
        yield running


@pytest.fixture(scope="session")
def registry() -> Iterator[str]:
    """A schema registry's URL."""
    with or_skip(schema_registry()) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql(certificate: Certificate) -> Iterator[RunningPostgres]:
    with or_skip(postgres(certificate)) as running:
        yield running


@pytest.fixture(scope="session")
def maria(certificate: Certificate) -> Iterator[RunningMariaDb]:
    with or_skip(mariadb(certificate)) as running:
        yield running


@pytest.fixture(scope="session")
def smtp() -> Iterator[str]:
    """A server for sending, as host:port."""
    with smtp_server(object(), *free_ports(1)) as address:
        yield address


@pytest.fixture(scope="session")
def store(certificate: Certificate) -> Iterator[RunningDovecot]:
    """Mailboxes."""
    with or_skip(dovecot(certificate)) as running:
        yield running
