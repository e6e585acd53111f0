"""The door for webhooks: verify → is it wanted? → record → map → publish → answer.

What a sender gets a 2xx for is on disk before. If this function dies after recording, the delivery's lease runs out and
redelivery takes it up; a message that was published just before carries the same id again and is dropped by the engine.
A plain start event has no such id: an instance may be created twice if the function dies, or the answer is lost,
between the engine's creating it and our writing that down.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connector_sdk.errors import WebhookError
from connector_sdk.expressions import ExpressionError
from connector_sdk.inbound import answers
from connector_sdk.inbound.activation import Ambiguous, Unwanted, activated
from connector_sdk.inbound.answers import ALLOWED_METHODS, Answer
from connector_sdk.inbound.attempt import PARTS, Away, Never, Refused, Taken, attempt, backoff_ms, without_parts
from connector_sdk.inbound.authorization import ApiKeyAuthorization
from connector_sdk.inbound.body import parsed, payload_of, with_form_fields
from connector_sdk.inbound.compatibility import InboundRules
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.identity import record_id
from connector_sdk.inbound.limits import MAX_HEADERS
from connector_sdk.inbound.multipart import Part, is_multipart, parts_of
from connector_sdk.inbound.negotiation import negotiated
from connector_sdk.inbound.redaction import without_credentials
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.response import answer_of
from connector_sdk.inbound.routes import Route
from connector_sdk.inbound.services import LEASE_MARGIN_MS, WebhookServices
from connector_sdk.inbound.webhook import WebhookResult
from connector_sdk.stores import Delivery, State

_PATH = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=:@/-]|%(?!2F|5C|00)[0-9A-F]{2})*", re.IGNORECASE)
_QUERY = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*")
"""RFC 3986, sections 3.3 and 3.4, as Tomcat reads them; in a query `%` may stand alone."""
_LOG = logging.getLogger(__name__)


def deliver(request: WebhookRequest, services: WebhookServices) -> Answer:
    """Take one request in. Never raises: every outcome is a row of the table in `answers`."""
    rules = InboundRules.of(services.compatibility)
    try:
        answer = _routed(request, services, rules)
        answer = negotiated(answer, request) if rules.negotiates else answer
    except Exception as error:
        answer = answers.of_error(error)
        if answer.status >= 500:
            _LOG.exception("webhook %s %s failed", request.method, request.path)
    return replace(answer, body=b"") if request.method == "HEAD" else answer


def _routed(request: WebhookRequest, services: WebhookServices, rules: InboundRules) -> Answer:
    """Find the route; methods and sizes that no webhook takes are refused here."""
    if request.context is None:
        return answers.NOT_FOUND
    if request.method == "OPTIONS":
        return answers.OPTIONS
    if request.method not in ALLOWED_METHODS:
        return answers.method_not_allowed(request.method)
    if len(request.body) > services.max_body_bytes:
        raise WebhookError(413, f"The body is larger than {services.max_body_bytes} bytes")
    if len(request.headers) > MAX_HEADERS:
        raise WebhookError(431, f"The request has more than {MAX_HEADERS} headers")
    if rules.container_addresses and not (_PATH.fullmatch(request.path) and _QUERY.fullmatch(request.query)):
        raise WebhookError(400, "The address holds characters that have to be percent-encoded, or an encoded slash")
    route = services.routes.find(request.context)
    if route is None or route.broken:
        return answers.NOT_FOUND if route is None else answers.FAILED
    parts = parts_of(request) if is_multipart(request) else ()
    seen = with_form_fields(request, parts, container=rules.container_forms)
    signed = route.connector.verification.signed
    handshake = None if signed else _handshake(seen, route, rules)
    if handshake is None:
        _verify(request, seen, route)
        handshake = _handshake(seen, route, rules) if signed else None
    if handshake is None:
        result = route.connector.function(seen, route.configuration)
        handshake = result.handshake or _wanted(seen, result, parts, route, services, rules)
    return handshake


def _handshake(seen: WebhookRequest, route: Route, rules: InboundRules) -> Answer | None:
    """What the model answers to a vendor's verification request."""
    if route.verification is None:
        return None
    context = route.connector.verification.context(payload_of(seen, parsed(seen)))
    return answer_of(route.verification, context, rules)


def _verify(request: WebhookRequest, seen: WebhookRequest, route: Route) -> None:
    """Method, signature, authorization. Raises WebhookError."""
    connector, configuration = route.connector, route.configuration
    wanted = connector.methods(configuration)
    if wanted.lower() not in ("any", request.method.lower()):
        raise WebhookError(405, f"Method {request.method} not supported")
    signature = connector.signature(configuration)
    if signature is not None:
        signature.verify(request)
    authorization = connector.authorization(configuration)
    if authorization is not None:
        authorization.authorize(request, payload_of(seen, parsed(seen)))


def _wanted(
    request: WebhookRequest,
    result: WebhookResult,
    parts: Sequence[Part],
    route: Route,
    services: WebhookServices,
    rules: InboundRules,
) -> Answer:
    """Find the element that wants the event; nothing is recorded for those that nobody wants."""
    payload = payload_of(request, {} if result.body is None else result.body, result.connector_data)
    try:
        element = activated(route.elements, payload, rules)
    except ExpressionError as error:
        return answers.failed_expression(error.expression, error.reason)
    if isinstance(element, Ambiguous):
        names = "" if rules.one_match_only else ": " + ", ".join(one.element_id for one in element.elements)
        return answers.invalid_input(f"Multiple connectors are activated for the same input{names}")
    if isinstance(element, Unwanted):
        if not element.consumed:
            return answers.OK if result.may_be_unwanted else answers.CONSUMED_BY_NOBODY
        return _response(route, route.elements[0], payload, None, rules, result.acknowledgement or answers.OK)
    if parts:
        payload[PARTS] = [part.to_json() for part in parts]
    return _recorded(request, payload, route, element, services, result.acknowledgement)


def _recorded(
    request: WebhookRequest,
    payload: Mapping[str, Any],
    route: Route,
    element: InboundElement,
    services: WebhookServices,
    acknowledgement: Answer | None,
) -> Answer:
    """Record the delivery, or find out that it is a repeat."""
    now = services.clock.time_ms()
    budget_ms = _budget_ms(route, services)
    identity = route.connector.identity(route.configuration)
    delivery = Delivery(
        id=record_id(route.path, identity(request), request.received_ms),
        path=route.path,
        received_ms=request.received_ms,
        element=element.to_json(),
        payload=payload,
        due_ms=now + budget_ms + LEASE_MARGIN_MS,
        lease=secrets.token_hex(8),
    )
    accepted = acknowledgement or answers.ACCEPTED
    stored = replace(delivery, payload=without_credentials(payload, _api_key(route)))
    there = services.deliveries.put(stored)
    if there is not None and there.state is State.PUBLISHED:
        return accepted if there.answer is None else Answer.from_json(there.answer)
    if there is not None and not services.deliveries.reopen(stored, now):
        return accepted
    return _published(delivery, route, element, services, budget_ms, acknowledgement)


def _api_key(route: Route) -> str | None:
    authorization = route.connector.authorization(route.configuration)
    return authorization.key if isinstance(authorization, ApiKeyAuthorization) else None


def _budget_ms(route: Route, services: WebhookServices) -> int:
    """How long the sender waits, counted from the request's own time."""
    scheme = route.connector.signature(route.configuration)
    return min(services.budget_ms, scheme.patience_ms) if scheme else services.budget_ms


def _published(
    delivery: Delivery,
    route: Route,
    element: InboundElement,
    services: WebhookServices,
    budget_ms: int,
    acknowledgement: Answer | None,
) -> Answer:
    """Try to publish within the budget, write down how it went, and answer.

    Raises nothing: a sender that is told of a failure now would repeat an event that is recorded already.
    """
    rules, store = InboundRules.of(services.compatibility), services.deliveries
    # Not more than the budget, should the gateway's clock be ahead of ours.
    left_ms = budget_ms - max(0, services.clock.time_ms() - delivery.received_ms)
    engine = services.engine.within(left_ms / 1000) if left_ms > 0 else None
    outcome = attempt(delivery, engine, services.compatibility)
    now = services.clock.time_ms()
    match outcome:
        case Taken(correlation, payload):
            answer = _response(route, element, payload, correlation, rules, acknowledgement or answers.OK)
            _written(lambda: store.finish(delivery, State.PUBLISHED, now, answer=answer.to_json()))
            return answer
        case Refused(answer, reason):
            _written(lambda: store.finish(delivery, State.REFUSED, now, answer=answer.to_json(), error=reason))
            return answer
        case Away(reason):
            _written(lambda: store.postpone(delivery, now + backoff_ms(delivery.attempts), error=reason))
        case Never(reason):
            _written(lambda: store.finish(delivery, State.DEAD, now, answer=None, error=reason))
    accepted = acknowledgement or answers.ACCEPTED
    answer = _response(route, element, without_parts(delivery.payload), None, rules, accepted)
    # The event is ours now, so nothing but a 2xx would be true.
    return answer if answer.accepted else accepted


def _written(write: Callable[[], bool]) -> None:
    """Write an outcome down. If that fails, the lease runs out and redelivery comes to the same end."""
    try:
        write()
    except Exception:
        _LOG.exception("how a delivery ended could not be written down; it is redelivered when its lease runs out")


def _response(
    route: Route,
    element: InboundElement,
    payload: Mapping[str, Any],
    correlation: Mapping[str, Any] | None,
    rules: InboundRules,
    default: Answer,
) -> Answer:
    expression = route.responses.get(element.element_id)
    if expression is None:
        return default
    try:
        return answer_of(expression, {**payload, "correlation": correlation}, rules) or default
    except Exception:
        _LOG.exception("the response expression of %s failed in a way that nobody foresaw", element.element_id)
        return default
