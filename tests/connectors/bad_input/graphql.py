"""GraphQL."""

from collections.abc import Callable
from typing import Any

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Peers, Row


def task(**graphql: Any) -> dict[str, Any]:
    """A task that is right but for what is given."""
    return {"graphql": {"method": "post", "url": "http://x.test", "query": "{ orders { id } }", **graphql}}


def at(place: Callable[[Peers], str]) -> Callable[[Peers], dict[str, Any]]:
    """A task that is right but for what answers it."""
    proof = {"type": "bearer", "token": SECRET_REFERENCE}
    return lambda peers: {**task(url=place(peers)), "authentication": proof}


ROWS = (
    Row("missing", {}, "graphql: Validation failed. Original message: must not be null", retries=0),
    Row("missing", task(query=" "), "graphql.query: Validation failed. Original message: must not be blank", retries=0),
    Row("missing", task(url=None), "graphql.url: Validation failed", retries=0),
    Row("wrong type", task(method="fetch"), "graphql.method: Validation failed", retries=0),
    Row("wrong type", task(variables="id"), "graphql.variables: Validation failed", retries=0),
    Row("unreachable host", at(lambda peers: f"http://{peers.closed}"), "no answer from POST", "408"),
    Row("refused credentials", at(lambda peers: f"http://{peers.http}/refused"), "401 UNAUTHORIZED from POST", "401"),
    Row(
        "refused certificate",
        at(lambda peers: f"https://{peers.untrusted}"),
        "no TLS connection to POST localhost",
        "SSL_HANDSHAKE_FAILED",
    ),
    Row("too large", at(lambda peers: f"http://{peers.http}/large"), "bytes", retries=0),
)
