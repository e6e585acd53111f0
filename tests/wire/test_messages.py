"""Messages of HTTP/1.1: requests as bytes, answers as http.client reads them, and those that are none."""

from __future__ import annotations

import io
from http.client import HTTPException, IncompleteRead, InvalidURL, RemoteDisconnected

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.wire.messages import (
    MAX_FIELDS,
    MAX_LINE_BYTES,
    Head,
    message,
    read_head,
    read_pieces,
    request_message,
)

OK = "HTTP/1.1 200 OK\r\n"
CHUNKED = f"{OK}Transfer-Encoding: chunked\r\n\r\n"


def answer(text: str, method: str = "GET") -> tuple[Head, bytes]:
    reader = io.BytesIO(text.encode("latin-1"))
    head = read_head(reader, method.encode())
    return head, b"".join(read_pieces(reader, head))


def test_a_request_is_one_piece() -> None:
    assert request_message("POST", "/v2/jobs", "engine:8080", {"Accept": "a/b"}, b"{}") == (
        b"POST /v2/jobs HTTP/1.1\r\nHost: engine:8080\r\nAccept-Encoding: identity\r\nContent-Length: 2\r\n"
        b"Accept: a/b\r\n\r\n{}"
    )


def test_what_is_given_is_not_added() -> None:
    headers = {"host": "other", "accept-encoding": "gzip"}
    assert request_message("GET", "", "engine", headers, None) == (
        b"GET / HTTP/1.1\r\nhost: other\r\naccept-encoding: gzip\r\n\r\n"
    )


def test_a_post_without_content_says_so() -> None:
    assert b"Content-Length: 0\r\n" in request_message("POST", "/", "engine", {}, None)


@pytest.mark.parametrize(
    "headers",
    [{"a": "b\r\nc: d"}, {"a": "b\nc"}, {"a": "b\0"}, {"a b": "c"}, {"a:": "c"}, {"": "c"}, {"Content-Length: 5": "c"}],
)
def test_a_header_cannot_bring_another_one_in(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no header of HTTP"):
        request_message("GET", "/", "engine", headers, None)


@pytest.mark.parametrize("target", ["/a b", "/a\r\nb", "/a\x7f"])
def test_a_target_has_no_blanks(target: str) -> None:
    with pytest.raises(InvalidURL):
        request_message("GET", target, "engine", {}, None)


@pytest.mark.parametrize(
    ("text", "content", "closes"),
    [
        (f"{OK}Content-Length: 2\r\n\r\nokmore", b"ok", False),
        (f"{OK}content-length: 2, 2\r\nContent-Length: 2\r\n\r\nok", b"ok", False),
        (f"{OK}Content-Length: 2\r\nConnection: close\r\n\r\nok", b"ok", True),
        (f"{OK}Connection: Keep-Alive\r\n\r\nall of it", b"all of it", True),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok", True),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok", b"ok", False),
        ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", b"ok", False),
        ("HTTP/1.1 204 No Content\r\n\r\n", b"", False),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", b"", False),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", b"", True),
        (f"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 E\r\nA: b\r\n\r\n{OK}Content-Length: 2\r\n\r\nok", b"ok", False),
        (f"{CHUNKED}2;a=b\r\nok\r\n0A\r\n0123456789\r\n0\r\nA: b\r\n\r\n", b"ok0123456789", False),
        (f"{OK}Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\nok\r\n0\r\n\r\n", b"ok", False),
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", b"ok", False),
    ],
)  # fmt: skip
def test_where_an_answer_ends(text: str, content: bytes, closes: bool) -> None:
    head, found = answer(text)
    assert (found, head.closes) == (content, closes)


def test_the_answer_to_head_has_no_content() -> None:
    head, content = answer(f"{OK}Content-Length: 2\r\nContent-Type: Text/Plain; a=b\r\n\r\n", "HEAD")
    headers = message(head.fields)
    assert (content, headers.get_content_type(), headers.get("CONTENT-LENGTH")) == (b"", "text/plain", "2")


def test_headers_are_kept_as_they_came() -> None:
    head, _ = answer("HTTP/1.1 200 Very Well\r\nX-A: one \r\nx-a:two\r\nB:\r\n\tlong \r\nContent-Length: 0\r\n\r\n")
    assert head.reason == b"Very Well"
    assert head.fields == [(b"X-A", b"one"), (b"x-a", b"two"), (b"B", b"long"), (b"Content-Length", b"0")]


def test_no_byte_is_a_lost_connection() -> None:
    with pytest.raises(RemoteDisconnected):
        answer("")


@pytest.mark.parametrize(
    "text",
    [
        "SSH-2.0-server\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        f"{OK}no colon\r\n\r\n",
        f"{OK}Content-Length : 2\r\n\r\nok",
        f"{OK} continued\r\n\r\n",
        f"{OK}Transfer-Encoding: identity\r\n\r\nok",
        f"{OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        f"{OK}Content-Length: -2\r\n\r\nok",
        f"{OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        f"{OK}Content-Length: {'2' * 5000}\r\n\r\nok",
        f"{CHUNKED}0x2\r\nok\r\n0\r\n\r\n",
        f"{CHUNKED}1\r\nok\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_answer_of_http(text: str) -> None:
    with pytest.raises(HTTPException):
        answer(text)


def test_a_length_has_eighteen_digits_at_most() -> None:
    longest = 10**18 - 1
    assert read_head(io.BytesIO(f"{OK}Content-Length: {longest}\r\n\r\n".encode()), b"GET").length == longest
    with pytest.raises(HTTPException, match="no length"):
        answer(f"{OK}Content-Length: {longest + 1}\r\n\r\n")


@pytest.mark.parametrize(
    "whole",
    [f"{OK}Content-Length: 2\r\n\r\nok", f"{CHUNKED}2\r\nok\r\n0\r\n\r\n"],
)
def test_an_answer_that_breaks_off_anywhere_is_none(whole: str) -> None:
    for length in range(len(OK), len(whole)):
        with pytest.raises(IncompleteRead):
            answer(whole[:length])


def test_a_head_has_its_limits() -> None:
    fields = "A: b\r\n" * (MAX_FIELDS - 1) + "Content-Length: 0\r\n"
    assert len(answer(f"{OK}{fields}\r\n")[0].fields) == MAX_FIELDS
    with pytest.raises(HTTPException, match="more than 500"):
        answer(f"{OK}A: b\r\n{fields}\r\n")
    longest = "A: ".ljust(MAX_LINE_BYTES - 2, "b") + "\r\n"
    assert len(answer(f"{OK}Content-Length: 0\r\n{longest}\r\n")[0].fields[1][1]) == MAX_LINE_BYTES - 5
    with pytest.raises(HTTPException):
        answer(f"{OK}Content-Length: 0\r\nx{longest}\r\n")


@given(st.lists(st.binary(min_size=1, max_size=50)))
def test_chunks_are_joined(chunks: list[bytes]) -> None:
    text = "".join(f"{len(chunk):x}\r\n{chunk.decode('latin-1')}\r\n" for chunk in chunks)
    assert answer(f"{OK}Transfer-Encoding: Chunked\r\n\r\n{text}0\r\n\r\n")[1] == b"".join(chunks)
