"""One node process that applies templates and lints diagrams, for as long as it is open."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from connector_sdk.errors import SdkError
from devkit.modeler.install import SERVER, ModelerUnavailable, install

STOP_TIMEOUT_SECONDS = 10
NO_CHOICE = "not one of its choices"
"""What the refusal of a value of a drop-down says after the property's name."""


class TemplateRejected(SdkError):
    """The Modeler would not take the template, the element or one of the values."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What the Modeler made of one element."""

    xml: str
    """The whole diagram, with the template's values in it."""
    element_id: str
    element_type: str
    """Such as `bpmn:ServiceTask`: a template turns a plain task into what it needs."""
    missing: tuple[str, ...]
    """Required properties that are empty; the properties panel shows them in red."""
    active: Mapping[str, Any]
    """Value of every property that the template's conditions show."""


class HeadlessModeler:
    """Camunda Modeler's libraries in a node process; a context manager.

    Raises ModelerUnavailable on opening when node or npm is missing.
    """

    def __init__(self) -> None:
        folder = install()
        self._node = subprocess.Popen(  # noqa: S603 - node with a file that was just built
            [shutil.which("node") or "node", str(folder / SERVER)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the node process."""
        for pipe in (self._node.stdin, self._node.stdout):
            if pipe is not None:
                pipe.close()
        self._node.wait(timeout=STOP_TIMEOUT_SECONDS)

    def apply(
        self, diagram: str, element_id: str, template: Mapping[str, Any], values: Mapping[str, Any] | None = None
    ) -> Applied:
        """Apply `template` to an element and fill in `values` as a person would in the properties panel.

        `values` maps a property's id, or else its binding's name, to what is typed there.
        Raises TemplateRejected for a broken template, an unknown element or property, a value that its property
        does not take, and a value for a property that the template's conditions hide.
        """
        reply = self._ask(
            {"apply": {"diagram": diagram, "element": element_id, "template": template, "values": values or {}}}
        )
        return Applied(
            xml=reply["xml"],
            element_id=reply["elementId"],
            element_type=reply["type"],
            missing=tuple(reply["missing"]),
            active=reply["active"],
        )

    def lint(self, diagram: str, engine: str) -> list[str]:
        """What Camunda's rules for an engine version such as `8.6` find wrong with a diagram, a sentence each."""
        return list(self._ask({"lint": {"diagram": diagram, "engine": engine.replace(".", "-")}})["problems"])

    def validate(self, template: Mapping[str, Any]) -> list[str]:
        """What Camunda's JSON schema for element templates finds wrong with one, a sentence each."""
        return list(self._ask({"validate": {"template": template}})["problems"])

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._node.stdin is None or self._node.stdout is None:
            raise ModelerUnavailable("the node process has no pipes")
        self._node.stdin.write(json.dumps(request) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        if not line:
            raise ModelerUnavailable("the node process ended")
        reply: dict[str, Any] = json.loads(line)
        if "error" in reply:
            raise TemplateRejected(reply["error"])
        return reply
