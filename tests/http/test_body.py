from typing import Any

import pytest

from connector_sdk.http.body import encoded_body, without_nulls

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("value", "content_type", "sent"),
    [
        ({"a": 1, "b": "é"}, None, (b'{"a":1,"b":"\xc3\xa9"}', "application/json")),
        ("text", None, (b"text", "application/json")),
        (5, "text/plain", (b"5", "text/plain")),
        ([1, 2], FORM, (b"[1,2]", FORM)),
        (None, None, (b"", "text/plain; charset=UTF-8")),
        (None, "text/xml", (b"", "text/xml")),
        (None, "multipart/form-data", (b"", "text/plain; charset=UTF-8")),
        ("é", "text/plain; charset=iso-8859-1", (b"\xe9", "text/plain; charset=iso-8859-1")),
        ("a", "text/plain; charset=utf-16", (b"\xfe\xff\x00a", "text/plain; charset=utf-16")),
        ("", "text/plain; charset=utf-16", (b"", "text/plain; charset=utf-16")),
        ("é", "text/plain; charset=unheard-of", (b"\xc3\xa9", "text/plain; charset=unheard-of")),
        ("é", "text/plain; charset=idna", (b"\xc3\xa9", "text/plain; charset=idna")),
        ("é", "text/plain; charset=undefined", (b"\xc3\xa9", "text/plain; charset=undefined")),
        ("é", "text/plain; charset=base64", (b"\xc3\xa9", "text/plain; charset=base64")),
        ("é", "text/plain; charset=a\0", (b"\xc3\xa9", "text/plain; charset=a\0")),
        ({"a": "x y", "b": None, "c": {"d": [1, None]}}, FORM, (b"a=x+y&b&c=%7Bd%3D%5B1%2C+null%5D%7D", FORM)),
        ({"a": "~*"}, f"{FORM}; charset=UTF-8", (b"a=~%2A", f"{FORM}; charset=UTF-8")),
        ({"a": 1}, "Application/X-WWW-Form-Urlencoded", (b"a=1", "Application/X-WWW-Form-Urlencoded")),
        ("a=1&b=x y", FORM, (b"a=1&b=x y", FORM)),
    ],
)
def test_a_body_is_sent_as_its_content_type_says(value: Any, content_type: str | None, sent: tuple[bytes, str]) -> None:
    assert encoded_body(value, content_type) == sent


def test_parts_are_texts_numbers_and_the_items_of_lists() -> None:
    body, content_type = encoded_body({'a"': "x", "b": [1, {"c": 1}], "d": None}, "multipart/form-data; boundary=bb")
    assert content_type == "multipart/form-data; boundary=bb"
    assert body == (
        b'--bb\r\nContent-Disposition: form-data; name="a\\""\r\n\r\nx\r\n'
        b'--bb\r\nContent-Disposition: form-data; name="b"\r\n\r\n1\r\n--bb--\r\n'
    )


def test_parts_get_a_boundary_of_their_own() -> None:
    body, content_type = encoded_body({"a": 1}, "multipart/form-data")
    start, _, boundary = content_type.partition("boundary=")
    assert start == "multipart/form-data; charset=ISO-8859-1; "
    assert body.startswith(f"--{boundary}\r\n".encode())


def test_an_object_without_parts_is_an_empty_mixture() -> None:
    body, content_type = encoded_body({"a": {"b": 1}}, "multipart/form-data")
    boundary = content_type.removeprefix("multipart/mixed; boundary=")
    assert body == f"--{boundary}--\r\n".encode()


def test_nulls_are_left_out_of_objects_but_not_of_lists() -> None:
    assert without_nulls({"a": None, "b": {"c": None, "d": [None, {"e": None}]}}) == {"b": {"d": [None, {}]}}
    assert encoded_body({"a": None}, None, ignore_null=True)[0] == b"{}"
