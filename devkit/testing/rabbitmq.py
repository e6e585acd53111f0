"""A real RabbitMQ on this machine: Debian's `rabbitmq-server`, one node, the user guest with all rights."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from devkit.testing.certificate import Certificate
from devkit.testing.processes import inherited_environment
from devkit.testing.program import HOST, Program, folder_for, free_ports, installed, started

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""Not the one on PATH, which changes its user and logs under /var."""
USER = PASSWORD = "guest"  # noqa: S105 - RabbitMQ's own, for this machine only
NODE = "connectors@localhost"
MAX_MESSAGE_BYTES = 1_048_576
LIMITS = (
    "disk_free_limit.absolute = 50MB\nvm_memory_high_watermark.absolute = 512MB\n"
    f"max_message_size = {MAX_MESSAGE_BYTES}\n"
)


@dataclass(frozen=True, slots=True)
class RunningRabbitMq:
    """A started broker: `running.program.restart()` for what a restart does to its clients."""

    host: str
    port: int
    tls_port: int | None
    """With the certificate that it was started with."""
    program: Program

    @property
    def uri(self) -> str:
        """For clients on this machine; the virtual host is /."""
        return f"amqp://{USER}:{PASSWORD}@{self.host}:{self.port}/%2F"


@contextmanager
def rabbitmq(certificate: Certificate | None = None) -> Iterator[RunningRabbitMq]:
    """Start a broker on free ports, wait until it takes a client, stop it at the end. Raises PartMissing, NotReady."""
    server = installed(SERVER, "rabbitmq-server")
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("rabbitmq"))
        port, tls_port, distribution, epmd = free_ports(4)
        tls = "" if certificate is None else _tls(tls_port, certificate, folder)
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = {HOST}:{port}\n{tls}{LIMITS}", encoding="utf-8")
        (folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
        environment = _environment(folder, distribution, epmd)
        program = Program("RabbitMQ", [server], folder, lambda: _answers(port), environment)
        stack.callback(_stop_port_mapper, epmd)
        stack.enter_context(started(program))
        yield RunningRabbitMq(HOST, port, None if certificate is None else tls_port, program)


def _environment(folder: Path, distribution: int, epmd: int) -> dict[str, str]:
    return {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": NODE,
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_DIST_PORT": str(distribution),
        # Without these two the port mapper and the node listen on all addresses.
        "ERL_EPMD_ADDRESS": HOST,
        "ERL_EPMD_PORT": str(epmd),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
    }


def _tls(port: int, certificate: Certificate, folder: Path) -> str:
    file = certificate.write(folder, "server")
    return (
        f"listeners.ssl.1 = {HOST}:{port}\n"
        f"ssl_options.certfile = {file.chain}\nssl_options.keyfile = {file.key}\nssl_options.verify = verify_none\n"
    )


def _answers(port: int) -> bool:
    try:
        pika.BlockingConnection(pika.ConnectionParameters(HOST, port)).close()
    except (AMQPError, OSError):
        return False
    return True


def _stop_port_mapper(port: int) -> None:
    """Erlang's epmd was started by the node and outlives it."""
    subprocess.run(  # noqa: S603
        [installed("epmd", "rabbitmq-server"), "-port", str(port), "-kill"],
        env=inherited_environment(),
        capture_output=True,
        check=False,
    )
