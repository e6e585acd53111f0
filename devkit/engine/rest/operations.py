"""The engine itself: topology, licence, status, and its clock."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from devkit.engine.rest import bodies
from devkit.engine.rest.problems import JsonResponse, Problem, invalid

VERSION = "8.9.0-development"
"""What this engine calls itself: the API it speaks, and that it is no production engine."""
LATEST_MS = 253_402_300_799_999
"""The end of the year 9999; there is no date after it."""
PIN: bodies.Schema = {"timestamp": bodies.int64}


async def topology(request: Request) -> Response:
    """GET /topology: one broker, one partition."""
    host, port = request.scope.get("server") or ("127.0.0.1", 0)
    broker = {
        "brokerId": "0",
        "nodeId": 0,
        "host": host,
        "port": port,
        "version": VERSION,
        "partitions": [{"partitionId": 1, "role": "leader", "health": "healthy", "state": "active"}],
    }
    return JsonResponse(
        {
            "brokers": [broker],
            "clusterSize": 1,
            "partitionsCount": 1,
            "replicationFactor": 1,
            "gatewayVersion": VERSION,
            "lastCompletedChangeId": "-1",
            "clusterId": None,
        }
    )


async def license_(request: Request) -> Response:
    """GET /license: none is needed."""
    del request
    return JsonResponse({"validLicense": False, "licenseType": "unknown", "isCommercial": False, "expiresAt": None})


async def principal(request: Request) -> Response:
    """GET /authentication/me: nobody logs in here."""
    del request
    raise Problem(401, "UNAUTHORIZED", "The development engine knows no users")


async def status(request: Request) -> Response:
    """GET /status: as long as it answers, it is well."""
    del request
    return Response(status_code=204)


async def pin_clock(request: Request) -> Response:
    """PUT /clock: time stands still at a moment; it never goes back."""
    body = await bodies.read(request, PIN)
    if "timestamp" not in body:
        raise invalid("No timestamp provided.")
    if body["timestamp"] < 0:
        raise invalid(f"The value for timestamp is '{body['timestamp']}' but must be not negative.")
    if body["timestamp"] > LATEST_MS:
        raise invalid(f"The value for timestamp is '{body['timestamp']}' but must not be after the year 9999.")
    engine = request.app.state.engine
    engine.clock.pin(body["timestamp"])
    engine.tick()
    return Response(status_code=204)


async def reset_clock(request: Request) -> Response:
    """POST /clock/reset: the machine's time again."""
    engine = request.app.state.engine
    engine.clock.reset()
    engine.tick()
    return Response(status_code=204)
