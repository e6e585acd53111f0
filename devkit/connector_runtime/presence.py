"""An engine that may go away and come back empty, as one in memory does: its models are deployed again first."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from connector_sdk.engine_client import CorrelatedMessage, CreatedInstance, EngineClient, PublishedMessage
from connector_sdk.errors import EngineBusy, EngineError, EngineRejected, EngineUnreachable
from connector_sdk.repeating import Repeating
from devkit.connector_runtime.told import IncidentRaised, Notice, Tell

T = TypeVar("T")
LOOK_SECONDS = 2.0
"""Between two looks at the engine."""
DEPLOY_WAIT_SECONDS = 5.0
"""How long a webhook waits for somebody else's deploying."""
ENDED = "the process has ended"
CORRELATED = "an instance has it"
OF_A_JOB = "JOB_NO_RETRIES"
"""The incident that a failed job's own line tells."""
NO_SEARCH = (
    "this engine has no search, so incidents that it raises before there is a job (an input that cannot be evaluated, "
    "retries that are no number) are not shown here: look for them in Operate"
)
_LOG = logging.getLogger(__name__)


class Presence:
    """Whether the engine has been away since the models were deployed; `restore` deploys them again."""

    def __init__(self, restore: Callable[[EngineClient], None]) -> None:
        self._restore = restore
        self._away = False
        self._lock = threading.Lock()

    def use(self, client: EngineClient, call: Callable[[], T]) -> T:
        """Make a call to the engine, after deploying again if it has been away. Raises EngineError."""
        if self._away:
            self._return(client)
        try:
            return call()
        except EngineUnreachable:
            self._away = True
            raise

    def _return(self, client: EngineClient) -> None:
        if not self._lock.acquire(timeout=DEPLOY_WAIT_SECONDS):
            raise EngineBusy("the engine is back, and its models are being deployed")
        try:
            if self._away:
                self._restore(client)
                self._away = False
        except EngineRejected as error:
            # Not the event's fault: it has to wait.
            raise EngineBusy(f"the models cannot be deployed again: {error}") from error
        finally:
            self._lock.release()


def _unsaid(_: str) -> None:
    """For those who do not listen."""


class PresentEngine:
    """The engine of webhooks and of redelivery, an `InboundEngine`: its commands are an EngineClient's.

    `say` is told of what a sender waited for, in the request's thread.
    """

    def __init__(self, client: EngineClient, presence: Presence, say: Callable[[str], None] = _unsaid) -> None:
        self._client = client
        self._presence = presence
        self._say = say

    def within(self, seconds: float, *, together: bool = False) -> PresentEngine:
        """The same engine, whose calls are over after so many seconds, each, or all of them together."""
        return PresentEngine(self._client.within(seconds, together=together), self._presence, self._say)

    def topology(self) -> dict[str, Any]:
        """Raises EngineError."""
        return self._presence.use(self._client, self._client.topology)

    def publish_message(self, name: str, **said: Any) -> PublishedMessage:
        """Raises EngineError."""
        return self._presence.use(self._client, lambda: self._client.publish_message(name, **said))

    def create_document(self, content: bytes, content_type: str | None, file_name: str | None) -> dict[str, Any]:
        """Raises EngineError."""
        return self._presence.use(self._client, lambda: self._client.create_document(content, content_type, file_name))

    def has_business_ids(self) -> bool:
        """Raises EngineError."""
        return self._presence.use(self._client, self._client.has_business_ids)

    def search(self, what: str, filter: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Raises EngineError."""
        return self._presence.use(self._client, lambda: self._client.search(what, filter))

    def create_instance(self, *, await_completion: bool = False, **said: Any) -> CreatedInstance:
        """Raises EngineError."""
        created = self._presence.use(
            self._client, lambda: self._client.create_instance(await_completion=await_completion, **said)
        )
        if await_completion:
            self._say(ENDED)
        return created

    def correlate_message(self, name: str, **said: Any) -> CorrelatedMessage:
        """Raises EngineError."""
        correlated = self._presence.use(self._client, lambda: self._client.correlate_message(name, **said))
        self._say(CORRELATED)
        return correlated


def without_absences(record: logging.LogRecord) -> bool:
    """A filter of log lines: each job type's own "no answer" is left out, the watch tells of it once."""
    return not any(isinstance(one, EngineUnreachable) for one in record.args or ())


class Watch:
    """Looks at the engine now and then, in a thread: is it there, and has it raised incidents?"""

    def __init__(self, client: EngineClient, engine: PresentEngine, tell: Tell) -> None:
        self._client = client
        self._engine = engine
        self._tell = tell
        self._seen: set[str] | None = None
        self._searches = True
        self._away = False
        self._looks = Repeating("engine watch", self._look)

    def start(self) -> None:
        """Begin; incidents that are there already are passed over."""
        self._looks.start(LOOK_SECONDS)

    def stop(self) -> None:
        """End."""
        self._looks.stop()

    def _look(self) -> None:
        try:
            self._engine.topology()
            self._away = False
            if self._searches:
                self._incidents()
        except EngineUnreachable as error:
            if not self._away:
                self._tell(Notice(f"the engine is away: jobs have to wait, webhooks are kept ({error})"))
            self._away = True
        except EngineError as error:
            _LOG.info("the engine is not there: %s", error)

    def _incidents(self) -> None:
        try:
            found = self._client.search("incidents", {"state": "ACTIVE"})
        except EngineRejected:
            self._searches = False
            self._tell(Notice(NO_SEARCH))
            return
        new = [] if self._seen is None else [one for one in found if one["incidentKey"] not in self._seen]
        self._seen = {one["incidentKey"] for one in found}
        for one in new:
            if one.get("errorType") != OF_A_JOB:
                self._tell(
                    IncidentRaised(
                        str(one.get("processInstanceKey", "")),
                        str(one.get("elementId", "")),
                        str(one.get("errorType", "")),
                        str(one.get("errorMessage", "")),
                    )
                )
