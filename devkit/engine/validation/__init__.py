"""What Zeebe refuses at deployment, in its own words, and what this engine cannot run, in ours."""

from __future__ import annotations

from collections.abc import Iterator

from connector_sdk.bpmn import Definitions, Process
from devkit.engine.validation.elements import ELEMENTS
from devkit.engine.validation.scopes import check_catchers, check_links, check_starts
from devkit.engine.validation.texts import check_texts
from devkit.engine.validation.unsupported import unsupported


def check_file(file: Definitions) -> list[tuple[str, str]]:
    """(element, sentence) for everything that stands against a deployment; empty if nothing does."""
    executable = [process for process in file.processes if process.executable]
    if not executable:
        return [("definitions", "Must contain at least one executable process")]
    return [finding for process in executable for finding in _check_process(process)]


def _check_process(process: Process) -> Iterator[tuple[str, str]]:
    yield from unsupported(process)
    yield from check_starts(process, process.id)
    for element in process.elements.values():
        for check in ELEMENTS.get(element.kind, ()):
            yield from check(element, process)
        yield from check_texts(element, process)
        yield from check_catchers(process, element.id)
        if element.kind == "subProcess":
            yield from check_starts(process, element.id)
    yield from check_catchers(process, process.id)
    yield from check_links(process)
