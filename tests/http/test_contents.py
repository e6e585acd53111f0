"""Large answers wait for room in memory; small ones, and jobs that hold some already, do not."""

import gzip
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.allowance import Allowance
from connector_sdk.clock import ControlledClock
from connector_sdk.http import HttpClient, Unreachable
from connector_sdk.http.contents import SMALL_BYTES, Contents, Held
from connector_sdk.http.deadline import LONGEST_SECONDS

LARGE = b"x" * (SMALL_BYTES + 1)
GIVE_UP_SECONDS = 20


class Reader:
    """A job that reads an answer in a thread of its own."""

    def __init__(self, client: HttpClient, contents: Contents, url: str) -> None:
        self.held = Held(contents)
        self.size = 0
        self._client = client.for_job(nobody, self.held)
        self._url = url
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(Unreachable):
            self.size = len(self._client.get(self._url).content)

    def done(self) -> int:
        """The size of what it has read, at last."""
        self._thread.join(GIVE_UP_SECONDS)
        assert not self._thread.is_alive()
        return self.size


@pytest.fixture
def contents() -> Contents:
    return Contents(2 * len(LARGE) - 1)


@pytest.fixture
def url(httpserver: HTTPServer) -> str:
    httpserver.expect_request("/large").respond_with_data(LARGE)
    httpserver.expect_request("/small").respond_with_data(LARGE[1:])
    httpserver.expect_request("/gzip").respond_with_data(gzip.compress(LARGE), headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/untold").respond_with_handler(grown(len(LARGE)))
    return httpserver.url_for("")


def grown(size: int) -> Callable[[Request], Response]:
    """An answer of so many bytes, which does not say so."""
    return lambda _: Response(iter([b"x" * size]), direct_passthrough=True)


def nobody(_: str) -> None: ...


def until(there: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(GIVE_UP_SECONDS * 100):
        if there():
            return
        pause.wait(0.01)
    raise AssertionError("it never was")


def test_a_large_answer_waits_until_there_is_room(client: HttpClient, url: str, contents: Contents) -> None:
    first = Reader(client, contents, f"{url}/large")
    assert first.done() == len(LARGE)
    second = Reader(client, contents, f"{url}/large")
    until(lambda: contents.waiting == 1)
    assert second.size == 0
    first.held.let_go()
    assert second.done() == len(LARGE)


def test_two_answers_that_fit_are_read_side_by_side(client: HttpClient, url: str) -> None:
    contents = Contents(2 * len(LARGE))
    readers = [Reader(client, contents, f"{url}/large") for _ in range(2)]
    assert [reader.done() for reader in readers] == [len(LARGE)] * 2


def test_a_small_answer_never_waits(client: HttpClient, url: str, contents: Contents) -> None:
    Held(contents).hold(10 * len(LARGE))
    assert Reader(client, contents, f"{url}/small").done() == SMALL_BYTES


def test_a_job_that_holds_some_does_not_wait_for_more(client: HttpClient, url: str, contents: Contents) -> None:
    held = Held(contents)
    own = client.for_job(nobody, held)
    assert [len(own.get(f"{url}/large").content) for _ in range(3)] == [len(LARGE)] * 3
    held.let_go()
    held.let_go()
    assert contents.used == 0
    assert Reader(client, contents, f"{url}/large").done() == len(LARGE)


def test_an_answer_that_is_larger_than_all_room_is_read_alone(client: HttpClient, url: str) -> None:
    contents = Contents(1)
    first = Reader(client, contents, f"{url}/large")
    assert first.done() == len(LARGE)
    second = Reader(client, contents, f"{url}/large")
    until(lambda: contents.waiting == 1)
    first.held.let_go()
    assert second.done() == len(LARGE)


@pytest.mark.parametrize("path", ["gzip", "untold"])
def test_an_answer_counts_what_it_has_become(path: str, client: HttpClient, url: str, contents: Contents) -> None:
    reader = Reader(client, contents, f"{url}/{path}")
    assert reader.done() == len(LARGE)
    assert contents.used == len(LARGE)
    reader.held.let_go()
    assert contents.used == 0


def test_a_service_that_sends_slowly_holds_up_nobody_else(client: HttpClient, url: str, contents: Contents) -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:
        stalled = [Reader(client, contents, f"http://127.0.0.1:{slow.getsockname()[1]}/") for _ in range(3)]
        accepted = [slow.accept()[0] for _ in stalled]
        for connection in accepted:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(LARGE) + 1, LARGE))
        assert Reader(client, contents, f"{url}/large").done() == len(LARGE)
        assert [reader.size for reader in stalled] == [0, 0, 0]
        for connection in accepted:
            connection.close()


def test_a_job_that_reads_in_several_threads_waits_once(contents: Contents) -> None:
    other, own = Held(contents), Held(contents)
    other.hold(len(LARGE))
    threads = [threading.Thread(target=own.hold, args=(len(LARGE),), daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    until(lambda: contents.waiting == 1)
    other.let_go()
    for thread in threads:
        thread.join(GIVE_UP_SECONDS)
    assert contents.used == 2 * len(LARGE)
    own.let_go()
    assert contents.used == 0


def test_what_is_read_after_a_jobs_end_is_not_held_for_ever(contents: Contents) -> None:
    held = Held(contents)
    held.let_go()
    held.hold(len(LARGE))
    assert contents.used == 0


def test_when_nothing_comes_back_for_long_the_next_one_goes_on() -> None:
    allowance = Allowance(10, standstill_seconds=0.001)
    for _ in range(3):
        allowance.take(10)
    assert allowance.used == 30


def test_who_comes_first_is_served_first() -> None:
    allowance = Allowance(10)
    served: list[int] = []
    allowance.take(10)

    def take(size: int) -> None:
        allowance.take(size)
        served.append(size)

    for number, size in enumerate((9, 1, 2), 1):
        threading.Thread(target=take, args=(size,), daemon=True).start()
        until(partial(lambda waiting: allowance.waiting == waiting, number))
    allowance.give_back(10)
    until(lambda: len(served) == 2)
    assert (set(served), allowance.waiting) == ({9, 1}, 1)
    allowance.give_back(9)
    until(lambda: len(served) == 3)
    assert allowance.used == 3


def test_no_time_passes_for_an_exchange_that_waits_for_room(
    client: HttpClient, url: str, contents: Contents, clock: ControlledClock
) -> None:
    other = Held(contents)
    other.hold(len(LARGE))
    reader = Reader(client, contents, f"{url}/large")
    until(lambda: contents.waiting == 1)
    clock.advance(int(LONGEST_SECONDS + 1) * 1000)
    other.let_go()
    assert reader.done() == len(LARGE)
