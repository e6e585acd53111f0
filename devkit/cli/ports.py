"""Ports that a command is asked to listen on."""

from __future__ import annotations

import socket

from devkit.cli.problems import Refusal

HOST = "127.0.0.1"
HIGHEST = 65_535


def require_free(port: int, option: str) -> int:
    """Give the port back if it can be listened on (0: any). Raises Refusal naming the option that chooses another."""
    if not 0 <= port <= HIGHEST:
        raise Refusal(f"there is no port {port}; {option} takes 0 (any free port) to {HIGHEST}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise Refusal(f"port {port} may not be used by this user; choose one above 1023 with {option}") from error
        except OSError as error:
            raise Refusal(
                f"port {port} on {HOST} is in use; stop what listens there, or choose another with {option} (0: any)"
            ) from error
    return port
