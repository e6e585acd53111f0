"""A GraphQL server on this machine: Ariadne behind werkzeug, with a login of every kind and an OAuth token endpoint."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from ariadne import MutationType, QueryType, make_executable_schema
from ariadne.wsgi import GraphQL
from graphql import GraphQLError, GraphQLResolveInfo
from werkzeug import Request, Response
from werkzeug.serving import make_server

from connector_sdk.http.basic import basic

TOKEN = "t0ken"
REFRESH_TOKEN = "refresh-1"
PASSWORD = "s3cret/pw"
SCHEMA = """
    type Order { id: ID! status: String! note: String }
    type Query { order(id: ID!): Order }
    type Mutation { place(note: String!): Order! }
"""
PROOFS = {"basic": basic("alice", PASSWORD), "bearer": f"Bearer {TOKEN}"}
LOGGER = "tests.graphql"
query, mutation = QueryType(), MutationType()


@query.field("order")
def order(_: Any, info: GraphQLResolveInfo[Any], id: str) -> Any:
    if id == "0":
        raise GraphQLError("there is no order 0", extensions={"code": "NOT_FOUND"})
    return {"id": id, "status": "paid"}


def login(request: Request) -> str:
    """How the request proved who it is."""
    given = request.headers.get("Authorization", "")
    named = next((kind for kind, proof in PROOFS.items() if proof == given), None)
    key = {"header": request.headers.get("X-Key"), "query": request.args.get("key")}
    return named or next((f"key in {place}" for place, value in key.items() if value == TOKEN), "nobody")


@mutation.field("place")
def place(_: Any, info: GraphQLResolveInfo[Any], note: str) -> Any:
    return {"id": "8", "status": "open", "note": note}


@dataclass
class GraphQlServer:
    """Where it is, and what it was asked."""

    address: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The method of each request, and how it proved who it is."""

    @property
    def url(self) -> str:
        return f"{self.address}/graphql"

    @property
    def token_endpoint(self) -> str:
        return f"{self.address}/token"


@contextmanager
def graphql_server() -> Iterator[GraphQlServer]:
    """Start it on a free port, stop it at the end."""
    schema = make_executable_schema(SCHEMA, query, mutation)
    asked: list[tuple[str, str]] = []
    graphql = GraphQL(schema, execute_get_queries=True, logger=LOGGER)

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ, populate_request=False)
        if request.path == "/token":
            return _token(request)(environ, start)
        asked.append((request.method, login(request)))
        return graphql(environ, start)

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield GraphQlServer(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _token(request: Request) -> Response:
    """Of both grants; the client's secret comes in the body or in the header, as RFC 6749 allows."""
    form = parse_qs(request.get_data(as_text=True))
    secret = PASSWORD in form.get("client_secret", []) or request.headers.get("Authorization") == PROOFS["basic"]
    known = secret or REFRESH_TOKEN in form.get("refresh_token", [])
    if not known:
        return Response(json.dumps({"error": "invalid_client"}), 401, content_type="application/json")
    answer = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300}
    return Response(json.dumps(answer), content_type="application/json")
