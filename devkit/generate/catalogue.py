"""The functions of the project: one for each folder with a function.yaml, and what its code says about it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from connector_sdk.errors import SdkError
from devkit.generate.join import content, entries
from functions.runtime.poller.registry import WITH_ENGINE, registered

GROUPS = ("outbound", "inbound", "runtime")
FORM = "function.yaml"
WEBHOOK = "webhook"
"""The generic kind's folder and name, and how the names of the other kinds of webhook end."""
SUBSCRIPTION, POLLING = "_subscription", "_polling"
"""How the folders of inbound kinds end to which no HTTP request comes."""


class UnknownFunction(SdkError):
    """A selection names something that no folder is called; the message lists what there is."""


@dataclass(frozen=True)
class FunctionFolder:
    """A folder `functions/<group>/<folder>`."""

    group: str
    folder: str
    path: Path

    @property
    def name(self) -> str:
        """The public name, see public_name."""
        return public_name(self.group, self.folder)

    @property
    def id(self) -> str:
        """The logical id in the template: `OutboundHttpJson`. The build rule turns it back into the folder."""
        return "".join(word.capitalize() for word in (self.group, *self.folder.split("_")))

    @property
    def form(self) -> str:
        """The text of its function.yaml."""
        return (self.path / FORM).read_text(encoding="utf-8")

    @cached_property
    def code(self) -> str:
        """The folder whose code it runs: its own, or that of the connector which `Code` names."""
        return self._stated("Code").replace("-", "_") or self.folder

    @property
    def job_type(self) -> str | None:
        """The job type that `Type` gives a connector instead of its code's own."""
        return self._stated("Type") or None

    @cached_property
    def connector(self) -> Any:
        """What its app.py defines as `handler`: a connector object, or a runtime function's plain handler."""
        return importlib.import_module(f"functions.{self.group}.{self.code}.app").handler

    @property
    def does_jobs(self) -> bool:
        """Whether the poller hands it jobs: every connector, and the runtime function for messages."""
        return self.group == "outbound" or (self.group == "runtime" and self.folder in WITH_ENGINE)

    @property
    def is_webhook(self) -> bool:
        """Whether HTTP requests come to it."""
        return self.group == "inbound" and not self.folder.endswith((SUBSCRIPTION, POLLING))

    @property
    def is_subscription(self) -> bool:
        """Whether it takes the messages of a broker."""
        return self.group == "inbound" and self.folder.endswith(SUBSCRIPTION)

    @property
    def is_poll(self) -> bool:
        """Whether it asks, by a schedule, for what processes wait for."""
        return self.group == "inbound" and self.folder.endswith(POLLING)

    @property
    def types(self) -> Sequence[str]:
        """The job types that a connector serves."""
        return (self.job_type,) if self.job_type else registered(self.name, self.connector).types

    @property
    def served(self) -> Sequence[str]:
        """What no other function of its side may serve: job types, or the type of an inbound connector."""
        if self.group == "inbound":
            return (self.connector.type,)
        return self.types if self.does_jobs else ()

    def _stated(self, section: str) -> str:
        """What stands beside a section of its form; nothing if it is not there."""
        return content(entries(self.form, str(self.path / FORM)).get(section, ""))

    @cached_property
    def places(self) -> Mapping[str, str]:
        """What stands between @ signs in the forms."""
        known = {"id": self.id, "name": self.name, "group": self.group, "folder": self.code}
        return known | self._said_by_code() if self.does_jobs or self.group == "inbound" else known

    def _said_by_code(self) -> dict[str, str]:
        if self.group == "inbound":
            return {"title": self.connector.name}
        entry = registered(self.name, self.connector)
        said = {
            "types": self.types,
            "timeout": round(entry.timeout_seconds),
            "fetchVariables": entry.fetch_variables,
            "repeat": entry.repeat,
        }
        text = json.dumps(said, separators=(",", ":"))
        return {"title": self.connector.name, "timeout": str(said["timeout"]), "registered": text[1:-1]}


def public_name(group: str, folder: str) -> str:
    """What people, the template and the folder events/ call a function: `http-json` for `functions/outbound/http_json`.

    Kinds of webhook end in `-webhook`, as their connector types do: `slack-webhook` beside the connector `slack`.
    """
    name = folder.replace("_", "-")
    is_webhook = group == "inbound" and folder != WEBHOOK and not folder.endswith((SUBSCRIPTION, POLLING))
    return f"{name}-{WEBHOOK}" if is_webhook else name


def catalogue(root: Path, only: Collection[str] | None = None) -> Sequence[FunctionFolder]:
    """The functions under `root`, by group and name; with `only`, those connectors and webhooks and what serves them.

    Raises UnknownFunction.
    """
    found = [
        FunctionFolder(group, form.parent.name, form.parent)
        for group in GROUPS
        for form in sorted((root / "functions" / group).glob(f"*/{FORM}"))
    ]
    names = [one.name for one in found]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise UnknownFunction(f"two functions have the same name, rename a folder: {', '.join(sorted(doubled))}")
    if only is None:
        return found
    choosable = [one.name for one in found if one.does_jobs or one.group == "inbound"]
    if unknown := [name for name in only if name not in choosable]:
        raise UnknownFunction(f"there is no function {', '.join(unknown)}; choose from {', '.join(choosable)}")
    return [one for one in found if one.name not in choosable or one.name in only]
