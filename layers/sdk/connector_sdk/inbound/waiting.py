"""The instances that wait at an element, and their variables, as the engine's search knows them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector_sdk.inbound.correlation import InboundEngine
from connector_sdk.inbound.polling import Poll


@dataclass(frozen=True, slots=True)
class Waiting:
    """An element instance at which a poll's event waits."""

    poll: Poll
    key: str
    instance_key: str
    """Of the process instance."""
    since_ms: int

    @property
    def message_id(self) -> str:
        """Of what is published for it, unless the model says another: as in Camunda's runtime."""
        return f"{self.poll.element.element_id}{self.key}"


def waiting(poll: Poll, engine: InboundEngine) -> Iterator[Waiting]:
    """Raises EngineError; EngineRejected 403 where the credentials may not read instances."""
    wanted = {
        "elementId": poll.waits_at,
        "processDefinitionKey": poll.element.process_definition_key,
        "state": "ACTIVE",
    }
    for found in engine.search("element-instances", wanted):
        started = datetime.fromisoformat(str(found["startDate"]))
        yield Waiting(
            poll, str(found["elementInstanceKey"]), str(found["processInstanceKey"]), int(started.timestamp() * 1000)
        )


def variables_of(one: Waiting, engine: InboundEngine) -> Mapping[str, Any]:
    """The process's variables and the element's own, which win. Those of scopes in between are not seen.

    Raises EngineError.
    """
    if not one.poll.needs_variables:
        return {}
    scopes = (one.instance_key, one.key)
    found = engine.search("variables", {"processInstanceKey": one.instance_key})
    seen = [each for each in found if str(each["scopeKey"]) in scopes]
    ordered = sorted(seen, key=lambda each: scopes.index(str(each["scopeKey"])))
    return {str(each["name"]): json.loads(each["value"]) for each in ordered}
