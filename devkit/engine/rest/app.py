"""The table of paths, and what an error becomes on its way out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from connector_sdk.clock import utc
from devkit.engine.engine import Engine
from devkit.engine.rejection import Rejection
from devkit.engine.rest import (
    access,
    activation,
    deployments,
    documents,
    instances,
    jobs,
    messages,
    modification,
    operations,
    overviews,
    search,
    user_tasks,
)
from devkit.engine.rest.problems import JsonResponse, Problem, answer, of_rejection

_LOG = logging.getLogger(__name__)

TICK_SECONDS = 0.1
"""How often the engine looks for what is due while no command comes."""

ROUTES = (
    ("POST", "/jobs/activation", jobs.activate),
    ("POST", "/jobs/{jobKey}/completion", jobs.complete),
    ("POST", "/jobs/{jobKey}/failure", jobs.fail),
    ("POST", "/jobs/{jobKey}/error", jobs.throw_error),
    ("PATCH", "/jobs/{jobKey}", jobs.update),
    ("POST", "/messages/publication", messages.publish),
    ("POST", "/messages/correlation", messages.correlate),
    ("POST", "/signals/broadcast", messages.broadcast),
    ("POST", "/process-instances", instances.create),
    ("POST", "/process-instances/{processInstanceKey}/cancellation", instances.cancel),
    ("POST", "/process-instances/{processInstanceKey}/modification", modification.modify),
    ("PUT", "/element-instances/{elementInstanceKey}/variables", instances.set_variables),
    ("POST", "/element-instances/ad-hoc-activities/{adHocSubProcessInstanceKey}/activation", activation.activate),
    ("POST", "/incidents/{incidentKey}/resolution", instances.resolve_incident),
    ("POST", "/deployments", deployments.deploy),
    ("POST", "/resources/{resourceKey}/deletion", deployments.delete),
    ("PATCH", "/user-tasks/{userTaskKey}", user_tasks.update),
    ("POST", "/user-tasks/{userTaskKey}/assignment", user_tasks.assign),
    ("DELETE", "/user-tasks/{userTaskKey}/assignee", user_tasks.unassign),
    ("POST", "/user-tasks/{userTaskKey}/completion", user_tasks.complete),
    ("GET", "/topology", operations.topology),
    ("GET", "/license", operations.license_),
    ("GET", "/authentication/me", operations.principal),
    ("GET", "/status", operations.status),
    ("PUT", "/clock", operations.pin_clock),
    ("POST", "/clock/reset", operations.reset_clock),
    ("POST", "/documents", documents.create),
    ("POST", "/documents/batch", documents.create_batch),
    ("POST", "/documents/{documentId}/links", documents.create_link),
    ("GET", "/documents/{documentId}", documents.read),
    ("DELETE", "/documents/{documentId}", documents.delete),
    *search.ROUTES,
    *overviews.ROUTES,
)


async def _problem(request: Request, error: Exception) -> Response:
    if isinstance(error, Rejection):
        return answer(request, of_rejection(error))
    if isinstance(error, Problem):
        return answer(request, error)
    raise error


async def _http(request: Request, error: Exception) -> Response:
    """An unknown path, method or media type, in Spring's shape."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    moment = utc(request.app.state.engine.clock).astimezone(UTC)
    return JsonResponse(
        {
            "timestamp": moment.isoformat(timespec="milliseconds"),
            "status": status,
            "error": HTTPStatus(status).phrase,
            "path": request.url.path,
        },
        status,
    )


async def _gone(request: Request, error: Exception) -> Response:
    """The caller went away before all of its request had come, or sent a body that is no HTTP; nobody reads this."""
    del request, error
    return Response(status_code=400)


async def _unexpected(request: Request, error: Exception) -> Response:
    detail = f"the development engine has a fault: {type(error).__name__}: {error}"
    return answer(request, Problem(500, "INTERNAL", detail))


def build(engine: Engine, *, prefix: str = "", token: str | None = None) -> Starlette:
    """The application for an engine, everything under `prefix` and /v2.

    `prefix` is empty, or a path as SaaS has it before the API: `/` and the cluster's id. With `token` every request
    must bear it, and clients get it at `access.LOGIN_PATH`.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.stopping = asyncio.get_running_loop().create_future()
        app.state.polls = jobs.LongPolls(engine, app.state.stopping)
        ticking = asyncio.create_task(_tick(engine))
        yield
        ticking.cancel()
        app.state.polls.close()

    routes = [Route(f"{prefix}/v2{path}", endpoint, methods=[method]) for method, path, endpoint in ROUTES]
    if token is not None:
        routes.append(Route(access.LOGIN_PATH, access.give_token, methods=["POST"]))
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[] if token is None else [Middleware(access.BearerCheck, token=token)],
        exception_handlers={
            Rejection: _problem,
            Problem: _problem,
            HTTPException: _http,
            ClientDisconnect: _gone,
            Exception: _unexpected,
        },
    )
    app.state.engine = engine
    app.state.token = token
    app.router.redirect_slashes = False
    return app


async def _tick(engine: Engine) -> None:
    done = True
    while True:
        await asyncio.sleep(TICK_SECONDS if done else 0)
        try:
            done = engine.tick()
        except Exception:
            done = True  # not at once again
            _LOG.exception("the development engine has a fault in what was due")
