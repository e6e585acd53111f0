"""Camunda's connector runtime as a process: its jars are from Maven, our Java is compiled here.

It has the REST connector, and a webhook of ours, for the webhook connector is not published on Maven: it verifies
GitHub's signature and hands the event on.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from devkit.testing.parts import PartMissing, cache, java_home, made_whole, maven
from devkit.testing.program import HOST, Program, folder_for, free_ports, started

VERSION = "8.8.7"
ARTIFACT = f"io.camunda.connector:spring-boot-starter-camunda-connectors:{VERSION}"
SOURCES = Path(__file__).parent
SERVICE = "META-INF/services/io.camunda.connector.api.inbound.InboundConnectorExecutable"
"""Where the runtime looks for connectors (java.util.ServiceLoader)."""
READY_SECONDS = 120
REQUEST_SECONDS = 30


def home() -> Path:
    """The jars and our classes; fetched and compiled the first time and after each change. Raises PartMissing."""
    sources = sorted(SOURCES.glob("*.java"))
    pom = SOURCES / "pom.xml"
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in [pom, *sources])).hexdigest()[:12]
    made = cache() / f"connector-runtime-{digest}"
    if not made.exists():
        with made_whole(made) as unfinished:
            jars = unfinished / "jars"
            goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
            maven("Camunda's connector runtime, 75 MB", ARTIFACT, "-f", str(pom), *goal)
            _compile(sources, jars, unfinished / "classes")
    return made


def _compile(sources: list[Path], jars: Path, classes: Path) -> None:
    compiler = shutil.which("javac")
    if compiler is None:
        raise PartMissing("javac was not found: apt-get install default-jdk-headless (Debian and Ubuntu)")
    options = ["--release", "17", "-proc:none", "-cp", f"{jars}/*", "-d", str(classes)]
    subprocess.run([compiler, *options, *map(str, sources)], check=True)  # noqa: S603 - ours
    service = classes / SERVICE
    service.parent.mkdir(parents=True)
    service.write_text("bench.SignedWebhook\n")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The runtime's HTTP endpoint, over one kept connection."""

    pid: int
    _connection: HTTPConnection

    def __call__(self, event: Mapping[str, Any], _: Any) -> dict[str, Any]:
        """Send what API Gateway would have handed on as this event."""
        return self._sent(event["rawPath"], event)

    def elsewhere(self, event: Mapping[str, Any], _: Any) -> dict[str, Any]:
        """Send it to a path that nobody serves: what HTTP alone takes."""
        return self._sent(f"{event['rawPath']}-unknown", event)

    def _sent(self, path: str, event: Mapping[str, Any]) -> dict[str, Any]:
        return {"statusCode": _post(self._connection, path, event["body"], event["headers"])}


@contextmanager
def endpoint(engine: str, path: str, secrets: Mapping[str, str]) -> Iterator[Endpoint]:
    """Start the runtime for this engine and wait until it serves `path`. Raises PartMissing, NotReady."""
    port = free_ports(1)[0]
    starting = command({**engine_options(engine), "server.port": str(port)})
    with folder_for("java") as folder, closing(HTTPConnection(HOST, port, timeout=REQUEST_SECONDS)) as connection:
        program = Program(
            "Camunda's connector runtime",
            starting,
            folder,
            lambda: _serves(port, path),
            secrets,
            ready_seconds=READY_SECONDS,
        )
        with started(program):
            yield Endpoint(program.pid, connection)


def command(options: Mapping[str, str]) -> list[str]:
    """What starts the runtime with these properties, on this machine's address only. Raises PartMissing."""
    java, parts = java_home(), home()
    machine = [str(java / "bin" / "java"), "-Xmx512m", "-XX:+UseSerialGC", "-cp", f"{parts}/classes:{parts}/jars/*"]
    given = {"server.address": HOST, **options}
    return [*machine, "bench.Runtime", *(f"--{name}={value}" for name, value in given.items())]


def engine_options(rest: str, grpc: str | None = None) -> dict[str, str]:
    """Which engine it serves, over gRPC if that has an address, and SECRET_NAME for secrets."""
    options = {
        "camunda.client.mode": "self-managed",
        "camunda.client.auth.method": "none",
        "camunda.client.rest-address": rest,
        "camunda.client.prefer-rest-over-grpc": "false" if grpc else "true",
        "camunda.connector.secretprovider.environment.prefix": "SECRET_",
    }
    return options | ({"camunda.client.grpc-address": grpc} if grpc else {})


def _serves(port: int, path: str) -> bool:
    """Whether the process is imported: until then the path is unknown (404), then the signature is missing (401)."""
    with closing(HTTPConnection(HOST, port, timeout=REQUEST_SECONDS)) as connection:
        try:
            return _post(connection, path, "{}", {"content-type": "application/json"}) == 401
        except OSError:
            return False


def _post(connection: HTTPConnection, path: str, body: str, headers: Mapping[str, str]) -> int:
    connection.request("POST", path, body, dict(headers))
    answer = connection.getresponse()
    answer.read()
    return answer.status
