"""A real mail store on this machine: Debian's Dovecot with IMAP and POP3, where every user has the same password."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from devkit.testing.certificate import Certificate
from devkit.testing.parts import PartMissing
from devkit.testing.program import HOST, Program, folder_for, free_ports, installed, started

SERVER = "/usr/sbin/dovecot"
PACKAGES = "dovecot-core dovecot-imapd dovecot-pop3d"
MODULES = Path("/usr/lib/dovecot")
SYSTEM_USER, SYSTEM_GROUP = "nobody", "nogroup"
PASSWORD = "mail-pw"  # noqa: S105 - of this server only
CONFIGURATION = """\
base_dir={folder}/run
state_dir={folder}/state
log_path=/dev/stderr
protocols=imap pop3
listen={host}
first_valid_uid=1
first_valid_gid=1
ssl=yes
ssl_cert=<{chain}
ssl_key=<{key}
disable_plaintext_auth=no
auth_mechanisms=plain login
auth_failure_delay=0
mail_location=maildir:{mail}/%u
passdb {{
  driver=static
  args=password={password}
}}
userdb {{
  driver=static
  args=uid={user} gid={group} home={mail}/%u
}}
service imap-login {{
  inet_listener imap {{
    port={imap}
  }}
  inet_listener imaps {{
    port={imaps}
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode=0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port={pop3}
  }}
  inet_listener pop3s {{
    port={pop3s}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class RunningDovecot:
    """A started server. Its ports by protocol and encryption; users come to be when they log in."""

    imap: int
    imaps: int
    pop3: int
    pop3s: int
    program: Program
    password: str = PASSWORD


@contextmanager
def dovecot(certificate: Certificate) -> Iterator[RunningDovecot]:
    """Start a server on free ports, wait until it takes a client, stop it at the end. Raises PartMissing."""
    server = installed(SERVER, PACKAGES)
    if not (MODULES / "imap").exists() or not (MODULES / "pop3").exists():
        raise PartMissing(f"Dovecot has no IMAP or no POP3: apt-get install {PACKAGES} (Debian and Ubuntu)")
    if os.geteuid() != 0:
        raise PartMissing("Dovecot has to be started by root")
    with ExitStack() as stack:
        folder = stack.enter_context(folder_for("dovecot"))
        mail = folder / "mail"
        mail.mkdir()
        os.chown(mail, *_owner())
        files = certificate.write(folder, "server")
        imap, imaps, pop3, pop3s = free_ports(4)
        settings = folder / "dovecot.conf"
        settings.write_text(
            CONFIGURATION.format(
                folder=folder,
                mail=mail,
                host=HOST,
                chain=files.chain,
                key=files.key,
                password=PASSWORD,
                user=SYSTEM_USER,
                group=SYSTEM_GROUP,
                imap=imap,
                imaps=imaps,
                pop3=pop3,
                pop3s=pop3s,
            ),
            encoding="utf-8",
        )
        program = Program("Dovecot", [server, "-F", "-c", str(settings)], folder, lambda: _answers(imap))
        stack.enter_context(started(program))
        yield RunningDovecot(imap, imaps, pop3, pop3s, program)


def _owner() -> tuple[int, int]:
    return pwd.getpwnam(SYSTEM_USER).pw_uid, grp.getgrnam(SYSTEM_GROUP).gr_gid


def _answers(port: int) -> bool:
    try:
        with imaplib.IMAP4(HOST, port, timeout=5) as client:
            client.login("ready", PASSWORD)
    except (imaplib.IMAP4.error, OSError):
        return False
    return True
