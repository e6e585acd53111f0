"""From JSON to XML and back, as Camunda's SOAP connector writes and reads messages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from connector_sdk.errors import ConnectorInputError
from connector_sdk.java_text import java_text

CONTENT = "$content"
ATTRIBUTE = "@"
_KEPT = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?:[A-Za-z][\w.-]*|#\d+|#x[0-9A-Fa-f]+);", re.DOTALL)
"""What a modeler writes to have a special character: Camunda's connector escapes nothing itself."""
_NAME = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")


def xml_text(value: Mapping[str, Any]) -> str:
    """One element for each member: `@name` is an attribute, `$content` the text, a list repeats its element.

    Raises ConnectorInputError for a name or a value that XML cannot have.
    """
    return "".join(_element(name, member) for name, member in value.items())


def _element(name: str, value: Any) -> str:
    _check(name)
    if isinstance(value, Mapping):
        attributes = "".join(f" {key}={quoteattr(text)}" for key, text in _attributes(value))
        return f"<{name}{attributes}>{''.join(_children(value))}</{name}>"
    if isinstance(value, list):
        raise ConnectorInputError(f"{name} is a list, which only a member of another element can be")
    return f"<{name}>{'' if value is None else _escaped(java_text(value))}</{name}>"


def _attributes(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, member in value.items():
        if name.startswith(ATTRIBUTE):
            if not isinstance(member, str):
                raise ConnectorInputError(f"{name} is an attribute, so it has to be a text")
            _check(name[1:])
            yield name[1:], member


def _children(value: Mapping[str, Any]) -> Iterator[str]:
    for name, member in value.items():
        if name == CONTENT:
            if not isinstance(member, str):
                raise ConnectorInputError(f"{CONTENT} has to be a text")
            yield _escaped(member)
        elif not name.startswith(ATTRIBUTE):
            yield from (_element(name, one) for one in (member if isinstance(member, list) else [member]))


def _escaped(text: str) -> str:
    """Text stays text: markup in it is escaped. References and CDATA sections are what they are."""
    found, place = "", 0
    for kept in _KEPT.finditer(text):
        found += _plain(text[place : kept.start()]) + kept[0]
        place = kept.end()
    return found + _plain(text[place:])


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _check(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ConnectorInputError(f"{name!r} is no name that XML can have")


def json_value(root: etree._Element) -> dict[str, Any]:
    """An element as JSON: no namespaces, attributes beside the children, repeated elements as a list.

    An element with text only is a text, one with nothing in it an empty object.
    """
    return {etree.QName(root).localname: _value(root)}


def _value(element: etree._Element) -> Any:
    texts = [element.text, *(child.tail for child in element)]
    told = [text for text in texts if text and text.strip()]
    if told and len(element) == 0 and not element.attrib:
        return element.text
    value: dict[str, Any] = {}
    for child in element.iterchildren("*"):
        name = etree.QName(child).localname
        if name not in value:
            value[name] = _value(child)
        elif isinstance(value[name], list):
            value[name].append(_value(child))
        else:
            value[name] = [value[name], _value(child)]
    if told:
        value[CONTENT] = told[-1]
    return {**value, **{etree.QName(str(name)).localname: str(text) for name, text in element.attrib.items()}}
