"""How large an answer may be, and how it is decompressed."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.http import HttpClient, Sender, Unreachable
from connector_sdk.http.content_coding import STEP_BYTES
from connector_sdk.http.errors import AnswerTooLarge
from connector_sdk.http.transport import GuardedTransport
from tests.counting_service import CountingService
from tests.http.conftest import LOOPBACK


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_may_be_so_large_and_not_larger(encoding: str, httpserver: HTTPServer) -> None:
    limit = 100_000
    client = HttpClient(Sender(GuardedTransport(LOOPBACK, max_content_bytes=limit)))
    compress = gzip.compress if encoding == "gzip" else bytes
    for path, size in (("/at", limit), ("/over", limit + 1)):
        httpserver.expect_request(path).respond_with_data(compress(b"x" * size), headers={"Content-Encoding": encoding})
    assert len(client.get(httpserver.url_for("/at")).content) == limit
    with pytest.raises(AnswerTooLarge) as error:
        client.get(httpserver.url_for("/over"))
    assert (error.value.code, error.value.message) == (
        "RESPONSE_TOO_LARGE",
        "The answer is larger than 100000 bytes, the most that a connector reads: ask for a smaller one",
    )
    assert error.value.incident == (
        f"GET localhost:{httpserver.port}/over: the answer is larger than 100000 bytes, "
        "the most that a connector reads: ask for a smaller one"
    )


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("identity, gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda content: zlib.compress(content, wbits=-15)),
        ("br", bytes),
    ],
)
def test_one_content_coding_is_undone(
    coding: str, compress: Callable[[bytes], bytes], client: HttpClient, httpserver: HTTPServer
) -> None:
    content = b"".join(b"%d," % number for number in range(100_000))
    httpserver.expect_request("/").respond_with_data(compress(content), headers={"Content-Encoding": coding})
    assert client.get(httpserver.url_for("/")).content == content


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
@pytest.mark.parametrize("missing", [1, 8, 500])
def test_a_compressed_content_that_breaks_off_is_no_answer(
    coding: str, missing: int, client: HttpClient, httpserver: HTTPServer
) -> None:
    compress = gzip.compress if coding == "gzip" else zlib.compress
    content = compress(b"".join(b"%d," % number for number in range(1_000)))[:-missing]
    httpserver.expect_request("/").respond_with_data(content, headers={"Content-Encoding": coding})
    with pytest.raises(Unreachable) as error:
        client.get(httpserver.url_for("/"))
    assert (error.value.code, "breaks off" in error.value.incident) == ("408", True)


@pytest.mark.parametrize("coding", ["gzip, gzip", "deflate, gzip", "gzip, br"])
def test_several_content_codings_are_refused(coding: str, client: HttpClient, httpserver: HTTPServer) -> None:
    packed = gzip.compress(gzip.compress(b"x"))
    httpserver.expect_request("/").respond_with_data(packed, headers={"Content-Encoding": coding})
    with pytest.raises(Unreachable, match="aborted") as error:
        client.get(httpserver.url_for("/"))
    assert "2 content codings" in error.value.incident


def test_content_that_is_not_what_its_coding_says_is_refused(client: HttpClient, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(b"plain", headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unreachable, match="aborted"):
        client.get(httpserver.url_for("/"))


def test_a_small_answer_that_decompresses_to_a_lot_fills_no_memory(httpserver: HTTPServer) -> None:
    small = HttpClient(Sender(GuardedTransport(LOOPBACK, max_content_bytes=100_000)))
    packed = gzip.compress(bytes(64 * 1024 * 1024), 9)
    httpserver.expect_request("/").respond_with_data(packed, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(AnswerTooLarge):
            small.get(httpserver.url_for("/"))
        assert tracemalloc.get_traced_memory()[1] < 24 * 1024 * 1024
    finally:
        tracemalloc.stop()
        small.close()


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress, lambda content: zlib.compress(content, wbits=-15)])
def test_what_comes_after_a_compressed_content_is_not_kept(
    compress: Callable[[bytes], bytes], client: HttpClient
) -> None:
    coding, content = b"gzip" if compress is gzip.compress else b"deflate", compress(b"ok") + bytes(16 * 1024 * 1024)
    service = CountingService()
    service.answer = answer(coding, content)
    tracemalloc.start()
    try:
        assert client.get(service.address).content == b"ok"
        assert tracemalloc.get_traced_memory()[1] < 1024 * 1024
    finally:
        tracemalloc.stop()
        service.close()


@pytest.mark.parametrize(("length", "connections"), [(1, 1), (STEP_BYTES, 1), (3 * STEP_BYTES, 2)])
def test_a_little_after_a_compressed_content_is_read_for_the_sake_of_the_connection(
    length: int, connections: int, client: HttpClient
) -> None:
    service = CountingService()
    service.answer = answer(b"gzip", gzip.compress(b"ok") + bytes(length))
    assert [client.get(service.address).content for _ in range(2)] == [b"ok"] * 2
    assert service.connections == connections
    service.close()


def answer(coding: bytes, content: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (coding, len(content))
    return head + content
