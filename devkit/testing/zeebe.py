"""A real Zeebe engine on this machine, without Docker: 8.6.0, one partition, no login, nothing to search in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from connector_sdk.wire.connection import Connections
from devkit.testing.parts import java_home
from devkit.testing.program import HOST, Program, folder_for, free_ports, started
from devkit.testing.zeebe_parts import zeebe_home

READY_SECONDS = 120
"""It takes 10 to 15 s on two idle cores."""


@dataclass(frozen=True, slots=True)
class RunningZeebe:
    """A started engine."""

    address: str
    """Of the REST API, without /v2."""
    management: str
    """Of the actuator, such as http://127.0.0.1:9600/actuator."""
    grpc: str
    """Of the gRPC API, such as http://127.0.0.1:26500."""
    program: Program = field(repr=False)
    """It can be killed and started again, with the same data and on the same ports; its clock is the machine's then."""

    @property
    def pid(self) -> int:
        """Of the run."""
        return self.program.pid

    @property
    def log(self) -> Path:
        """What all its runs have printed."""
        return self.program.log

    def advance_clock(self, milliseconds: int) -> None:
        """Move the engine's time forwards; it never goes back (time-outs would stand still after that)."""
        body = json.dumps({"offsetMilli": milliseconds}).encode()
        answer = Connections(self.management).request(
            "POST", "/clock/add", body=body, headers={"Content-Type": "application/json"}
        )
        if answer.status != 200:
            raise RuntimeError(f"the engine's clock cannot be moved: {answer.status} {answer.body[:200]!r}")


@contextmanager
def zeebe(
    *, exporter: str | None = None, heap: str = "512m", largest_form: str = "32MB", within: Path | None = None
) -> Iterator[RunningZeebe]:
    """Start an engine on free ports, wait until it takes commands, and stop it at the end.

    `exporter` is an address that gets the engine's records (Elasticsearch's bulk API): the only way to look inside,
    for 8.6 has no search of its own. `largest_form` is what deployments and documents may weigh. Raises PartMissing in
    one sentence when a part is missing, NotReady when it won't start.
    """
    engine, java = zeebe_home(), java_home()
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("zeebe", within=within))
        ports = free_ports(5)
        address, management = f"http://{HOST}:{ports[0]}", f"http://{HOST}:{ports[1]}/actuator"
        program = Program(
            "the real engine",
            [str(engine / "bin" / "broker")],
            folder,
            lambda: _ready(address, management),
            _environment(java, folder, ports, exporter, heap, largest_form),
            ready_seconds=READY_SECONDS,
        )
        stack.enter_context(started(program))
        yield RunningZeebe(address, management, f"http://{HOST}:{ports[2]}", program)


def _environment(
    java: Path, folder: Path, ports: list[int], exporter: str | None, heap: str, largest_form: str
) -> dict[str, str]:
    rest, management, grpc, command, internal = map(str, ports)
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
    return {**variables, **(exporting if exporter else {})}


def _ready(address: str, management: str) -> bool:
    """The readiness probe, then a partition with a leader: the API says 503 for a moment before."""
    try:
        probe = Connections(management).request("GET", "/health/readiness", read_timeout=5)
        topology = Connections(address).request("GET", "/v2/topology", read_timeout=5)
    except OSError:
        return False
    if probe.status != 200 or topology.status != 200:
        return False
    brokers = json.loads(topology.body)["brokers"]
    return any(partition["role"] == "leader" for broker in brokers for partition in broker["partitions"])
