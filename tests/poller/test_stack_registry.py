"""The registry of a deployed stack, as Parameter Store gives it."""

import json
import logging
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connector_sdk.errors import SettingsError
from connector_sdk.settings import Settings
from functions.runtime.poller.registry import Registered
from functions.runtime.poller.stack_registry import read_registry

KEYS = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:shop-http-json"
ENTRY: dict[str, Any] = {
    "function": ARN,
    "types": ["io.camunda:http-json:1"],
    "timeout": 60,
    "fetchVariables": ["url", "method"],
    "repeat": "safe",
}
HTTP_JSON = Registered("http-json", ("io.camunda:http-json:1",), ("url", "method"), 60.0, "safe", ARN)


def parameter(name: str, **changes: object) -> dict[str, str]:
    return {"Name": f"/shop/connectors/{name}", "Value": json.dumps({**ENTRY, **changes})}


def registry(server: HTTPServer, *pages: list[dict[str, str]], **variables: str) -> list[Registered]:
    """What is read when Parameter Store has these pages."""

    def reply(request: Request) -> Response:
        asked = json.loads(request.data)
        assert asked["Path"] == "/shop/connectors"
        number = int(asked.get("NextToken", 0))
        more = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
        return Response(json.dumps({"Parameters": pages[number], **more}))

    server.expect_request("/", method="POST").respond_with_handler(reply)
    settings = Settings.read({**KEYS, "AWS_ENDPOINT_URL": server.url_for(""), "CONNECTORS_STACK": "shop"})
    return list(read_registry(settings, variables))


def test_an_entry_says_all_that_the_poller_needs(httpserver: HTTPServer) -> None:
    assert registry(httpserver, [parameter("http-json")]) == [HTTP_JSON]


def test_entries_come_from_every_page_by_name(httpserver: HTTPServer) -> None:
    pages = [[parameter("b", types=["b"]), parameter("a", types=["a"])], [parameter("c", types=["c"])]]

    assert [one.name for one in registry(httpserver, *pages)] == ["a", "b", "c"]


def test_what_an_entry_leaves_out_is_all_variables_and_unsafe(httpserver: HTTPServer) -> None:
    plain = {"Name": "/shop/connectors/x", "Value": json.dumps({"function": ARN, "types": ["x"], "timeout": 5})}

    assert registry(httpserver, [plain]) == [Registered("x", ("x",), None, 5.0, "unsafe", ARN)]


def test_a_type_can_be_replaced_for_hybrid_operation(httpserver: HTTPServer) -> None:
    [found] = registry(httpserver, [parameter("http-json")], CONNECTOR_HTTP_JSON_TYPE="mine")

    assert found.types == ("mine",)


def test_each_name_of_the_same_code_has_a_type_of_its_own(httpserver: HTTPServer) -> None:
    entries = [parameter("github", types=["acme:github:1"]), parameter("sales-force", types=["acme:salesforce:1"])]
    variables = {"CONNECTOR_GITHUB_TYPE": "mine:1", "CONNECTOR_SALES_FORCE_TYPE": "mine:2"}

    found = registry(httpserver, [parameter("http-json"), *entries], **variables)

    assert {one.name: one.types for one in found} == {
        "github": ("mine:1",),
        "http-json": ("io.camunda:http-json:1",),
        "sales-force": ("mine:2",),
    }


def test_a_type_for_a_connector_that_the_stack_does_not_have_is_told_with_those_that_it_has(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        [found] = registry(httpserver, [parameter("http-json")], CONNECTOR_HTTP_JSOM_TYPE="mine")

    assert found.types == ("io.camunda:http-json:1",)
    assert [record.getMessage() for record in caplog.records] == [
        "CONNECTOR_HTTP_JSOM_TYPE is ignored, the stack has no connector http-jsom; there may be: "
        "CONNECTOR_HTTP_JSON_TYPE"
    ]


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "[]",
        json.dumps({**ENTRY, "types": [1]}),
        json.dumps({**ENTRY, "types": "io.camunda:http-json:1"}),
        json.dumps({**ENTRY, "fetchVariables": "url"}),
        json.dumps({**ENTRY, "repeat": "often"}),
        '{"types": []}',
    ],
)
def test_a_broken_entry_is_named_and_stops_no_other(
    httpserver: HTTPServer, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    broken = {"Name": "/shop/connectors/broken", "Value": value}

    with caplog.at_level(logging.ERROR):
        assert registry(httpserver, [broken, parameter("http-json")]) == [HTTP_JSON]

    assert "the entry /shop/connectors/broken cannot be used" in caplog.text


def test_a_type_is_served_by_one_connector(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    found = registry(httpserver, [parameter("http-json"), parameter("another")])

    assert [one.name for one in found] == ["another"]
    assert "http-json is not served: another serves io.camunda:http-json:1 already" in caplog.text


def test_the_stack_has_to_be_named() -> None:
    with pytest.raises(SettingsError, match="CONNECTORS_STACK is not set"):
        read_registry(Settings.read(KEYS))
