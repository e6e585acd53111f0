"""Which secrets a job may use: those that its own element spells, read from the engine's process definition.

the engine answers                      what a job may use
─────────────────────────────────────   ──────────────────────────────────────────────────────────────────────────
the definition                          the names that its element's inputs and properties spell
403, 405, 501, or 404 by no engine      any: this engine has none to read, or its client may not read them
404                                     any, for a moment: the engine's search does not know the definition yet
nothing, or that it is busy or broken   nothing: the job is given back
"""

from __future__ import annotations

import logging
import math
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from connector_sdk.bpmn import BpmnError, Definitions, Element, read
from connector_sdk.clock import Clock, SystemClock
from connector_sdk.compatibility import Compatibility
from connector_sdk.errors import EngineNotFound, EngineRejected, SdkError
from connector_sdk.job import Job
from connector_sdk.secrets import resolve
from functions.runtime.poller.invokers import NeverRan

log = logging.getLogger("connectors.poller")

MAX_DEFINITIONS = 500
"""Definitions that are remembered; the one that no job needed for longest goes first."""
FETCH_SECONDS = 10.0
UNKNOWN_SECONDS = 5.0
"""How long a 404 counts: search follows the engine by a second or so."""
UNREADABLE_SECONDS = 300.0
"""How long a refusal counts."""
AWAY_SECONDS = 2.0
"""How long an engine that did not answer is not asked again."""
WITHOUT_DEFINITIONS = frozenset({403, 404, 405, 501})
_CLUSTER_VARIABLE = re.compile(r"=\s*camunda\.vars\.[A-Za-z]+(\.\w+)+\s*")


class DefinitionsEngine(Protocol):
    """What is needed of an engine; an EngineClient has it."""

    def within(self, seconds: float) -> DefinitionsEngine: ...
    def definition_xml(self, key: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Spelled:
    """What one element spells: secrets by their names, and inputs that are a cluster variable as it is (8.10)."""

    names: tuple[str, ...] = ()
    cluster_variables: tuple[str, ...] = ()
    """Their targets. What such a variable spells was written by whoever looks after the cluster."""


_NOTHING = Spelled()


@dataclass(slots=True)
class _Definition:
    lock: threading.Lock = field(default_factory=threading.Lock)
    elements: Mapping[str, Spelled] | None = None
    error: str | None = None
    until: float = -math.inf


class SpelledSecrets:
    """Answers for any number of threads; each definition is fetched once."""

    def __init__(
        self, engine: Callable[[], DefinitionsEngine], rules: Compatibility, clock: Clock | None = None
    ) -> None:
        self._engine = engine
        self._textual = rules.textual_secrets
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._given: dict[str, Mapping[str, Spelled]] = {}
        self._fetched: OrderedDict[str, _Definition] = OrderedDict()
        self._told: set[str] = set()

    def know(self, key: str, definitions: Definitions) -> None:
        """A definition that need not be asked for: it was deployed from here."""
        self._given[key] = self._spelled(definitions)

    def __call__(self, job: Job) -> Sequence[str] | None:
        """The names for a job; None: any, since its definition cannot be had. NeverRan: whether it can is not known."""
        elements = self._elements(job.process_definition_key)
        if elements is None:
            return None
        spelled = elements.get(job.element_id, _NOTHING)
        values = [_at(job.variables, target) for target in spelled.cluster_variables]
        return [*dict.fromkeys((*spelled.names, *_names(values, textual=self._textual)))]

    def _elements(self, key: str) -> Mapping[str, Spelled] | None:
        if key in self._given or not key:
            return self._given.get(key)
        with self._lock:
            if key not in self._fetched:
                self._fetched[key] = _Definition()
                if len(self._fetched) > MAX_DEFINITIONS:
                    self._fetched.popitem(last=False)
            definition = self._fetched[key]
            self._fetched.move_to_end(key)
        with definition.lock:
            if self._clock.monotonic() >= definition.until:
                self._fetch(key, definition)
            if definition.error is not None:
                raise NeverRan(definition.error)
            return definition.elements

    def _fetch(self, key: str, definition: _Definition) -> None:
        definition.error, seconds = None, math.inf
        try:
            definition.elements = self._spelled(read(self._engine().within(FETCH_SECONDS).definition_xml(key)))
        except BpmnError as error:
            self._tell(f"process definition {key} cannot be read ({error})")
        except EngineRejected as error:
            if error.status not in WITHOUT_DEFINITIONS:
                definition.error, seconds = _unknown(key, error), AWAY_SECONDS
            elif isinstance(error, EngineNotFound) and error.problem:
                seconds = UNKNOWN_SECONDS
                self._tell("a process definition is not found, since it is new, or the engine has none to read")
            else:
                seconds = UNREADABLE_SECONDS
                self._tell(f"process definitions cannot be read ({error}); give the client the right to read them")
        except SdkError as error:
            definition.error, seconds = _unknown(key, error), AWAY_SECONDS
        definition.until = self._clock.monotonic() + seconds

    def _spelled(self, definitions: Definitions) -> dict[str, Spelled]:
        return {
            element.id: spelled(element, textual=self._textual)
            for process in definitions.processes
            for element in process.elements.values()
        }

    def _tell(self, reason: str) -> None:
        """Say it once for each reason."""
        if reason not in self._told:
            self._told.add(reason)
            log.warning(
                "%s: {{secrets.NAME}} is replaced wherever it stands in such a job's variables, in data as well; "
                "SECURITY.md says what follows from that",
                reason,
            )


def spelled(element: Element, *, textual: bool = False) -> Spelled:
    """What an element spells. `textual`: as in `secret_names`."""
    taken = (one.target for one in element.inputs if _CLUSTER_VARIABLE.fullmatch(one.source or ""))
    return Spelled(tuple(secret_names(element, textual=textual)), tuple(taken))


def secret_names(element: Element, *, textual: bool = False) -> list[str]:
    """The secrets that an element's inputs and properties spell, in their order.

    `textual` takes the bare form too, as 8.8 does: a few names too many, since FEEL may say `secrets.x` of a variable.
    """
    texts = (*(mapping.source for mapping in element.inputs), *(value for _, value in element.properties))
    return _names(texts, textual=textual)


def _names(values: Iterable[Any], *, textual: bool) -> list[str]:
    recorder = _Recorder({})
    for value in values:
        resolve(value, recorder, textual=textual)
    return list(recorder.names)


def _at(variables: Any, target: str) -> Any:
    """The value at a mapping's target, whose dots lead into contexts."""
    for name in target.split("."):
        variables = variables.get(name) if isinstance(variables, Mapping) else None
    return variables


def _unknown(key: str, error: Exception) -> str:
    return f"which secrets its element spells is not known, as process definition {key} cannot be fetched: {error}"


@dataclass(frozen=True, slots=True)
class _Recorder:
    """A provider that knows every secret and remembers what was asked for."""

    names: dict[str, None]

    def get(self, name: str) -> str:
        self.names[name] = None
        return ""
