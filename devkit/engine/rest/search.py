"""Searches and single reads: what users and tools look at. They are consistent at once, unlike a cluster's."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine.core import Core
from devkit.engine.rest import bodies, items
from devkit.engine.rest.filters import PROPERTIES, predicate
from devkit.engine.rest.items import Item
from devkit.engine.rest.problems import JsonResponse, Problem, bad_request, invalid

MAX_PAGE = 10_000
DEFAULT_PAGE = 100
MAX_CURSOR_DIGITS = 12

Filter = Mapping[str, Any]
Endpoint = Callable[[Request], Awaitable[Response]]

SEARCH: bodies.Schema = {"page": bodies.record, "sort": bodies.records, "filter": bodies.record}
PAGE: bodies.Schema = {
    "limit": bodies.int32,
    "from": bodies.int32,
    "after": bodies.text,
    "before": bodies.text,
}


def _instance_keys(core: Core, wanted: Filter) -> Iterable[int]:
    """The process instances that a filter can mean."""
    written = wanted.get("processInstanceKey")
    if not isinstance(written, str | int):
        return core.state.of_instance
    key = bodies.key(written)
    return (key,) if key in core.state.of_instance else ()


def _definitions(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    return (items.definition(core, record) for record in core.state.definitions.values() if not record.deleted)


def _process_instances(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    return (items.process_instance(core, core.state.elements[key]) for key in _instance_keys(core, wanted))


def _element_instances(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    return (
        items.element_instance(core, record)
        for key in _instance_keys(core, wanted)
        for record in core.state.elements_of(key)
    )


def _variables(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    cut = request.query_params.get("truncateValues", "true") != "false"
    return (
        items.variable(core, record, name, value, cut=cut)
        for key in _instance_keys(core, wanted)
        for record in core.state.elements_of(key)
        for name, value in core.state.variables.get(record.key, {}).items()
    )


def _incidents(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    return (
        items.incident(core, core.state.incidents[key])
        for instance_key in _instance_keys(core, wanted)
        for key in core.state.incidents_of.get(instance_key, ())
    )


def _jobs(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    return (items.job(core, record) for record in core.state.jobs.values())


def _subscriptions(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    return (items.message_subscription(core, record) for record in core.state.message_subscriptions.by_key.values())


def _correlations(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    """Those of instances that are not forgotten."""
    known = core.state.of_instance
    return (items.correlation(core, one) for one in core.state.correlations if one.process_instance_key in known)


def _user_tasks(core: Core, wanted: Filter, request: Request) -> Iterable[Item]:
    return (items.user_task(core, record) for record in core.state.user_tasks.values())


SOURCES: Mapping[str, tuple[str, Callable[[Core, Filter, Request], Iterable[Item]]]] = {
    "process-definitions": ("processDefinitionKey", _definitions),
    "process-instances": ("processInstanceKey", _process_instances),
    "element-instances": ("elementInstanceKey", _element_instances),
    "variables": ("variableKey", _variables),
    "incidents": ("incidentKey", _incidents),
    "jobs": ("jobKey", _jobs),
    "message-subscriptions": ("messageSubscriptionKey", _subscriptions),
    "correlated-message-subscriptions": ("subscriptionKey", _correlations),
    "user-tasks": ("userTaskKey", _user_tasks),
}
"""Resource → the name of its key, and where its items come from."""
NOT_READ_ALONE = ("correlated-message-subscriptions",)


def _sorted(resource: str, found: list[Item], sort: list[dict[str, Any]]) -> list[Item]:
    """Raises Problem."""
    for rule in reversed(sort):
        name, order = rule.get("field"), str(rule.get("order", "ASC")).upper()
        if not isinstance(name, str):
            raise invalid("Sort field must not be null.")
        if order not in ("ASC", "DESC"):
            raise invalid(f"Unknown sortOrder: {order}")
        if name not in PROPERTIES[resource]:
            raise bad_request(
                f"Unexpected value '{name}' for enum field 'field'. "
                f"Use any of the following values: [{', '.join(PROPERTIES[resource])}]"
            )
        found.sort(key=lambda item: (item[name] is not None, _order(item[name])), reverse=order == "DESC")
    return found


def _order(value: Any) -> tuple[int, Any]:
    """Keys are digits: as text, shorter ones come first."""
    if isinstance(value, str):
        return (len(value), value) if value.isdigit() else (0, value)
    return (0, value if isinstance(value, bool | int) else str(value))


def _page(found: list[Item], page: Mapping[str, Any]) -> dict[str, Any]:
    """A part of what was found; a cursor is the position behind (or of) an item."""
    limit, start = page.get("limit", DEFAULT_PAGE), page.get("from", 0)
    if not 0 <= limit <= MAX_PAGE:
        raise invalid(f"The value for page.limit is '{limit}' but must be between 0 and {MAX_PAGE}.")
    if start < 0:
        raise invalid(f"The value for page.from is '{start}' but must be not negative.")
    if "after" in page:
        start = _position(page["after"])
    elif "before" in page:
        end = _position(page["before"]) - 1
        start, limit = max(0, end - limit), min(limit, end)
    shown = found[start : start + limit]
    return {
        "items": shown,
        "page": {
            "totalItems": len(found),
            "hasMoreTotalItems": False,
            "startCursor": _cursor(start + 1) if shown else None,
            "endCursor": _cursor(start + len(shown)) if shown else None,
        },
    }


def _cursor(position: int) -> str:
    return b64encode(str(position).encode()).decode()


def _position(cursor: str) -> int:
    try:
        written = b64decode(cursor, validate=True).decode("ascii")
    except ValueError:
        written = ""
    if not written.isdigit() or len(written) > MAX_CURSOR_DIGITS:
        raise invalid(f"The cursor '{cursor}' is none of this search.")
    return int(written)


def _search(resource: str) -> Endpoint:
    async def search(request: Request) -> Response:
        body = await bodies.read(request, SEARCH, optional=True)
        page = bodies.properties(body.get("page", {}), PAGE, "page.")
        wanted = {name: value for name, value in body.get("filter", {}).items() if value is not None}
        wanted |= request.path_params
        fits = predicate(resource, wanted)
        with request.app.state.engine.reading() as core:
            found = [item for item in SOURCES[resource][1](core, wanted, request) if fits(core, item)]
        return JsonResponse(_page(_sorted(resource, found, body.get("sort", [])), page))

    return search


def _get(resource: str) -> Endpoint:
    async def get(request: Request) -> Response:
        return JsonResponse(_one(request, resource))

    return get


def _one(request: Request, resource: str) -> Item:
    name, source = SOURCES[resource]
    key = str(bodies.path_key(request, "key"))
    with request.app.state.engine.reading() as core:
        for item in source(core, {}, request):
            if item[name] == key:
                return item
    raise Problem(
        404, "NOT_FOUND", f"{resource.removesuffix('s').replace('-', ' ').capitalize()} with key '{key}' not found"
    )


async def definition_xml(request: Request) -> Response:
    """GET /process-definitions/{key}/xml."""
    key = bodies.path_key(request, "key")
    with request.app.state.engine.reading() as core:
        definition = core.state.definitions.peek(key)
    if definition is None:
        raise Problem(404, "NOT_FOUND", f"Process definition with key '{key}' not found")
    return Response(definition.resource, media_type="text/xml")


ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    *(("POST", f"/{resource}/search", _search(resource)) for resource in SOURCES),
    *(("GET", f"/{resource}/{{key}}", _get(resource)) for resource in SOURCES if resource not in NOT_READ_ALONE),
    ("GET", "/process-definitions/{key}/xml", definition_xml),
    ("POST", "/process-instances/{processInstanceKey}/incidents/search", _search("incidents")),
    ("POST", "/element-instances/{elementInstanceKey}/incidents/search", _search("incidents")),
)
