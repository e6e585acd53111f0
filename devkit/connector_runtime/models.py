"""BPMN files as a person hands them over: read, and looked through for what they need from this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from connector_sdk.bpmn import BpmnError, Definitions, Element, read
from connector_sdk.engine_client import DeployedProcess
from connector_sdk.errors import SdkError
from connector_sdk.inbound.deployed import routed_process
from connector_sdk.inbound.elements import UnusableProcess
from connector_sdk.secrets import SecretProvider
from connector_sdk.stores.routes import RoutedProcess
from functions.runtime.poller.spelled_secrets import secret_names


class UnusableModel(SdkError):
    """A BPMN file cannot be used; the message names it and what is wrong with it."""


class SecretsMissing(SdkError):
    """Models need secrets that are not there; the message names them and how to set them."""


@dataclass(frozen=True, slots=True)
class Model:
    """One BPMN file. `name` is what the engine is told."""

    name: str
    xml: bytes
    definitions: Definitions

    def elements(self) -> Iterator[Element]:
        """Every flow node of every process."""
        for process in self.definitions.processes:
            yield from process.elements.values()

    def holds(self, process_id: str) -> bool:
        """Whether the process is defined in this file."""
        return any(process.id == process_id for process in self.definitions.processes)


def read_models(files: Sequence[Path]) -> list[Model]:
    """Read files. Raises UnusableModel for one that is missing, broken, or holds nothing to deploy."""
    return [_read(file) for file in files]


def _read(file: Path) -> Model:
    try:
        xml = file.read_bytes()
        definitions = read(xml)
    except OSError as error:
        raise UnusableModel(f"{file} cannot be read: {error.strerror}; name BPMN files that exist") from error
    except BpmnError as error:
        raise UnusableModel(f"{file}: {error}; correct it in Camunda Modeler and save it again") from error
    if not any(process.executable for process in definitions.processes):
        raise UnusableModel(
            f"{file} holds no executable process; tick `Executable` in Camunda Modeler and save it again"
        )
    return Model(file.name, xml, definitions)


def routed(model: Model, deployed: DeployedProcess, now_ms: int) -> RoutedProcess:
    """The entry of one of the model's processes. Raises UnusableModel for an element that cannot work."""
    try:
        return routed_process(model.definitions, deployed, now_ms)
    except UnusableProcess as error:
        raise UnusableModel(f"{model.name}: {error}; correct it in Camunda Modeler and save it again") from error


def require_secrets(models: Iterable[Model], provider: SecretProvider, prefix: str) -> None:
    """Raise SecretsMissing if a model spells a secret that `provider` does not know.

    `prefix` is what the provider puts before a name to find the environment variable (`SECRET_`).
    """
    missing: dict[str, str] = {}
    for model in models:
        for element in model.elements():
            for name in secret_names(element):
                if provider.get(name) is None:
                    missing.setdefault(name, f"{element.id} in {model.name}")
    if missing:
        named = ", ".join(f"{name} ({where})" for name, where in missing.items())
        exports = " ".join(f"{prefix}{name}=…" for name in missing)
        raise SecretsMissing(f"secrets are missing: {named}; set them in the environment: export {exports}")
