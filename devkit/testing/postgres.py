"""A real PostgreSQL on this machine: Debian's `postgresql`, the user postgres with a password."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pg8000.dbapi

from devkit.testing.certificate import Certificate
from devkit.testing.processes import inherited_environment
from devkit.testing.program import (
    HOST,
    NotReady,
    Program,
    as_user,
    folder_for,
    free_ports,
    installed,
    owned_by,
    started,
)

VERSIONS = Path("/usr/lib/postgresql")
"""Debian keeps each version's programs in a folder of its own, mostly not on PATH."""
SYSTEM_USER = USER = DATABASE = "postgres"
PASSWORD = "pg-pw"  # noqa: S105 - of this server only
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=32MB")


@dataclass(frozen=True, slots=True)
class RunningPostgres:
    """A started server; it speaks TLS as well if it was given a certificate."""

    host: str
    port: int
    program: Program
    user: str = USER
    password: str = PASSWORD
    database: str = DATABASE


@contextmanager
def postgres(certificate: Certificate | None = None) -> Iterator[RunningPostgres]:
    """Start a server on a free port, wait until it takes a client, stop it at the end. Raises PartMissing, NotReady."""
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("pg", SYSTEM_USER))
        data = _data(folder)
        [port] = free_ports(1)
        options = [*QUICK, *(_tls(certificate, folder) if certificate else ())]
        command = [_program("postgres"), "-D", str(data), "-h", HOST, "-p", str(port), "-k", str(folder)]
        command += [part for option in options for part in ("-c", option)]
        # SIGTERM would wait for open sessions.
        program = Program(
            "PostgreSQL", command, folder, lambda: _answers(port), user=SYSTEM_USER, stop_signal=signal.SIGINT
        )
        stack.enter_context(started(program))
        yield RunningPostgres(HOST, port, program)


def _program(name: str) -> str:
    versions = sorted(VERSIONS.glob(f"*/bin/{name}"), key=lambda found: float(found.parts[-3]))
    return str(versions[-1]) if versions else installed(name, "postgresql")


def _data(folder: Path) -> Path:
    password = folder / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    data = folder / "data"
    login = ["-U", USER, "-A", "scram-sha-256", "--pwfile", str(password)]
    made = subprocess.run(  # noqa: S603
        [_program("initdb"), "-D", str(data), *login, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        cwd=folder,
        env=inherited_environment(),
        capture_output=True,
        text=True,
        check=False,
        user=as_user(SYSTEM_USER),
        group=as_user(SYSTEM_USER),
        extra_groups=[] if as_user(SYSTEM_USER) else None,
    )
    if made.returncode:
        raise NotReady(f"PostgreSQL could not make its data folder: {made.stderr[-300:]}")
    return data


def _tls(certificate: Certificate, folder: Path) -> tuple[str, ...]:
    files = certificate.write(folder, "server")
    owned_by(SYSTEM_USER, files.chain, files.key)
    return "ssl=on", f"ssl_cert_file={files.chain}", f"ssl_key_file={files.key}"


def _answers(port: int) -> bool:
    try:
        pg8000.dbapi.connect(user=USER, password=PASSWORD, host=HOST, port=port, database=DATABASE).close()
    except (pg8000.dbapi.Error, OSError):
        return False
    return True
