"""A socket to an address that was checked."""

import socket
from ipaddress import ip_network

import pytest

from connector_sdk.wire.dial import dialled
from tests.counting_service import WAIT_SECONDS, CountingService


def test_small_pieces_do_not_wait_for_each_other() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        dialled("127.0.0.1", listening.getsockname()[1], [ip_network("127.0.0.0/8")], seconds=5) as connected,
    ):
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_socket_that_cannot_be_set_up_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no such option")

    service = CountingService()
    monkeypatch.setattr(socket.socket, "setsockopt", refuse)
    with pytest.raises(OSError, match="no such option"):
        dialled("127.0.0.1", service.port, [ip_network("127.0.0.0/8")], seconds=5)
    assert service.ended.acquire(timeout=WAIT_SECONDS)
    service.close()
