"""XML as a small tree with line numbers: namespaces resolved, document types refused, size and depth bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

MAX_BYTES = 4 * 1024 * 1024
"""The largest file that is read: the engine's own limit for one command."""
MAX_DEPTH = 200
"""How deeply elements may be nested."""


class BpmnError(Exception):
    """A file that is not BPMN: `message` says what is wrong, `line` where (1 is the first; None if nowhere)."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message = message
        self.line = line


@dataclass(slots=True)
class Node:
    """One XML element; `attributes` without a namespace have bare names, others `namespace name`."""

    namespace: str
    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def named(self, namespace: str, tag: str) -> Iterator[Node]:
        """The direct children with this name."""
        return (child for child in self.children if child.tag == tag and child.namespace == namespace)

    def walk(self) -> Iterator[Node]:
        """This element and everything below it, in file order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class _Builder:
    """Takes expat's events; `open` is the path from the root to the element that is being read."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.parser = parser
        self.root: Node | None = None
        self.open: list[Node] = []
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.characters
        parser.StartDoctypeDeclHandler = self.doctype
        parser.buffer_text = True

    def doctype(self, *_: object) -> None:
        raise BpmnError(
            "the file has a document type (<!DOCTYPE …>), which is refused; remove it", self.parser.CurrentLineNumber
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        if len(self.open) >= MAX_DEPTH:
            raise BpmnError(f"elements are nested more than {MAX_DEPTH} deep", line)
        namespace, _, tag = name.rpartition(" ")
        node = Node(namespace, tag, attributes, line)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _: str) -> None:
        self.open.pop()

    def characters(self, text: str) -> None:
        self.open[-1].text += text


def parse(xml: bytes | str) -> Node:
    """The root element. Raises BpmnError for anything that is not well-formed XML within the limits."""
    if isinstance(xml, str):
        try:
            data, encoding = xml.encode("utf-8"), "utf-8"
        except UnicodeEncodeError as error:
            raise BpmnError("the text holds half a surrogate pair and is no Unicode text") from error
    else:
        data, encoding = xml, None
    if len(data) > MAX_BYTES:
        raise BpmnError(f"the file has {len(data)} bytes, more than the {MAX_BYTES} that are read")
    parser = expat.ParserCreate(encoding, " ")
    builder = _Builder(parser)
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BpmnError(f"not well-formed XML: {expat.ErrorString(error.code)}", error.lineno) from error
    except (LookupError, ValueError) as error:
        raise BpmnError(f"the file's encoding cannot be read: {error}", 1) from error
    if builder.root is None:
        raise BpmnError("the file is empty", 1)
    return builder.root
