"""A real Zeebe engine on this machine, without Docker: 8.6.0, one partition, no login, nothing to search in."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from connector_sdk.clock import SystemClock
from connector_sdk.wire.connection import Connections
from devkit.testing.parts import PartMissing, java_home
from devkit.testing.processes import inherited_environment, stop
from devkit.testing.zeebe_parts import zeebe_home

HOST = "127.0.0.1"
READY_SECONDS = 120
"""It takes 10 to 15 s on two idle cores."""
STOP_SECONDS = 30
LOG_LINES_SHOWN = 15


@dataclass(frozen=True, slots=True)
class RunningZeebe:
    """A started engine."""

    address: str
    """Of the REST API, without /v2."""
    management: str
    """Of the actuator, such as http://127.0.0.1:9600/actuator."""
    pid: int
    log: Path

    def advance_clock(self, milliseconds: int) -> None:
        """Move the engine's time forwards; it never goes back (time-outs would stand still after that)."""
        body = json.dumps({"offsetMilli": milliseconds}).encode()
        answer = Connections(self.management).request(
            "POST", "/clock/add", body=body, headers={"Content-Type": "application/json"}
        )
        if answer.status != 200:
            raise RuntimeError(f"the engine's clock cannot be moved: {answer.status} {answer.body[:200]!r}")


@contextmanager
def zeebe(*, exporter: str | None = None, heap: str = "512m", largest_form: str = "32MB") -> Iterator[RunningZeebe]:
    """Start an engine on free ports, wait until it takes commands, and stop it at the end.

    `exporter` is an address that gets the engine's records (Elasticsearch's bulk API): the only way to look inside,
    for 8.6 has no search of its own. `largest_form` is what deployments and documents may weigh. Raises PartMissing in
    one sentence when a part is missing or it won't start.
    """
    engine, java = zeebe_home(), java_home()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zeebe-")))
        ports = _free_ports(5)
        log = folder / "log"
        output = stack.enter_context(log.open("wb"))
        process = subprocess.Popen(  # noqa: S603 - the engine that we unpacked
            [str(engine / "bin" / "broker")],
            cwd=folder,
            env=_environment(java, folder, ports, exporter, heap, largest_form),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        stack.callback(stop, process, STOP_SECONDS)
        running = RunningZeebe(f"http://{HOST}:{ports[0]}", f"http://{HOST}:{ports[1]}/actuator", process.pid, log)
        _wait_until_ready(running, process)
        yield running


def _environment(
    java: Path, folder: Path, ports: list[int], exporter: str | None, heap: str, largest_form: str
) -> dict[str, str]:
    rest, management, grpc, command, internal = map(str, ports)
    inherited = inherited_environment()
    variables: dict[str, str] = {
        "JAVA_HOME": str(java),
        "JAVA_TOOL_OPTIONS": f"-Xmx{heap} -XX:+UseSerialGC",
        "SERVER_ADDRESS": HOST,
        "SERVER_PORT": rest,
        "MANAGEMENT_SERVER_ADDRESS": HOST,
        "MANAGEMENT_SERVER_PORT": management,
        "ZEEBE_BROKER_NETWORK_HOST": HOST,
        "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": HOST,
        "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": grpc,
        "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": command,
        "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": internal,
        "ZEEBE_BROKER_CLUSTER_INITIALCONTACTPOINTS": f"{HOST}:{internal}",
        "ZEEBE_BROKER_DATA_DIRECTORY": str(folder / "data"),
        "ZEEBE_BROKER_DATA_LOGSEGMENTSIZE": "16MB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING": "512MB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION": "200MB",
        "ZEEBE_BROKER_EXPERIMENTAL_ROCKSDB_MEMORYLIMIT": "64MB",
        "ZEEBE_CLOCK_CONTROLLED": "true",
        # Documents may be larger than the 4 MB that an engine takes by itself.
        "SPRING_SERVLET_MULTIPART_MAXFILESIZE": largest_form,
        "SPRING_SERVLET_MULTIPART_MAXREQUESTSIZE": largest_form,
    }
    exporting: dict[str, str] = {
        "ZEEBE_BROKER_EXPORTERS_ES_CLASSNAME": "io.camunda.zeebe.exporter.ElasticsearchExporter",
        "ZEEBE_BROKER_EXPORTERS_ES_ARGS_URL": exporter or "",
        "ZEEBE_BROKER_EXPORTERS_ES_ARGS_BULK_SIZE": "1",
    }
    return {**inherited, **variables, **(exporting if exporter else {})}


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        return [int(opened.getsockname()[1]) for opened in sockets]


def _wait_until_ready(running: RunningZeebe, process: subprocess.Popen[bytes]) -> None:
    """Wait for the readiness probe, then for a partition with a leader: the API says 503 for a moment before."""
    clock, pause = SystemClock(), threading.Event()
    until = clock.monotonic() + READY_SECONDS
    while not _ready(running):
        if process.poll() is not None or clock.monotonic() > until:
            what = "did not get ready" if process.poll() is None else f"ended with status {process.returncode}"
            last = "\n".join(running.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
            raise PartMissing(f"the real engine {what}; its log ends with:\n{last}")
        pause.wait(0.2)


def _ready(running: RunningZeebe) -> bool:
    try:
        probe = Connections(running.management).request("GET", "/health/readiness", read_timeout=5)
        topology = Connections(running.address).request("GET", "/v2/topology", read_timeout=5)
    except OSError:
        return False
    if probe.status != 200 or topology.status != 200:
        return False
    brokers = json.loads(topology.body)["brokers"]
    return any(partition["role"] == "leader" for broker in brokers for partition in broker["partitions"])
