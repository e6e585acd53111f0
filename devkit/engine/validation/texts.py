"""The texts of a model that are, or may be, FEEL: that they are there, and that they can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connector_sdk import feel
from connector_sdk.bpmn import Element, Message, Process
from devkit.engine.expressions import is_feel

_PATH = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*")
_RESERVED = ("null", "true", "false", "function", "if", "then", "else", "for", "between", "instance", "of")


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with its place, as Zeebe names places."""

    place: str
    text: str | None
    required: bool = False
    """Empty is wrong; not there at all is for others to judge."""
    only_feel: bool = False


def check_texts(element: Element, process: Process) -> Iterator[tuple[str, str]]:
    """What is wrong with the texts of an element, its mappings' targets, and the conditions behind it."""
    for text in _texts(element, process):
        if text.text is not None:
            yield from _check(text)
    for direction, mappings in (("input", element.inputs), ("output", element.outputs)):
        place = f"{element.id} > extensionElements > ioMapping > {direction}"
        for mapping in mappings:
            if mapping.source is None:
                yield place, "Expected expression but not found."
            yield from _check_target(place, mapping.target)


def _check(text: _Text) -> Iterator[tuple[str, str]]:
    written = text.text or ""
    if not written:
        if text.required:
            yield text.place, "Expected expression but not found."
    elif is_feel(written):
        try:
            feel.parse(written[1:].strip())
        except feel.FeelSyntaxError as error:
            yield text.place, f"failed to parse expression '{written[1:].strip()}': {error}"
    elif text.only_feel:
        yield (
            text.place,
            f"Expected expression but found static value '{written}'. "
            f"An expression must start with '=' (e.g. '={written}').",
        )


def _check_target(place: str, target: str) -> Iterator[tuple[str, str]]:
    if target in _RESERVED:
        words = ", ".join(_RESERVED)
        yield place, f"Expected path expression '{target}' but is one of the reserved words ({words})."
    elif _PATH.fullmatch(target) is None:
        yield place, f"Expected path expression '{target}' but doesn't match the pattern '{_PATH.pattern}'."


def _texts(element: Element, process: Process) -> Iterator[_Text]:
    extensions = f"{element.id} > extensionElements"
    if element.task_definition is not None:
        yield _Text(f"{extensions} > taskDefinition", element.task_definition.type or "", required=True)
        yield _Text(f"{extensions} > taskDefinition", element.task_definition.retries)
    for direction, mappings in (("input", element.inputs), ("output", element.outputs)):
        for mapping in mappings:
            yield _Text(f"{extensions} > ioMapping > {direction}", mapping.source, required=True)
    script = element.extensions.get("script", {}).get("expression")
    yield _Text(f"{extensions} > script", script, required=True, only_feel=True)
    called = element.extensions.get("calledElement", {}).get("processId")
    yield _Text(f"{extensions} > calledElement", called, required=True)
    for name in ("assignee", "candidateGroups", "candidateUsers"):
        people = element.extensions.get("assignmentDefinition", {}).get(name)
        yield _Text(f"{extensions} > assignmentDefinition", people)
    yield from _event_texts(element)
    yield from _loop_texts(element)
    for name in ("activeElementsCollection", "outputElement"):
        written = element.extensions.get("adHoc", {}).get(name)
        yield _Text(f"{extensions} > adHoc", written, only_feel=True)
    yield _Text(f"{element.id} > completionCondition", element.completion_condition, only_feel=True)
    for identity in element.outgoing:
        condition = process.flows[identity].condition
        yield _Text(f"{identity} > conditionExpression", condition, only_feel=True)


def _event_texts(element: Element) -> Iterator[_Text]:
    for message in (element.message, element.event.message if element.event is not None else None):
        if isinstance(message, Message):
            yield _Text(message.id, message.name)
            place = f"{message.id} > extensionElements > subscription"
            yield _Text(place, message.correlation_key, required=True, only_feel=True)
    if element.event is not None:
        yield _Text(f"{element.id} > timerEventDefinition", element.event.timer)
        if element.event.reference is not None:
            yield _Text(f"{element.id} > {element.event.kind}EventDefinition", element.event.reference.code)


def _loop_texts(element: Element) -> Iterator[_Text]:
    loop = element.multi_instance
    if loop is None:
        return
    around = f"{element.id} > multiInstanceLoopCharacteristics"
    place = f"{around} > extensionElements > loopCharacteristics"
    yield _Text(place, loop.input_collection or "", required=True, only_feel=True)
    yield _Text(place, loop.output_element, only_feel=True)
    yield _Text(f"{around} > completionCondition", loop.completion_condition)
