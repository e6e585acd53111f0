"""A real MariaDB on this machine: Debian's `mariadb-server`, the database and the user app."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql

from devkit.testing.certificate import Certificate
from devkit.testing.processes import inherited_environment
from devkit.testing.program import HOST, NotReady, Program, folder_for, free_ports, installed, owned_by, started

SYSTEM_USER = "mysql"
USER = DATABASE = "app"
PASSWORD = "maria-pw"  # noqa: S105 - of this server only
QUICK = (
    "--skip-name-resolve",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=16M",
    "--innodb-flush-log-at-trx-commit=0",
    "--performance-schema=OFF",
)
# One statement a line: the server takes no other form.
FIRST_STATEMENTS = f"""\
CREATE DATABASE IF NOT EXISTS {DATABASE};
CREATE USER IF NOT EXISTS '{USER}'@'{HOST}' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON {DATABASE}.* TO '{USER}'@'{HOST}';
"""


@dataclass(frozen=True, slots=True)
class RunningMariaDb:
    """A started server; it speaks TLS as well if it was given a certificate."""

    host: str
    port: int
    program: Program
    user: str = USER
    password: str = PASSWORD
    database: str = DATABASE


@contextmanager
def mariadb(certificate: Certificate | None = None) -> Iterator[RunningMariaDb]:
    """Start a server on a free port, wait until it takes a client, stop it at the end. Raises PartMissing, NotReady."""
    server = installed("/usr/sbin/mariadbd", "mariadb-server")
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("maria", SYSTEM_USER))
        data = _data(folder)
        first = folder / "first.sql"
        first.write_text(FIRST_STATEMENTS, encoding="utf-8")
        [port] = free_ports(1)
        own = [f"--socket={folder}/socket", f"--pid-file={folder}/pid", f"--init-file={first}"]
        network = [f"--bind-address={HOST}", f"--port={port}", *(_tls(certificate, folder) if certificate else ())]
        command = [server, "--no-defaults", *_as_mysql(), f"--datadir={data}", *own, *network, *QUICK]
        program = Program("MariaDB", command, folder, lambda: _answers(port))
        stack.enter_context(started(program))
        yield RunningMariaDb(HOST, port, program)


def _as_mysql() -> list[str]:
    """It refuses to be root."""
    return [f"--user={SYSTEM_USER}"] if os.geteuid() == 0 else []


def _data(folder: Path) -> Path:
    data = folder / "data"
    options = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
    made = subprocess.run(  # noqa: S603
        [
            installed("mariadb-install-db", "mariadb-server"),
            "--no-defaults",
            f"--datadir={data}",
            *_as_mysql(),
            *options,
        ],
        cwd=folder,
        env=inherited_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise NotReady(f"MariaDB could not make its data folder: {(made.stdout + made.stderr)[-300:]}")
    return data


def _tls(certificate: Certificate, folder: Path) -> tuple[str, ...]:
    files = certificate.write(folder, "server")
    owned_by(SYSTEM_USER, files.chain, files.key)
    return f"--ssl-cert={files.chain}", f"--ssl-key={files.key}"


def _answers(port: int) -> bool:
    try:
        pymysql.connect(host=HOST, port=port, user=USER, password=PASSWORD, database=DATABASE).close()
    except (pymysql.Error, OSError):
        return False
    return True
