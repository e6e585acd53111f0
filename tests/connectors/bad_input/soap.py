"""SOAP."""

from collections.abc import Callable
from typing import Any

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Peers, Row


def task(json: Any = None, **variables: Any) -> dict[str, Any]:
    """A task that is right but for what is given."""
    body = {"type": "json", "json": {"place": {}} if json is None else json}
    return {"serviceUrl": "http://127.0.0.1:9", "body": body, **variables}


def at(place: Callable[[Peers], str]) -> Callable[[Peers], dict[str, Any]]:
    """A task that is right but for what answers it."""
    token = {"authentication": "usernameToken", "username": "a", "password": SECRET_REFERENCE, "encoded": "No"}
    return lambda peers: task(serviceUrl=place(peers), authentication=token)


def template(text: str, **context: Any) -> dict[str, Any]:
    """A task whose body is a template."""
    return task(body={"type": "template", "template": text, "context": context})


def signed(**certificate: Any) -> dict[str, Any]:
    """A task with a signature."""
    return task(authentication={"authentication": "signature", "certificate": certificate})


ROWS = (
    Row("missing", task(serviceUrl=None), "serviceUrl: Validation failed", retries=0),
    Row("missing", task(authentication={"authentication": "usernameToken"}), "username must not be null", retries=0),
    Row("missing", task(authentication={"authentication": "signature"}), "certificate must not be null", retries=0),
    Row("missing", template("<a>{{name}}</a>"), "The XML template wants name", retries=0),
    Row("wrong type", task(soapVersion={"version": "2.0"}), "soapVersion.version: Validation failed", retries=0),
    Row("wrong type", task(json="<a/>"), "json: Validation failed", retries=0),
    Row("wrong type", task(json={"a b": 1}), "'a b' is no name that XML can have", retries=0),
    Row("wrong type", task(json={"a": {"@b": 1}}), "@b is an attribute, so it has to be a text", retries=0),
    Row("wrong type", task(json={"p:a": 1}), "The SOAP body is no XML: Namespace prefix p", retries=0),
    Row("wrong type", template("<a>{{#b}}</a>"), "does not close b", retries=0),
    Row("wrong type", template("<a>"), "The SOAP body is no XML", retries=0),
    Row(
        "wrong type",
        signed(certificate="x", privateKey=SECRET_REFERENCE),
        "certificate and private key cannot be",
        retries=0,
    ),
    Row(
        "wrong type",
        signed(certificateType="keystore", keystoreLocation="/no/such.p12", keystorePassword="x", alias="a"),
        "There is no keystore at /no/such.p12",
        retries=0,
    ),
    Row("unreachable host", at(lambda peers: f"http://{peers.closed}"), "no answer from POST", "408"),
    Row("refused credentials", at(lambda peers: f"http://{peers.http}/refused"), "401 UNAUTHORIZED from POST", "401"),
    Row(
        "refused certificate",
        at(lambda peers: f"https://{peers.untrusted}"),
        "no TLS connection to POST localhost",
        "SSL_HANDSHAKE_FAILED",
    ),
    Row("too large", at(lambda peers: f"http://{peers.http}/large-envelope"), "bytes", retries=0),
)
