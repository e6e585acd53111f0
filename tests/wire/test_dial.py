"""A socket to an address that was checked."""

import socket
from ipaddress import ip_network

from connector_sdk.wire.dial import dialled


def test_small_pieces_do_not_wait_for_each_other() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        dialled("127.0.0.1", listening.getsockname()[1], [ip_network("127.0.0.0/8")], seconds=5) as connected,
    ):
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
