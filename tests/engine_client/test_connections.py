"""Kept-alive connections: used again, replaced when the server closed them, never repeated where that could do harm."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from connector_sdk.clock import SystemClock
from connector_sdk.wire.connection import Connections, NotConnected

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok"
DROP = b""


class ScriptedServer:
    """Answers requests with the given bytes, one list a connection; then closes that connection.

    An empty answer reads the request and closes without a byte.
    """

    def __init__(self, *connections: list[bytes]) -> None:
        self.requests: list[list[bytes]] = []
        self._script = connections
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(20)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/base/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._thread.join(20)
        self._listener.close()

    def _serve(self) -> None:
        for answers in self._script:
            accepted, _ = self._listener.accept()
            with accepted:
                accepted.settimeout(20)
                seen: list[bytes] = []
                self.requests.append(seen)
                for answer in answers:
                    seen.append(_request(accepted))
                    accepted.sendall(answer)


def _request(accepted: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"!") and (chunk := accepted.recv(65536)):
        received += chunk
    return received


@pytest.fixture
def serve() -> Iterator[type[ScriptedServer]]:
    started: list[ScriptedServer] = []

    class Started(ScriptedServer):
        def __init__(self, *connections: list[bytes]) -> None:
            super().__init__(*connections)
            started.append(self)

    yield Started
    for server in started:
        server.stop()


def post(connections: Connections, *, repeatable: bool = False) -> bytes:
    return connections.request("POST", "/x", body=b"!", repeatable=repeatable, read_timeout=10).body


def test_one_connection_serves_many_requests_and_paths_are_joined(serve: type[ScriptedServer]) -> None:
    server = serve([OK, OK, LAST])
    connections = Connections(server.address)
    assert [post(connections) for _ in range(3)] == [b"ok", b"ok", b"ok"]
    assert server.requests[0][0].startswith(b"POST /base/x HTTP/1.1\r\n")


def test_a_connection_that_the_server_ends_is_replaced(serve: type[ScriptedServer]) -> None:
    server = serve([LAST], [LAST])
    connections = Connections(server.address)
    assert [post(connections), post(connections)] == [b"ok", b"ok"]
    assert [len(requests) for requests in server.requests] == [1, 1]


def test_a_repeatable_request_is_sent_again_when_a_kept_alive_connection_drops(serve: type[ScriptedServer]) -> None:
    server = serve([OK, DROP], [LAST])
    connections = Connections(server.address)
    assert [post(connections), post(connections, repeatable=True)] == [b"ok", b"ok"]


def test_a_request_that_may_not_be_repeated_is_not(serve: type[ScriptedServer]) -> None:
    server = serve([OK, DROP])
    connections = Connections(server.address)
    post(connections)
    with pytest.raises(ConnectionError):
        post(connections)


def test_a_request_is_repeated_once_only(serve: type[ScriptedServer]) -> None:
    server = serve([OK, DROP], [DROP])
    connections = Connections(server.address)
    post(connections)
    with pytest.raises(ConnectionError):
        post(connections, repeatable=True)


def test_a_new_connection_that_drops_is_not_tried_again(serve: type[ScriptedServer]) -> None:
    server = serve([DROP])
    with pytest.raises(ConnectionError):
        post(Connections(server.address), repeatable=True)


@pytest.mark.parametrize("answer", [HALF, b"SSH-2.0-server\r\n\r\n"])
def test_half_an_answer_is_an_error_and_never_repeated(serve: type[ScriptedServer], answer: bytes) -> None:
    server = serve([OK, answer])
    connections = Connections(server.address)
    post(connections)
    with pytest.raises(ConnectionError):
        post(connections, repeatable=True)


def test_a_server_that_says_nothing_runs_into_the_read_time_out(serve: type[ScriptedServer]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connections = Connections(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(TimeoutError):
            connections.request("GET", "/", read_timeout=0.05, repeatable=True)


def test_a_limit_holds_back_further_requests(serve: type[ScriptedServer]) -> None:
    server = serve([OK] * 9 + [LAST])
    connections = Connections(server.address, limit=1)
    threads = [threading.Thread(target=post, args=(connections,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [len(requests) for requests in server.requests] == [10]


def test_proxies_of_the_environment_are_not_used(serve: type[ScriptedServer], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = serve([LAST])
    assert post(Connections(server.address)) == b"ok"


def test_closed_connections_can_be_used_again(serve: type[ScriptedServer]) -> None:
    server = serve([OK, DROP], [LAST])
    connections = Connections(server.address)
    post(connections)
    connections.close()
    assert post(connections) == b"ok"


def is_dropped(connections: Connections) -> None:
    with pytest.raises(ConnectionError):
        connections.request("GET", "/")


def test_a_deadline_holds_for_the_answer_and_for_the_wait_for_a_connection() -> None:
    now = SystemClock().monotonic
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connections = Connections(f"http://127.0.0.1:{silent.getsockname()[1]}", limit=1)
        with pytest.raises(TimeoutError):
            connections.request("GET", "/", deadline=now() + 0.05)
        silent.accept()[0].close()
        slow = threading.Thread(target=is_dropped, args=(connections,))
        slow.start()
        taken, _ = silent.accept()
        with pytest.raises(NotConnected, match="no connection came free in time"):
            connections.request("GET", "/", deadline=now() + 0.05)
        taken.close()
        slow.join(20)
    assert not slow.is_alive()


def test_nothing_is_dialled_after_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connections = Connections(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(NotConnected, match="the time for it is over"):
            connections.request("GET", "/", deadline=SystemClock().monotonic())
        silent.setblocking(False)
        with pytest.raises(BlockingIOError):
            silent.accept()
