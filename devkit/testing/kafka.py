"""A real Apache Kafka on this machine: one node of 4.3.1 without ZooKeeper, from Maven Central, on a JDK from PyPI.

The listeners are PLAINTEXT, SASL_PLAINTEXT, and SASL_SSL if a certificate is given; the mechanism is PLAIN.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from devkit.testing.certificate import Certificate
from devkit.testing.parts import cache, java_home, made_whole, maven
from devkit.testing.processes import inherited_environment
from devkit.testing.program import HOST, NotReady, Program, folder_for, free_ports, started

VERSION = "4.3.1"
ARTIFACTS = (("org.apache.kafka", "kafka_2.13", VERSION), ("org.slf4j", "slf4j-simple", "1.7.36"))
"""The broker, and what prints its log: without it a failed start gives no reason."""
CLUSTER_ID = "MkU3OEVBNTcwNTJENDM2Qg"
USER = "connector"
PASSWORD = "kafka-pw"  # noqa: S105 - of this broker only
SMALL = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
ALONE = """\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
sasl.enabled.mechanisms=PLAIN
"""
LOGIN = (
    "org.apache.kafka.common.security.plain.PlainLoginModule required "
    f'username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}";'
)


@dataclass(frozen=True, slots=True)
class RunningKafka:
    """A started broker, which makes topics when they are first used."""

    bootstrap: str
    """host:port, without encryption and login."""
    sasl_bootstrap: str
    """With USER and PASSWORD, without encryption."""
    tls_bootstrap: str | None
    """With USER and PASSWORD, over TLS with the certificate that it was started with."""
    program: Program
    user: str = USER
    password: str = PASSWORD


@contextmanager
def kafka(certificate: Certificate | None = None) -> Iterator[RunningKafka]:
    """Start a broker on free ports, wait until it answers, stop it at the end. Raises PartMissing, NotReady."""
    java = [str(java_home() / "bin" / "java"), *SMALL, "-cp", f"{kafka_home()}/*"]
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("kafka"))
        plain, sasl, tls, controller = free_ports(4)
        listeners = {"PLAINTEXT": f"{HOST}:{plain}", "SASL_PLAINTEXT": f"{HOST}:{sasl}"}
        if certificate:
            listeners["SASL_SSL"] = f"localhost:{tls}"
        properties = folder / "server.properties"
        properties.write_text(_properties(folder, listeners, f"{HOST}:{controller}"), encoding="utf-8")
        if certificate:
            certificate.write(folder, "server")
        _format(java, properties)
        program = Program(
            "Kafka", [*java, "kafka.Kafka", str(properties)], folder, lambda: _answers(listeners["PLAINTEXT"])
        )
        stack.enter_context(started(program))
        yield RunningKafka(listeners["PLAINTEXT"], listeners["SASL_PLAINTEXT"], listeners.get("SASL_SSL"), program)


def kafka_home() -> Path:
    """The folder with the broker's jars; downloaded with Maven the first time. Raises PartMissing."""
    home = cache() / f"kafka-{VERSION}"
    if not home.exists():
        with made_whole(home) as unfinished:
            pom = unfinished.parent / "pom.xml"
            pom.write_text(_pom(), encoding="utf-8")
            goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={unfinished}"]
            maven("Kafka, 44 MB", ":".join(ARTIFACTS[0]), *goal, folder=pom.parent)
    return home


def _pom() -> str:
    wanted = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
        for group, name, version in ARTIFACTS
    )
    identity = "<groupId>kafka</groupId><artifactId>kafka</artifactId><version>1</version>"
    return f"<project><modelVersion>4.0.0</modelVersion>{identity}<dependencies>{wanted}</dependencies></project>"


def _properties(folder: Path, listeners: dict[str, str], controller: str) -> str:
    ports = {name: f"{HOST}:{address.rpartition(':')[2]}" for name, address in listeners.items()}
    opened = ",".join(f"{name}://{address}" for name, address in {**ports, "CONTROLLER": controller}.items())
    shown = ",".join(f"{name}://{address}" for name, address in {**listeners, "CONTROLLER": controller}.items())
    kinds = ",".join(f"{name}:{name}" for name in listeners)
    login = "".join(
        f"listener.name.{name.lower()}.plain.sasl.jaas.config={LOGIN}\n" for name in listeners if "SASL" in name
    )
    return (
        f"{ALONE}{login}controller.quorum.bootstrap.servers={controller}\nlog.dirs={folder / 'data'}\n"
        f"listeners={opened}\nadvertised.listeners={shown}\n"
        f"listener.security.protocol.map={kinds},CONTROLLER:PLAINTEXT\n"
        "listener.name.sasl_ssl.ssl.keystore.type=PEM\n"
        f"listener.name.sasl_ssl.ssl.keystore.location={folder / 'server-both.pem'}\n"
    )


def _format(java: list[str], properties: Path) -> None:
    made = subprocess.run(  # noqa: S603
        [*java, "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c", str(properties)],
        cwd=properties.parent,
        env=inherited_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NotReady(f"Kafka could not make its data folder: {(made.stdout + made.stderr)[-300:]}")


def _answers(address: str) -> bool:
    client = AdminClient({"bootstrap.servers": address, "log_level": 0})
    try:
        return bool(client.list_topics(timeout=1).brokers)
    except KafkaException:
        return False
