"""A real SOAP server on this machine: the npm package `soap`, which also checks logins and signatures."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.modeler.install import ModelerUnavailable, install
from devkit.testing.parts import PartMissing
from devkit.testing.program import HOST, Program, folder_for, free_ports, started

SOURCES = Path(__file__).parent / "soap_node"
USER = "alice"
PASSWORD = "soap-pw"  # noqa: S105 - of this server only


@dataclass(frozen=True, slots=True)
class RunningSoap:
    """A started server; its operation `place` is at /open, /token and /signed, and under /1.2 for SOAP 1.2."""

    address: str
    port: int
    user: str = USER
    password: str = PASSWORD

    def received(self) -> dict[str, Any]:
        """The last request: `body`, `headers`, `path`, and the names of what was `signed`."""
        answer: dict[str, Any] = json.loads(_get(self.port, "/received"))
        return answer


@contextmanager
def soap_server() -> Iterator[RunningSoap]:
    """Start a server on a free port, wait until it answers, stop it at the end. Raises PartMissing, NotReady."""
    try:
        home = install(SOURCES)
    except ModelerUnavailable as error:
        raise PartMissing(str(error)) from error
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("soap"))
        [port] = free_ports(1)
        command = [shutil.which("node") or "node", str(home / "serve.mjs"), str(port), USER, PASSWORD]
        stack.enter_context(started(Program("The SOAP server", command, folder, lambda: _answers(port))))
        yield RunningSoap(f"http://{HOST}:{port}", port)


def _answers(port: int) -> bool:
    try:
        return b"definitions" in _get(port, "/1.2/signed?wsdl")
    except OSError:
        return False


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
