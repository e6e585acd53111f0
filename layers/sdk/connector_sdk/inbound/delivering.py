"""The door for webhooks: verify → is it wanted? → record → map → publish → answer.

What a sender gets a 2xx for is on disk before. If this function dies after recording, the delivery's lease runs out and
redelivery takes it up; a message that was published just before carries the same id again and is dropped by the engine.
A plain start is looked up by its business id before it is tried again. Engines before 8.9 keep none: there an instance
may be created twice if the function dies, or the answer is lost, between its creation and our writing that down.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace

from connector_sdk.errors import WebhookError
from connector_sdk.expressions import ExpressionError
from connector_sdk.inbound import answers
from connector_sdk.inbound.activation import Ambiguous, Unwanted, activated
from connector_sdk.inbound.answers import ALLOWED_METHODS, Answer
from connector_sdk.inbound.attempt import PARTS
from connector_sdk.inbound.body import parsed, payload_of, with_form_fields
from connector_sdk.inbound.limits import MAX_HEADERS
from connector_sdk.inbound.multipart import Part, is_multipart, parts_of
from connector_sdk.inbound.negotiation import negotiated
from connector_sdk.inbound.recording import recorded
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.response import answer_of
from connector_sdk.inbound.route import Route
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.synchronous import synchronous
from connector_sdk.inbound.wanted import WantedEvent
from connector_sdk.inbound.webhook import WebhookResult

_PATH = re.compile(r"([A-Za-z0-9._~!$&'()*+,;=:@/-]|%(?!2F|5C|00)[0-9A-F]{2})*", re.IGNORECASE)
_QUERY = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*")
"""RFC 3986, sections 3.3 and 3.4, as Tomcat reads them; in a query `%` may stand alone."""
_LOG = logging.getLogger(__name__)


def deliver(request: WebhookRequest, services: WebhookServices) -> Answer:
    """Take one request in. Never raises: every outcome is a row of the table in `answers`."""
    try:
        answer = _routed(request, services)
        answer = negotiated(answer, request) if services.routes.rules.negotiates else answer
    except Exception as error:
        answer = answers.of_error(error)
        if answer.status >= 500:
            _LOG.exception("webhook %s %s failed", request.method, request.path)
    return replace(answer, body=b"") if request.method == "HEAD" else answer


def _routed(request: WebhookRequest, services: WebhookServices) -> Answer:
    """Find the route; methods and sizes that no webhook takes are refused here."""
    rules = services.routes.rules
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
    handshake = None if signed else _handshake(seen, route)
    if handshake is None:
        _verify(request, seen, route)
        handshake = _handshake(seen, route) if signed else None
    if handshake is None:
        result = route.connector.function(seen, route.configuration)
        handshake = result.handshake or _wanted(seen, result, parts, route, services)
    return handshake


def _handshake(seen: WebhookRequest, route: Route) -> Answer | None:
    """What the model answers to a vendor's verification request."""
    if route.verification is None:
        return None
    context = route.connector.verification.context(payload_of(seen, parsed(seen)))
    return answer_of(route.verification, context, route.rules, route.secrets)


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
) -> Answer:
    """Find the element that wants the event; nothing is recorded for those that nobody wants."""
    payload = payload_of(request, {} if result.body is None else result.body, result.connector_data)
    try:
        element = activated(route.elements, payload, route.rules)
    except ExpressionError as error:
        return answers.failed_expression(error.expression, error.reason)
    if isinstance(element, Ambiguous):
        names = "" if route.rules.one_match_only else ": " + ", ".join(one.element_id for one in element.elements)
        return answers.invalid_input(f"Multiple connectors are activated for the same input{names}")
    if isinstance(element, Unwanted):
        if not element.consumed:
            return answers.OK if result.may_be_unwanted else answers.CONSUMED_BY_NOBODY
        return route.response(route.elements[0], payload, None, result.acknowledgement or answers.OK)
    if parts:
        payload[PARTS] = [part.to_json() for part in parts]
    event = WantedEvent(request, payload, route, element, result.acknowledgement)
    return synchronous(event, services) if route.answers_with_result(element) else recorded(event, services)
