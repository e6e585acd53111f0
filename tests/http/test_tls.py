"""Client certificates: a service that asks for one, and a task that has it."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer

from connector_sdk.http import HttpClient, HttpError, Sender, Timeout, transport
from connector_sdk.http.tls import ClientTls
from connector_sdk.http.transport import GuardedTransport
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import run_job
from functions.outbound.http_json.app import handler
from tests.counting_service import CountingService
from tests.http.conftest import LOOPBACK

START = datetime(2020, 1, 1, tzinfo=UTC)
PASSWORD = "s3cret-passw0rd"


def certificate() -> tuple[str, ec.EllipticCurvePrivateKey]:
    """One that signs itself, for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, START, START + timedelta(days=36_500))
    signed = (
        builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return signed.public_bytes(serialization.Encoding.PEM).decode(), key


def pem(key: ec.EllipticCurvePrivateKey, password: str | None = None) -> str:
    encryption: Any = (
        serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption).decode()


CERTIFICATE, KEY = certificate()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[HTTPServer]:
    """A service that lets nobody in who does not show the certificate."""
    (tmp_path / "both.pem").write_text(CERTIFICATE + pem(KEY))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=CERTIFICATE)
    context.load_cert_chain(tmp_path / "both.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with HTTPServer(host="localhost", ssl_context=context) as server:
        server.expect_request("/orders/7").respond_with_json({"id": 7})
        yield server


def run(server: HTTPServer, **tls: str) -> Outcome:
    variables = {"method": "GET", "url": server.url_for("/orders/7"), "clientTls": tls}
    return run_job(handler, variables, resultExpression="={id: body.id}")


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_a_task_with_a_certificate_is_let_in(password: str | None, guarded: HTTPServer) -> None:
    given = {"clientCertificate": CERTIFICATE, "clientPrivateKey": pem(KEY, password)}
    locked = {"privateKeyPassword": password} if password else {}

    assert run(guarded, **given, **locked, trustedCertificate=CERTIFICATE) == Complete({"id": 7})


@pytest.mark.parametrize(
    ("tls", "words"),
    [
        ({"clientCertificate": CERTIFICATE}, "needs both"),
        ({"clientCertificate": "no PEM", "clientPrivateKey": pem(KEY)}, "clientTls cannot be used"),
        ({"clientCertificate": CERTIFICATE, "clientPrivateKey": pem(KEY, PASSWORD)}, "clientTls cannot be used"),
        ({"trustedCertificate": "no PEM"}, "clientTls cannot be used"),
    ],
)
def test_certificates_that_cannot_be_used_fail_the_job_for_good(
    tls: dict[str, str], words: str, guarded: HTTPServer
) -> None:
    outcome = run(guarded, **tls)

    assert isinstance(outcome, Fail)
    assert (outcome.retries, words in outcome.error_message) == (0, True)
    assert "PRIVATE KEY" not in str(outcome.body())


def test_an_unknown_authority_is_not_trusted(guarded: HTTPServer) -> None:
    outcome = run(guarded, clientCertificate=CERTIFICATE, clientPrivateKey=pem(KEY))

    assert isinstance(outcome, Fail)
    assert "CERTIFICATE_VERIFY_FAILED" in outcome.error_message


def test_a_certificate_for_another_host_is_refused(guarded: HTTPServer) -> None:
    client = HttpClient(Sender(GuardedTransport(LOOPBACK, resolver=lambda host, port: ["127.0.0.1"])))
    tls = ClientTls(client_certificate=CERTIFICATE, client_private_key=pem(KEY), trusted_certificate=CERTIFICATE)
    assert client.get(guarded.url_for("/orders/7"), tls=tls).json() == {"id": 7}

    with pytest.raises(HttpError) as error:
        client.get(f"https://other.test:{guarded.port}/orders/7", tls=tls)

    assert error.value.code == "SSL_HANDSHAKE_FAILED"
    assert "certificate is not valid for 'other.test'" in error.value.message
    client.close()


def test_a_handshake_that_hangs_is_given_up(client: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Timeout) as error:
        client.get(f"https://127.0.0.1:{silent.getsockname()[1]}/", connect_seconds=0.05)
    assert error.value.code == "408"


def test_a_password_alone_changes_nothing(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/orders/7").respond_with_json({"id": 7})

    assert run(httpserver, privateKeyPassword=PASSWORD) == Complete({"id": 7})


def test_connections_are_shared_by_tasks_with_the_same_certificates_only(
    client: HttpClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_CERTIFICATES", 2)
    (tmp_path / "both.pem").write_text(CERTIFICATE + pem(KEY))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    service = CountingService(context)

    def connections(which: int) -> int:
        tls = ClientTls(trusted_certificate=CERTIFICATE + "\n" * which)
        assert client.get(service.address, tls=tls).text == "ok"
        return service.connections

    assert [connections(which) for which in (1, 2, 1, 2)] == [1, 2, 2, 2]
    assert [connections(which) for which in (3, 3)] == [3, 3]  # and those of the first two are kept no longer
    assert connections(1) == 4
    service.close()
