"""SOAP: every official template against a real server, which checks logins and signatures."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from lxml import etree
from pytest_httpserver import HTTPServer

from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import run_job, services_for
from devkit.testing.official import OfficialBench, OfficialTask
from devkit.testing.parts import PartMissing
from devkit.testing.soap import RunningSoap, soap_server
from functions.outbound.soap.app import handler
from tests.connectors.official import official

TYPE = "io.camunda:soap:1"
NAMESPACES = {"o": "urn:orders"}
ITEMS = [{"o:sku": "a", "o:count": 2}, {"o:sku": "b", "o:count": 3}]
BODY = {"o:place": {"o:customer": "Jürg & Söhne", "o:item": ITEMS}}
TEMPLATE = (
    "<o:place><o:customer>{{customer}}</o:customer>"
    "{{#items}}<o:item><o:sku>{{sku}}</o:sku><o:count>{{count}}</o:count></o:item>{{/items}}</o:place>"
)
CONTEXT = {"customer": "Jürg & Söhne", "items": [{"sku": "a", "count": 2}, {"sku": "b", "count": 3}]}
PLACED = {"placed": {"id": "o-1", "customer": "Jürg & Söhne", "count": "5"}}
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SIGNED = [{"namespace": "urn:orders", "localName": "customer"}, {"namespace": UTILITY, "localName": "Timestamp"}]
STORE_PASSWORD = "store-pw"
START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def certificate(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "orders")])
    return x509.CertificateBuilder(name, name, key.public_key(), 1, START, END).sign(key, hashes.SHA256())


KEY = rsa.generate_private_key(65_537, 2_048)
CERTIFICATE = certificate(KEY)
KEYSTORE = pkcs12.serialize_key_and_certificates(
    b"orders", KEY, CERTIFICATE, None, BestAvailableEncryption(STORE_PASSWORD.encode())
)
SECRETS = {
    "PASSWORD": "soap-pw",
    "KEY": KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    "STORE_PASSWORD": STORE_PASSWORD,
}
PEM = CERTIFICATE.public_bytes(Encoding.PEM).decode()
SINGLE = {"certificateType": "single", "certificate": PEM, "privateKey": "{{secrets.KEY}}"}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningSoap]:
    try:
        with soap_server() as running:
            yield running
    except PartMissing as reason:
        pytest.skip(str(reason))


def known(server: RunningSoap, task: OfficialTask) -> dict[str, Any]:
    """What a person types."""
    place = {"none": "open", "usernameToken": "token", "signature": "signed"}
    version = "/1.2" if task.chosen("soapVersion.version") == "1.2" else ""
    return {
        "serviceUrl": f"{server.address}{version}/{place[str(task.chosen('authentication.authentication'))]}",
        "authentication.username": server.user,
        "authentication.password": "{{secrets.PASSWORD}}",
        "authentication.certificate.certificate": PEM,
        "authentication.certificate.privateKey": "{{secrets.KEY}}",
        "authentication.certificate.keystoreLocation": "data:;base64," + b64encode(KEYSTORE).decode(),
        "authentication.certificate.keystorePassword": "{{secrets.STORE_PASSWORD}}",
        "authentication.certificate.alias": "orders",
        "authentication.certificate.password": "{{secrets.STORE_PASSWORD}}",
        "authentication.signatureAlgorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "authentication.digestAlgorithm": "http://www.w3.org/2000/09/xmldsig#sha1",
        "authentication.canonicalizationAlgorithm": "http://www.w3.org/2001/10/xml-exc-c14n#",
        "authentication.timestamp": 60,
        "authentication.encryptionParts": SIGNED,
        "soapVersion.soapAction": "urn:orders/place",
        "header.template": "<o:trace>{{id}}</o:trace>",
        "header.context": {"id": "t-1"},
        "header.json": {"o:trace": {"@kind": "order", "$content": "t-1"}},
        "body.template": TEMPLATE,
        "body.context": CONTEXT,
        "body.json": BODY,
        "namespaces": NAMESPACES,
        "connectionTimeoutInSeconds": 10,
    }


def is_rare(task: OfficialTask) -> bool:
    """Logins, headers, bodies and versions do not depend on each other: each once is enough for the ordinary run."""
    ordinary = {"header.type": "none", "body.type": "json", "soapVersion.version": "1.1"}
    special = sum(task.chosen(name) != value for name, value in ordinary.items())
    return special > (1 if task.chosen("authentication.authentication") == "none" else 0)


@pytest.mark.parametrize("task", official(TYPE, rare=is_rare))
def test_an_official_template_gets_its_answer(task: OfficialTask, bench: OfficialBench, server: RunningSoap) -> None:
    values = known(server, task)
    if task.fill == "required":  # without the optional namespaces the message has to declare its own
        values |= {
            "body.json": undeclared(BODY),
            "body.template": TEMPLATE.replace("<o:place", '<o:place xmlns:o="urn:orders"'),
        }
        values |= {"header.json": {"trace": "t-1"}, "header.template": "<trace>{{id}}</trace>"}
    ran = bench.run(bench.apply(task, values), handler, services_for(SECRETS))

    assert (ran.outcome["command"], ran.state) == ("completion", "COMPLETED"), ran.outcome
    asked = server.received()
    if task.chosen("authentication.authentication") == "signature":
        assert asked["signed"] == (["customer", "Timestamp"] if task.fill == "all" else ["Body"])
    assert ("trace" in asked["body"]) == (task.chosen("header.type") != "none")
    if task.fill == "all":
        assert json.loads(ran.variables["answer"])["Envelope"]["Body"] == PLACED


def undeclared(body: dict[str, Any]) -> dict[str, Any]:
    """The same body, which says itself what its prefix means."""
    return {name: {"@xmlns:o": "urn:orders", **member} for name, member in body.items()}


def run(url: str, body: Any = BODY, secrets: dict[str, str] | None = None, **variables: Any) -> Outcome:
    given = {"serviceUrl": url, "namespaces": NAMESPACES, "body": {"type": "json", "json": body}, **variables}
    return run_job(handler, given, secrets=secrets or SECRETS, resultVariable="answer")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_fault_is_an_error_with_the_envelope_in_it(server: RunningSoap, version: str) -> None:
    url = f"{server.address}{'/1.2' if version == '1.2' else ''}/open"
    outcome = run(url, {"o:place": {"o:customer": "nobody"}}, soapVersion={"version": version})

    assert isinstance(outcome, Fail)
    assert (outcome.error_message, outcome.retries) == ("SOAP Fault received", 2)
    error = outcome.variables["error"]
    assert error["code"] == "SOAP_FAULT_RECEIVED"
    fault = error["variables"]["response"]["Envelope"]["Body"]["Fault"]
    assert "unknown customer" in json.dumps(fault)
    assert "42" in json.dumps(fault)


def test_the_action_is_in_quotes_and_of_soap_1_1_only(server: RunningSoap) -> None:
    for version, kind, action in (("1.1", "text/xml", '"urn:orders/place"'), ("1.2", "application/soap+xml", None)):
        run(f"{server.address}/open", soapVersion={"version": version, "soapAction": "urn:orders/place"})
        headers = server.received()["headers"]
        assert (headers["content-type"], headers.get("soapaction")) == (f"{kind}; charset=utf-8", action)


def test_a_wrong_password_is_refused_and_not_shown(server: RunningSoap) -> None:
    login = {
        "authentication": "usernameToken",
        "username": "alice",
        "password": "{{secrets.PASSWORD}}",
        "encoded": "No",
    }
    outcome = run(f"{server.address}/token", secrets={"PASSWORD": "wr0ng-pw"}, authentication=login)

    assert isinstance(outcome, Fail)
    assert outcome.variables["error"]["code"] == "SOAP_FAULT_RECEIVED"
    assert "wr0ng-pw" not in json.dumps(outcome.body())


ANSWERS = [
    ("<a/>", {}),
    ("<a> </a>", {}),
    ("<a>x</a>", "x"),
    ('<a b="1">x</a>', {"$content": "x", "b": "1"}),
    ('<a b="1"/>', {"b": "1"}),
    ("<a><b>1</b><b/><c>2</c></a>", {"b": ["1", {}], "c": "2"}),
    ('<p:a xmlns:p="urn:p"><p:b>1</p:b></p:a>', {"b": "1"}),
    ("<a><![CDATA[<x>]]></a>", "<x>"),
]


@pytest.mark.parametrize(("xml", "value"), ANSWERS)
def test_an_answer_becomes_json_without_namespaces(httpserver: HTTPServer, xml: str, value: Any) -> None:
    envelope = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{xml}</s:Body></s:Envelope>'
    httpserver.expect_request("/", "POST").respond_with_data(envelope, content_type="text/xml")

    assert run(httpserver.url_for("/")) == Complete({"answer": {"Envelope": {"Body": {"a": value}}}})


def test_a_one_way_operation_answers_nothing(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/", "POST").respond_with_data("", 202)
    assert run(httpserver.url_for("/")) == Complete({"answer": None})


DTD = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>'


@pytest.mark.parametrize("content", ["no XML", "<a/>", '{"a": 1}', DTD])
def test_what_is_no_envelope_is_said_so(httpserver: HTTPServer, content: str) -> None:
    httpserver.expect_request("/", "POST").respond_with_data(content)
    outcome = run(httpserver.url_for("/"))

    assert isinstance(outcome, Fail)
    assert "is no SOAP envelope" in outcome.error_message


TEXTS = [
    ("Smith & Sons", "Smith & Sons"),
    ("Smith &amp; Sons", "Smith & Sons"),
    ("<admin/>", "<admin/>"),
    ("<![CDATA[<b>]]>", "<b>"),
    (7, "7"),
    (1.5, "1.5"),
    (True, "true"),
]


@pytest.mark.parametrize(("given", "arrives"), TEXTS)
def test_text_in_json_never_becomes_markup(server: RunningSoap, given: Any, arrives: str) -> None:
    outcome = run(f"{server.address}/open", {"o:place": {"o:customer": given}})

    assert isinstance(outcome, Complete)
    assert outcome.variables["answer"]["Envelope"]["Body"]["placed"]["customer"] == arrives


def test_a_key_on_an_elliptic_curve_signs_as_well(server: RunningSoap) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    own = {**SINGLE, "certificate": certificate(key).public_bytes(Encoding.PEM).decode()}
    run(
        f"{server.address}/open",
        secrets={"KEY": pem},
        authentication={"authentication": "signature", "certificate": own},
    )

    sent = etree.fromstring(server.received()["body"].encode())
    info = next(sent.iter("{http://www.w3.org/2000/09/xmldsig#}SignedInfo"))
    value = b64decode(next(sent.iter("{http://www.w3.org/2000/09/xmldsig#}SignatureValue")).text or "")
    numbers = (int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    content = etree.tostring(info, method="c14n", exclusive=True)
    key.public_key().verify(encode_dss_signature(*numbers), content, ec.ECDSA(hashes.SHA256()))
