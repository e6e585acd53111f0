"""A password that was changed a moment ago: whoever refuses the old one is asked again with the new one."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.job import Job
from connector_sdk.outbound import Connector
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.testing import services_for
from devkit.testing.kafka import RunningKafka
from devkit.testing.mariadb import RunningMariaDb
from devkit.testing.postgres import RunningPostgres
from devkit.testing.rabbitmq import PASSWORD, USER, RunningRabbitMq
from functions.outbound.kafka.app import handler as kafka
from functions.outbound.rabbitmq.app import handler as rabbitmq
from functions.outbound.soap.app import handler as soap
from functions.outbound.sql.app import handler as sql
from tests.secrets.test_rotation import PLACEHOLDER, Rotating

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
FAULT_1_1 = f"""\
<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:w="{WSSE}"><e:Body><e:Fault>
  <faultcode>{{code}}</faultcode><faultstring>no</faultstring></e:Fault></e:Body></e:Envelope>"""
FAULT_1_2 = f"""\
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="{WSSE}"><e:Body><e:Fault>
  <e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>{{code}}</e:Value></e:Subcode></e:Code>
  </e:Fault></e:Body></e:Envelope>"""


def run(connector: Connector, variables: Mapping[str, Any], *values: str) -> tuple[Outcome, int]:
    """The outcome, and how often the secret was read again."""
    secrets = Rotating(*values)
    outcome = connector.run(Job("1", connector.type, 3, {}, variables), replace(services_for({}), secrets=secrets))
    return outcome, secrets.times_outdated


def test_a_broker_that_refused_the_password_gets_the_new_one(rabbit: RunningRabbitMq) -> None:
    def task(uri: str) -> Mapping[str, Any]:
        routing = {"exchange": "amq.topic", "routingKey": "order"}
        return {"authentication": {"authType": "uri", "uri": uri}, "routing": routing, "message": {"body": "x"}}

    address = f"amqp://{USER}:{PLACEHOLDER}@{rabbit.host}:{rabbit.port}"
    assert run(rabbitmq, task(address), "0ld-pw", PASSWORD) == (Complete({}), 1)
    outcome, times = run(rabbitmq, task(f"{address}/elsewhere"), PASSWORD, PASSWORD)
    assert isinstance(outcome, Fail)
    assert times == 0


def test_kafka_that_refused_the_password_gets_the_new_one(broker: RunningKafka) -> None:
    variables = {
        "authentication": {"username": broker.user, "password": PLACEHOLDER},
        "topic": {"bootstrapServers": broker.sasl_bootstrap, "topicName": "changed-passwords"},
        "message": {"key": "k", "value": "x"},
        "additionalProperties": {"security.protocol": "SASL_PLAINTEXT"},
    }
    assert run(kafka, variables, "0ld-pw", broker.password) == (Complete({}), 1)


@pytest.mark.parametrize(("kind", "fixture"), [("POSTGRESQL", "postgresql"), ("MARIADB", "maria")])
def test_a_database_that_refused_the_password_gets_the_new_one(
    kind: str, fixture: str, request: pytest.FixtureRequest
) -> None:
    running: RunningPostgres | RunningMariaDb = request.getfixturevalue(fixture)

    def task(name: str) -> Mapping[str, Any]:
        login = {"authType": "detailed", "username": running.user, "password": PLACEHOLDER, "databaseName": name}
        connection = {**login, "host": running.host, "port": running.port}
        return {"database": kind, "connection": connection, "data": {"returnResults": True, "query": "SELECT 1"}}

    assert run(sql, task(running.database), "0ld-pw", running.password) == (Complete({}), 1)
    outcome, times = run(sql, task("elsewhere"), running.password, running.password)
    assert isinstance(outcome, Fail)
    assert times == 0


@pytest.mark.parametrize(
    ("fault", "code", "status", "times"),
    [
        (FAULT_1_1, "w:FailedAuthentication", 500, 1),
        (FAULT_1_2, "w:FailedAuthentication", 500, 1),
        (FAULT_1_1, "e:Client", 401, 1),
        (FAULT_1_1, "e:Client", 500, 0),
        (FAULT_1_2, "w:InvalidSecurity", 500, 0),
    ],
)
def test_a_soap_service_that_does_not_know_the_password_gets_the_new_one(
    fault: str, code: str, status: int, times: int, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/").respond_with_data(fault.format(code=code), status)
    httpserver.expect_ordered_request("/").respond_with_data(FAULT_1_1.format(code="e:Server"), 500)
    login = {"authentication": "usernameToken", "username": "a", "password": PLACEHOLDER, "encoded": "No"}
    body = {"type": "json", "json": {"order": {}}}

    variables = {"serviceUrl": httpserver.url_for("/"), "authentication": login, "body": body}
    outcome, read = run(soap, variables, "0ld-pw", "new-pw")

    assert isinstance(outcome, Fail)
    assert (read, len(httpserver.log)) == (times, times + 1)
    assert "0ld-pw" not in json.dumps(outcome.body())
