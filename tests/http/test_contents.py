"""Large answers wait for room in memory; small ones, and jobs that hold some already, do not."""

import gzip
import threading
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.allowance import Allowance
from connector_sdk.clock import ControlledClock
from connector_sdk.http import HttpClient
from connector_sdk.http.contents import SMALL_BYTES, UNTOLD_BYTES, Contents
from connector_sdk.http.deadline import LONGEST_SECONDS

LARGE = b"x" * (SMALL_BYTES + 1)
GIVE_UP_SECONDS = 20


class Reader:
    """A job that reads an answer in a thread of its own."""

    def __init__(self, client: HttpClient, allowance: Allowance, url: str) -> None:
        self.contents = Contents(allowance)
        self.size = 0
        self._client = client.for_job(nobody, self.contents)
        self._url = url
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        self.size = len(self._client.get(self._url).content)

    def done(self) -> int:
        """The size of what it has read, at last."""
        self._thread.join(GIVE_UP_SECONDS)
        return self.size


@pytest.fixture
def allowance() -> Allowance:
    return Allowance(2 * len(LARGE) - 1)


@pytest.fixture
def url(httpserver: HTTPServer) -> str:
    httpserver.expect_request("/large").respond_with_data(LARGE)
    httpserver.expect_request("/small").respond_with_data(LARGE[1:])
    httpserver.expect_request("/gzip").respond_with_data(gzip.compress(LARGE), headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/untold").respond_with_handler(untold)
    return httpserver.url_for("")


def untold(_: Request) -> Response:
    return Response(iter([LARGE]), direct_passthrough=True)


def nobody(_: str) -> None: ...


def until(there: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(GIVE_UP_SECONDS * 100):
        if there():
            return
        pause.wait(0.01)
    raise AssertionError("it never was")


def test_a_large_answer_waits_until_there_is_room(client: HttpClient, url: str, allowance: Allowance) -> None:
    first = Reader(client, allowance, f"{url}/large")
    assert first.done() == len(LARGE)
    second = Reader(client, allowance, f"{url}/large")
    until(lambda: allowance.waiting == 1)
    assert second.size == 0
    first.contents.let_go()
    assert second.done() == len(LARGE)


def test_two_answers_that_fit_are_read_side_by_side(client: HttpClient, url: str) -> None:
    allowance = Allowance(2 * len(LARGE))
    readers = [Reader(client, allowance, f"{url}/large") for _ in range(2)]
    assert [reader.done() for reader in readers] == [len(LARGE)] * 2


def test_a_small_answer_never_waits(client: HttpClient, url: str, allowance: Allowance) -> None:
    Contents(allowance).hold(10 * len(LARGE))
    assert Reader(client, allowance, f"{url}/small").done() == SMALL_BYTES


def test_a_job_that_holds_some_does_not_wait_for_more(client: HttpClient, url: str, allowance: Allowance) -> None:
    contents = Contents(allowance)
    own = client.for_job(nobody, contents)
    assert [len(own.get(f"{url}/large").content) for _ in range(3)] == [len(LARGE)] * 3
    contents.let_go()
    contents.let_go()
    assert Reader(client, allowance, f"{url}/large").done() == len(LARGE)


def test_an_answer_that_is_larger_than_all_room_is_read_alone(client: HttpClient, url: str) -> None:
    allowance = Allowance(1)
    first = Reader(client, allowance, f"{url}/large")
    assert first.done() == len(LARGE)
    second = Reader(client, allowance, f"{url}/large")
    until(lambda: allowance.waiting == 1)
    first.contents.let_go()
    assert second.done() == len(LARGE)


@pytest.mark.parametrize("path", ["gzip", "untold"])
@pytest.mark.parametrize(("limit", "waits"), [(2 * UNTOLD_BYTES, 0), (2 * UNTOLD_BYTES - 1, 1)])
def test_an_answer_that_does_not_say_how_large_it_becomes_counts_as_a_large_one(
    path: str, limit: int, waits: int, client: HttpClient, url: str
) -> None:
    allowance = Allowance(limit)
    first = Reader(client, allowance, f"{url}/{path}")
    assert first.done() == len(LARGE)
    second = Reader(client, allowance, f"{url}/{path}")
    until(lambda: allowance.waiting == waits)
    first.contents.let_go()
    assert second.done() == len(LARGE)


def test_no_time_passes_for_an_exchange_that_waits_for_room(
    client: HttpClient, url: str, allowance: Allowance, clock: ControlledClock
) -> None:
    other = Contents(allowance)
    other.hold(len(LARGE))
    reader = Reader(client, allowance, f"{url}/large")
    until(lambda: allowance.waiting == 1)
    clock.advance(int(LONGEST_SECONDS + 1) * 1000)
    other.let_go()
    assert reader.done() == len(LARGE)
