"""A real schema registry on this machine: Apicurio 2.6 from Maven Central, with Confluent's REST API, kept in memory.

It lets everybody in: a login would need an identity provider beside it.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devkit.testing.archives import unpacked
from devkit.testing.parts import cache, java_home, made_whole
from devkit.testing.program import HOST, Program, folder_for, free_ports, started

VERSION = "2.6.13.Final"
"""The last one that Maven Central has as a program; later ones come as container images only."""
ARTIFACT = f"io.apicurio:apicurio-registry-app:{VERSION}:tar.gz:all"
CONFLUENT_API = "/apis/ccompat/v7"
SMALL = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


@contextmanager
def schema_registry() -> Iterator[str]:
    """Start an empty registry on a free port; its URL as producers want it. Raises PartMissing, NotReady."""
    java, home = java_home() / "bin" / "java", registry_home()
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("registry"))
        [port] = free_ports(1)
        options = [f"-Dquarkus.http.host={HOST}", f"-Dquarkus.http.port={port}"]
        command = [str(java), *SMALL, *options, "-jar", str(home / f"apicurio-registry-app-{VERSION}-runner.jar")]
        stack.enter_context(started(Program("The schema registry", command, folder, lambda: _answers(port))))
        yield f"http://{HOST}:{port}{CONFLUENT_API}"


def registry_home() -> Path:
    """The folder with the registry's jars; downloaded with Maven the first time. Raises PartMissing."""
    home = cache() / f"apicurio-registry-{VERSION}"
    if not home.exists():
        with made_whole(home) as unfinished:
            unfinished.mkdir()
            unpacked("the schema registry, 136 MB", ARTIFACT, unfinished)
    return home


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", f"{CONFLUENT_API}/subjects")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
