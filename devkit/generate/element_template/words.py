"""Names of code as words for people."""

from __future__ import annotations

import re

_CAPITALS = {
    "api",
    "arn",
    "http",
    "https",
    "id",
    "imap",
    "json",
    "jwt",
    "pop3",
    "sql",
    "smtp",
    "tls",
    "ttl",
    "uri",
    "url",
}
_PARTS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def words(name: str) -> str:
    """`connectionTimeoutInSeconds` and `connection_timeout_in_seconds`: "Connection timeout in seconds"."""
    parts = [part.lower() for part in _PARTS.findall(name)]
    text = " ".join(part.upper() if part in _CAPITALS else part for part in parts)
    return text[:1].upper() + text[1:]


def choice_label(value: str) -> str:
    """What a drop-down shows for a value: `GET` and `10.0` as they are, `credentialsBody` in words."""
    return words(value) if re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", value) else value


def first_sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring on one line, without its full stop."""
    paragraph = (docstring or "").strip().partition("\n\n")[0]
    return " ".join(paragraph.split()).removesuffix(".")
