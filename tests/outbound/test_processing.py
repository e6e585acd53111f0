from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from connector_sdk.binding import ConnectorModel, Secret
from connector_sdk.errors import DeniedAddress, NotBuilt
from connector_sdk.expressions import ExpressionError
from connector_sdk.http import Timeout
from connector_sdk.http.contents import SMALL_BYTES, Contents
from connector_sdk.http.errors import AnswerTooLarge
from connector_sdk.job import Job
from connector_sdk.outbound import (
    ConnectorError,
    ConnectorInputError,
    ConnectorRetryError,
    JobContext,
    OnError,
    outbound_connector,
)
from connector_sdk.outbound.failures import FAILURES
from connector_sdk.outbound.headers import InvalidBackoff
from connector_sdk.outbound.processing import Work, process
from connector_sdk.outcome import Complete, Fail, ThrowError
from devkit.testing import run_job, services_for

API = "io.camunda.connector.api.error."


class Ask(ConnectorModel):
    city: str
    key: Secret = "none"


class Forecast(ConnectorModel):
    highest_temperature: float


@outbound_connector(type="io.acme:weather:1", name="Weather", errors=(OnError(ZeroDivisionError, code="DIVISION"),))
def weather(request: Ask, context: JobContext) -> Forecast:
    """Forecast a city's highest temperature."""
    if request.city in RAISED:
        raise RAISED[request.city]
    return Forecast(highest_temperature=21.5)


LARGEST_FRAME = len(
    '{"error":{"type":"' + API + 'ConnectorException","message":"m","code":"E","variables":{"body":""}}}'
)
RAISED: dict[str, Exception] = {
    "input": ConnectorInputError("no such city"),
    "code": ConnectorError("CITY_UNKNOWN", "no city 'X'", {"asked": "key-s3cret"}),
    "retry": ConnectorRetryError("later", retries=7, backoff=timedelta(seconds=90)),
    "retry as usual": ConnectorRetryError("later"),
    "library": ZeroDivisionError("division by zero"),
    "surprise": RuntimeError("key-s3cret leaked"),
    "denied": DeniedAddress("inner.test", "10.0.0.1", "private (RFC 1918)"),
    "not built": NotBuilt("that"),
    "largest": ConnectorError("E", "m", {"body": "x" * (1_572_864 - LARGEST_FRAME)}),
    "larger": ConnectorError("E", "m", {"body": "x" * (1_572_864 - LARGEST_FRAME + 1)}),
    "no json": ConnectorError("E", "m", {"body": object()}),
    "too large": AnswerTooLarge(100, "GET a.test/x"),
    "timeout": Timeout("408", "The request timed out.", "no answer in time from GET a.test/x"),
}


def failed(city: str, **headers: Any) -> Fail:
    variables = {"city": city, "key": "{{secrets.KEY}}"}
    outcome = run_job(weather, variables, secrets={"KEY": "key-s3cret"}, **headers)
    assert isinstance(outcome, Fail)
    return outcome


def test_a_result_is_mapped_to_variables() -> None:
    assert run_job(weather, {"city": "Bern"}, resultVariable="r") == Complete({"r": {"highestTemperature": 21.5}})
    assert run_job(weather, {"city": "Bern"}, resultExpression="={t: highestTemperature}") == Complete({"t": 21.5})
    assert run_job(weather, {"city": "Bern"}) == Complete({})


@pytest.mark.parametrize(
    ("city", "kind", "retries", "message"),
    [
        ("input", API + "ConnectorInputException", 0, "no such city"),
        ("code", API + "ConnectorException", 2, "no city 'X'"),
        ("retry", API + "ConnectorRetryException", 7, "later"),
        ("retry as usual", API + "ConnectorRetryException", 2, "later"),
        ("library", API + "ConnectorException", 2, "division by zero"),
        ("surprise", "RuntimeError", 2, "*** leaked"),
        ("not built", "NotBuilt", 0, "not built yet: that"),
        ("timeout", API + "ConnectorException", 2, "The request timed out."),
        (
            "too large",
            API + "ConnectorInputException",
            0,
            "The answer is larger than 100 bytes, the most that a connector reads: ask for a smaller one",
        ),
    ],
)
def test_each_kind_of_error_has_its_name_and_its_retries(city: str, kind: str, retries: int, message: str) -> None:
    outcome = failed(city)
    assert (outcome.variables["error"]["type"], outcome.retries) == (kind, retries)
    assert outcome.variables["error"]["message"] == message


def test_a_denied_address_is_not_tried_again() -> None:
    outcome = failed("denied")
    assert outcome.retries == 0
    assert "CONNECTORS_ALLOW_ADDRESSES=10.0.0.1" in outcome.error_message


def test_every_row_of_the_table_is_the_answer_to_some_error_here() -> None:
    errors = [*RAISED.values(), InvalidBackoff("x"), ExpressionError("=x", "y")]
    decided = {next(row for row in FAILURES if isinstance(error, row.error)) for error in errors}
    assert decided == set(FAILURES)


def test_code_and_variables_reach_the_error_expression_without_secrets() -> None:
    variables = {"city": "code", "key": "{{secrets.KEY}}"}
    expression = "=bpmnError(error.code, error.message, error.variables)"
    outcome = run_job(weather, variables, secrets={"KEY": "key-s3cret"}, errorExpression=expression)
    assert outcome == ThrowError("CITY_UNKNOWN", "no city 'X'", {"asked": "***"})
    assert failed("library").variables["error"]["code"] == "DIVISION"


def test_the_backoff_comes_from_the_header_or_the_connector() -> None:
    assert failed("code").retry_backoff == 0
    assert failed("code", retryBackoff="PT30S").retry_backoff == 30_000
    assert failed("retry", retryBackoff="PT30S").retry_backoff == 90_000


@pytest.mark.parametrize("header", ["soon", "", None, "P1M"])
def test_a_backoff_that_is_no_duration_stops_the_connector(header: str | None) -> None:
    outcome = run_job(weather, {"city": "Bern"}, retryBackoff=header)
    assert isinstance(outcome, Fail)
    assert outcome.retries == 0
    assert outcome.error_message.startswith("Failed to parse retry backoff header. Expected ISO-8601 duration")
    caught = run_job(weather, {"city": "Bern"}, retryBackoff=header, errorExpression='=bpmnError("B", "m")')
    assert caught == ThrowError("B", "m")


def test_a_json_null_in_a_header_is_the_text_null() -> None:
    assert run_job(weather, {"city": "Bern"}, resultVariable=None) == Complete({"null": {"highestTemperature": 21.5}})


def test_missing_input_is_not_tried_again() -> None:
    outcome = run_job(weather, {})
    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.variables["error"]["type"]) == (0, API + "ConnectorInputException")
    assert "Property: city" in outcome.error_message


def test_a_missing_secret_is_not_tried_again() -> None:
    outcome = run_job(weather, {"city": "{{secrets.NOPE}}"})
    assert isinstance(outcome, Fail)
    assert outcome.retries == 0
    assert outcome.error_message == "Secret with name 'NOPE' is not available: set the environment variable NOPE"


def test_an_error_expression_may_catch_a_failing_result_expression() -> None:
    headers: dict[str, Any] = {"resultExpression": "={a:", "errorExpression": '=bpmnError("MAPPING", "m")'}
    assert run_job(weather, {"city": "Bern"}, **headers) == ThrowError("MAPPING", "m")
    outcome = run_job(weather, {"city": "Bern"}, resultExpression="={a:")
    assert isinstance(outcome, Fail)
    assert outcome.retries == 2


def test_after_a_success_the_error_expression_sees_mapped_variables_or_the_response() -> None:
    seen = '=bpmnError("E", string(highestTemperature = 21.5) + string(r.highestTemperature = 21.5))'
    assert run_job(weather, {"city": "Bern"}, errorExpression=seen) == ThrowError("E", "truefalse")
    assert run_job(weather, {"city": "Bern"}, resultVariable="r", errorExpression=seen) == ThrowError("E", "falsetrue")


def test_a_failing_error_expression_is_not_tried_again() -> None:
    outcome = run_job(weather, {"city": "Bern"}, errorExpression='=bpmnError(404, "m")', retryBackoff="PT5S")
    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.retry_backoff) == (0, 0)
    assert "must be a String" in outcome.error_message


def test_retries_never_go_below_zero() -> None:
    outcome = run_job(weather, {"city": "code"}, retries=0)
    assert isinstance(outcome, Fail)
    assert outcome.retries == 0


def test_an_incident_has_the_sentence_and_expressions_have_the_bare_text() -> None:
    outcome = failed("timeout")
    assert outcome.error_message == "no answer in time from GET a.test/x"
    old = run_job(weather, {"city": "timeout"}, compatibility="8.8")
    assert isinstance(old, Fail)
    assert old.error_message == "The request timed out."


def test_a_status_that_a_handler_raises_for_is_the_code_of_the_error(httpserver: HTTPServer) -> None:
    @outbound_connector(type="t", name="T")
    def asks(request: Ask, context: JobContext) -> Any:
        return context.http.get(request.city).raise_for_status().json()

    httpserver.expect_request("/").respond_with_json({"m": 1}, 404)
    outcome = run_job(asks, {"city": httpserver.url_for("/")})
    assert isinstance(outcome, Fail)
    assert outcome.variables["error"]["code"] == "404"


def test_a_result_that_is_no_json_fails_the_job() -> None:
    @outbound_connector(type="t", name="T")
    def odd(request: Ask, context: JobContext) -> Any:
        return {"when": timedelta(1)}

    outcome = run_job(odd, {"city": "x"}, resultVariable="r")
    assert isinstance(outcome, Fail)
    assert "no JSON" in outcome.error_message


def test_a_handler_needs_a_model() -> None:
    with pytest.raises(TypeError, match="ConnectorModel"):

        @outbound_connector(type="t", name="T")
        def nothing(request: dict[str, Any], context: JobContext) -> None: ...


def test_the_model_says_what_to_fetch() -> None:
    assert weather.fetch_variables == ("city", "key")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
HEADERS = st.dictionaries(
    st.sampled_from(["resultVariable", "resultExpression", "errorExpression", "retryBackoff"]),
    st.none() | st.text(max_size=20) | st.sampled_from(["={a: response}", '=jobError("m")', "=response", "PT1S"]),
)


@given(st.dictionaries(st.sampled_from(["city", "key", "more"]), JSON), HEADERS, st.sampled_from(["8.8", "8.10"]))
def test_whatever_comes_ends_as_a_command(variables: dict[str, Any], headers: dict[str, Any], version: str) -> None:
    outcome = run_job(weather, variables, secrets={}, compatibility=version, **headers)
    assert outcome.command in ("completion", "failure", "error")
    assert set(outcome.body()) <= {"variables", "retries", "errorMessage", "retryBackOff", "errorCode"}


@pytest.mark.parametrize(("city", "kept"), [("largest", True), ("larger", False), ("no json", False)])
@pytest.mark.parametrize("compatibility", ["8.8", "8.10"])
def test_a_failure_leaves_out_what_the_engine_could_not_take(city: str, kept: bool, compatibility: str) -> None:
    outcome = run_job(weather, {"city": city}, compatibility=compatibility)
    assert isinstance(outcome, Fail)
    assert outcome.variables["error"]["code"] == "E"
    assert ("variables" in outcome.variables["error"]) is kept


def test_an_error_expression_still_sees_all_of_a_large_failure() -> None:
    expression = '=bpmnError("LARGE", string(string length(error.variables.body) > 1500000))'
    assert run_job(weather, {"city": "larger"}, errorExpression=expression) == ThrowError("LARGE", "true", {})


def test_a_job_lets_go_of_what_it_has_read_however_it_ends(httpserver: HTTPServer) -> None:
    def asks(request: Ask, context: JobContext) -> Any:
        return context.http.get(request.city).raise_for_status().json()

    content = "[" + "1," * SMALL_BYTES + "1]"
    httpserver.expect_request("/good").respond_with_data(content)
    httpserver.expect_request("/bad").respond_with_data(content, 404)
    httpserver.expect_request("/text").respond_with_data("x" * len(content))
    work = Work(asks, Ask, contents=Contents(1))
    services = services_for({})
    for path, kind in (("/good", Complete), ("/bad", Fail), ("/text", Fail), ("/good", Complete)):
        job = Job("1", "t", 3, {}, {"city": httpserver.url_for(path)})
        assert isinstance(process(work, job, services), kind)
        assert work.contents.used == 0
