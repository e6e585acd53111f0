import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.http.url import CredentialsInUrl, InvalidUrl, encoded_url

HOST = "http://a.test"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/b?x=1&y=2", "/b?x=1&y=2"),
        ("/b?", "/b"),
        ("/b?x", "/b?x"),
        ("/b?x=", "/b?x"),
        ("/b?x=a b", "/b?x=a%20b"),
        ("/b?x=a+b", "/b?x=a%20b"),
        ("/b?x=a%2Bb", "/b?x=a%2Bb"),
        ("/b?x=é", "/b?x=%C3%A9"),
        ("/b?x=%2F", "/b?x=/"),
        ("/b?x=[1]|{2}", "/b?x=%5B1%5D%7C%7B2%7D"),
        ("/b?x=1&y=2&x=3", "/b?x=1&x=3&y=2"),
        ("/b?x=1#part", "/b?x=1"),
        ("/a b/c+d/e%2Ff//g/../(h)'i',j:k@l", "/a%20b/c%2Bd/e%2Ff//g/../(h)'i',j:k@l"),
        ("?x=1", "?x=1"),
        (":8080/b", ":8080/b"),
        (":-1/b", "/b"),
    ],
)
def test_a_url_is_decoded_and_encoded_again(url: str, expected: str) -> None:
    assert encoded_url(HOST + url) == HOST + expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/b?x=a+b&y=%2F&z=", "/b?x=a+b&y=%2F&z="),
        ("/a%2Fb?x=http://c.test/d?e=f", "/a%2Fb?x=http://c.test/d?e=f"),
        ("/é?x=[1]", "/%C3%A9?x=[1]"),
    ],
)
def test_skipping_the_encoding_leaves_a_url_as_it_is_but_for_letters_outside_of_ascii(url: str, expected: str) -> None:
    assert encoded_url(HOST + url, skip_encoding=True) == HOST + expected


@pytest.mark.parametrize("url", ["/a b", "/a|b", "/[1]", '/b?x="q"', "/a%", "/a^b"])
def test_skipping_the_encoding_makes_an_illegal_character_an_error(url: str) -> None:
    with pytest.raises(InvalidUrl):
        encoded_url(HOST + url, skip_encoding=True)


@pytest.mark.parametrize(
    "url", ["http://", "http:///x", "http://[x/y", "http://a.test:65536/", "http://a b/", "ftp://a/"]
)
def test_a_url_without_a_readable_host_is_refused(url: str) -> None:
    with pytest.raises(InvalidUrl):
        encoded_url(url)


def test_the_highest_port_is_allowed() -> None:
    assert encoded_url("http://a.test:65535/") == "http://a.test:65535/"


def test_a_broken_escape_is_refused() -> None:
    with pytest.raises(InvalidUrl, match="broken escape"):
        encoded_url(HOST + "/b?x=%")


def test_credentials_in_a_url_are_refused() -> None:
    with pytest.raises(CredentialsInUrl):
        encoded_url("http://user:pw@a.test/")


def test_parameters_are_added_and_everything_is_encoded() -> None:
    parameters = [("q", "a b/+&="), ("empty", ""), ("bare", None), ("ü", "😀")]
    assert encoded_url(HOST + "/b?x=a/b?c&y", parameters) == (
        HOST + "/b?x=a%2Fb%3Fc&y&q=a%20b%2F%2B%26%3D&empty=&bare&%C3%BC=%F0%9F%98%80"
    )


@given(st.text())
def test_every_url_is_encoded_in_ascii_or_refused(path: str) -> None:
    try:
        encoded = encoded_url(f"{HOST}/{path}")
    except (InvalidUrl, UnicodeEncodeError):
        return
    assert encoded.isascii()
    assert not any(character <= " " for character in encoded)
