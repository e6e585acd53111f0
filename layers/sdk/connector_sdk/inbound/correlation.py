"""From an event to the engine: the command that an element and a payload make, and sending it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import CorrelatedMessage, CreatedInstance, PublishedMessage
from connector_sdk.errors import ConnectorInputError, EngineConflict, EngineRejected, SdkError
from connector_sdk.expressions import CreateDocument, ExpressionError, evaluate, output_variables
from connector_sdk.expressions.result_mapping import MAX_VARIABLES_BYTES, VariablesTooLarge
from connector_sdk.inbound.answers import FAILED, Answer, failed_expression, invalid_input
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.java_text import java_double

ALREADY_EXISTS = "ALREADY_EXISTS"
"""The engine's word, where business ids are held to be unique."""
_LOG = logging.getLogger(__name__)


class InboundEngine(Protocol):
    """What webhooks need of an engine; an EngineClient has it."""

    def within(self, seconds: float, *, together: bool = False) -> InboundEngine:
        """The same engine for calls that may take so many seconds, each, or all of them together."""
        ...

    def publish_message(
        self,
        name: str,
        *,
        correlation_key: str = "",
        time_to_live_ms: int = 0,
        message_id: str | None = None,
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
    ) -> PublishedMessage: ...

    def create_document(self, content: bytes, content_type: str | None, file_name: str | None) -> dict[str, Any]: ...

    def create_instance(
        self,
        *,
        process_definition_id: str | None = None,
        version: int | None = None,
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
        await_completion: bool = False,
        request_timeout_ms: int | None = None,
        business_id: str | None = None,
    ) -> CreatedInstance: ...

    def has_business_ids(self) -> bool: ...

    def search(self, what: str, filter: Mapping[str, Any] | None = None) -> list[dict[str, Any]]: ...

    def correlate_message(
        self,
        name: str,
        *,
        correlation_key: str = "",
        variables: Mapping[str, Any] | None = None,
        tenant_id: str | None = None,
    ) -> CorrelatedMessage: ...


class Unmappable(SdkError):
    """The model cannot make a command of this event; `answer` is for the sender."""

    def __init__(self, answer: Answer, reason: str) -> None:
        super().__init__(reason)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class CreateInstance:
    """Start an instance of exactly the version that the webhook belongs to, under the delivery's id if that is kept.

    Engines from 8.9 on keep it as the business id, by which an instance is found that an earlier try started.
    """

    not_found: ClassVar[str] = "The process of this webhook is not deployed any more"
    """What the engine's 404 means."""

    element: InboundElement
    variables: Mapping[str, Any]
    own_id: str

    def send(self, engine: InboundEngine, *, again: bool) -> dict[str, Any] | None:
        """What a response expression sees as `correlation`; None if the engine refuses a second instance of that id.

        `again`: it may have been sent before.
        """
        business_id = self._business_id(engine)
        if business_id and again and (found := self._started_before(engine)):
            return _correlation(self.element, processInstanceKey=found)
        created = self._created(engine, business_id)
        return None if created is None else _correlation(self.element, processInstanceKey=created.process_instance_key)

    def send_and_wait(self, engine: InboundEngine, wait_ms: int, *, again: bool) -> dict[str, Any] | None:
        """Wait for the instance's end; a response expression sees its variables as `correlation.variables`.

        None if an earlier try has started it: nobody can wait for that one any more.
        """
        business_id = self._business_id(engine)
        if business_id and again and self._started_before(engine):
            return None
        created = self._created(engine, business_id, wait_ms)
        if created is None:
            return None
        found = _correlation(self.element, processInstanceKey=created.process_instance_key)
        return {**found, "variables": dict(created.variables)}

    def _business_id(self, engine: InboundEngine) -> str | None:
        return self.own_id if engine.has_business_ids() else None

    def _created(
        self, engine: InboundEngine, business_id: str | None, wait_ms: int | None = None
    ) -> CreatedInstance | None:
        """None if the engine refuses a second instance of that business id."""
        try:
            return engine.create_instance(
                process_definition_id=self.element.process_definition_id,
                version=self.element.version,
                variables=self.variables,
                tenant_id=self.element.tenant_id,
                await_completion=wait_ms is not None,
                request_timeout_ms=wait_ms,
                business_id=business_id,
            )
        except EngineConflict as error:
            if not business_id or error.title != ALREADY_EXISTS:
                raise
            return None

    def _started_before(self, engine: InboundEngine) -> str | None:
        """The instance's key; None as well if this engine does not let us search."""
        wanted = {"businessId": self.own_id, "processDefinitionId": self.element.process_definition_id}
        try:
            found = engine.search("process-instances", wanted)
        except EngineRejected as error:
            _LOG.warning("whether %s has started an instance already cannot be seen: %s", self.own_id, error)
            return None
        return next((str(one["processInstanceKey"]) for one in found), None)


@dataclass(frozen=True, slots=True)
class PublishMessage:
    """Publish a message; the engine drops a second one with the same id while it still knows the first."""

    not_found: ClassVar[str] = "Nothing waits for this event"
    """What the engine's 404 means to a sender who waits."""

    element: InboundElement
    variables: Mapping[str, Any]
    name: str
    correlation_key: str
    message_id: str

    def send(self, engine: InboundEngine, *, again: bool) -> dict[str, Any] | None:
        """What a response expression sees as `correlation`; None if the message had been published before."""
        try:
            published = engine.publish_message(
                self.name,
                correlation_key=self.correlation_key,
                time_to_live_ms=self.element.ttl_ms,
                message_id=self.message_id,
                variables=self.variables,
                tenant_id=self.element.tenant_id,
            )
        except EngineConflict as error:
            if not error.problem:
                raise
            return None
        return _correlation(self.element, messageKey=published.message_key)

    def send_and_wait(self, engine: InboundEngine, wait_ms: int, *, again: bool) -> dict[str, Any] | None:
        """Correlate it now or not at all; `correlation` names the instance. The message has no id, nor is it buffered.

        EngineNotFound: nothing waits for it.
        """
        correlated = engine.correlate_message(
            self.name,
            correlation_key=self.correlation_key,
            variables=self.variables,
            tenant_id=self.element.tenant_id,
        )
        keys = {"processInstanceKey": correlated.process_instance_key, "messageKey": correlated.message_key}
        return _correlation(self.element, **keys)


Command = CreateInstance | PublishMessage


def command_for(
    element: InboundElement,
    payload: Mapping[str, Any],
    own_id: str,
    compatibility: Compatibility,
    create: CreateDocument | None = None,
) -> Command:
    """Map an event: message id, correlation key, variables, in the order of Camunda's runtime.

    `own_id` is the message id where the model gives none, and an instance's business id. `create` serves
    `createDocument`. Raises Unmappable, and what `create` raises.
    """
    if element.effect == "create":
        return CreateInstance(element, _variables(element, payload, compatibility, create), own_id)
    message_id = _message_id(element, payload) or own_id
    key = _correlation_key(element, payload)
    if not (element.message_name or "").strip():
        raise Unmappable(FAILED, f"the message of {element.element_id} has no name")
    return PublishMessage(
        element, _variables(element, payload, compatibility, create), element.message_name or "", key, message_id
    )


def _variables(
    element: InboundElement, payload: Mapping[str, Any], compatibility: Compatibility, create: CreateDocument | None
) -> dict[str, Any]:
    properties = element.properties
    variable, expression = properties.get("resultVariable"), properties.get("resultExpression")
    try:
        return output_variables(payload, variable, expression, compatibility=compatibility, create=create)
    except ExpressionError as error:
        raise Unmappable(failed_expression(error.expression, error.reason), str(error)) from error
    except VariablesTooLarge as error:
        message = (
            f"The variables that the model makes of this event have {error.size} bytes, and {MAX_VARIABLES_BYTES} are "
            "allowed: its result expression has to keep less"
        )
        raise Unmappable(invalid_input(message), message) from error
    except ConnectorInputError as error:
        raise Unmappable(invalid_input(f"Failed to evaluate expression '{expression}': {error}"), str(error)) from error


def _message_id(element: InboundElement, payload: Mapping[str, Any]) -> str | None:
    """The model's message id. A null is a failing expression: nobody can mean "any of them"."""
    expression = element.properties.get("messageIdExpression")
    if expression is None:
        return None
    reason = f"Message expression could not be evaluated={expression.strip().removeprefix('=')}"
    try:
        found = key_text(evaluate(expression, payload))
    except (ExpressionError, ValueError) as error:
        raise Unmappable(invalid_input(reason), f"{reason}: {error}") from error
    if found is None:
        raise Unmappable(invalid_input(reason), f"{reason}: it is null")
    return found


def _correlation_key(element: InboundElement, payload: Mapping[str, Any]) -> str:
    """A null or failing key is an empty one for a message start event, and no key at all for everything else."""
    expression = element.properties.get("correlationKeyExpression", "")
    try:
        found = key_text(evaluate(expression, payload)) if expression else None
    except (ExpressionError, ValueError):
        found = None
    if found is None and element.element_kind != "startEvent":
        message = f"Wasn't able to obtain correlation key for expression {expression}"
        raise Unmappable(invalid_input(message), message)
    return found or ""


def key_text(value: Any) -> str | None:
    """A FEEL value as message id or correlation key: scalars as text, a context as its JSON, null as None.

    Raises ValueError for a list.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        raise ValueError("a list is no key")
    if isinstance(value, float):
        return java_double(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _correlation(element: InboundElement, **keys: str) -> dict[str, Any]:
    return {
        "activatedElement": {
            "bpmnProcessId": element.process_definition_id,
            "version": element.version,
            "processDefinitionKey": _number(element.process_definition_key),
            "elementId": element.element_id,
            "elementName": element.element_name,
            "elementType": element.element_kind,
            "tenantId": element.tenant_id,
            "properties": dict(element.properties),
            "elementTemplateDetails": {
                "id": element.template,
                "version": element.template_version,
                "icon": None,
            },
        },
        **{name: _number(key) for name, key in keys.items()},
        "tenantId": element.tenant_id,
    }


def _number(key: str) -> int | str:
    """Keys are numbers in `correlation`, as in Camunda's runtime."""
    return int(key) if key.isdecimal() else key
