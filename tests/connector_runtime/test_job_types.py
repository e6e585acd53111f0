"""One connector under other job types and other names."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connector_sdk.connector_names import second_names
from connector_sdk.errors import SettingsError
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from devkit.connector_runtime.functions import OutboundFunctions, outbound_functions
from functions.runtime.poller.registry import UnknownConnector, load


@contextmanager
def served() -> Iterator[OutboundFunctions]:
    functions = outbound_functions(Settings.read({}), EnvironmentSecrets({}))
    yield functions
    functions.close()


def test_a_task_whose_type_was_changed_by_hand_is_served() -> None:
    connector, _ = load("http-json", {"CONNECTOR_HTTP_JSON_TYPE": "mine:1"})

    assert (connector.name, connector.types) == ("http-json", ("mine:1",))


def test_the_same_code_runs_under_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_SALES_FORCE_FUNCTION", "http-json")
    monkeypatch.setenv("CONNECTOR_SALES_FORCE_TYPE", "salesforce:1")

    with served() as functions:
        types = {one.name: one.types for one in functions.registry}
        assert types["http-json"] == ("io.camunda:http-json:1",)
        assert types["sales-force"] == ("salesforce:1",)
        assert set(functions.handlers) == set(types)


def test_two_names_cannot_serve_one_job_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_GITHUB_FUNCTION", "http-json")

    with pytest.raises(SettingsError, match="CONNECTOR_GITHUB_TYPE"), served():
        pass


def test_the_refusal_of_a_job_type_names_the_variable_that_gave_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_HTTP_JSON_TYPE", "io.camunda:slack:1")

    with pytest.raises(SettingsError) as refused, served():
        pass
    assert str(refused.value) == (
        "slack and http-json both serve io.camunda:slack:1: CONNECTOR_HTTP_JSON_TYPE has to name another job type"
    )


def test_a_job_type_for_a_connector_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_GITHUB_TYPE", "acme:gh:1")

    with pytest.raises(SettingsError) as refused, served():
        pass
    assert str(refused.value) == (
        "CONNECTOR_GITHUB_TYPE: there is no connector 'github'; there are email, eventbridge, graphql, http-json, "
        "kafka, messages, rabbitmq, slack, sns, soap, sql, sqs. "
        "CONNECTOR_GITHUB_FUNCTION=<one of them> would make it a second name of that one"
    )


def test_a_second_name_of_nothing_is_named() -> None:
    with pytest.raises(UnknownConnector, match=r"functions/outbound/nothing/app\.py does not exist"):
        load("github", {"CONNECTOR_GITHUB_FUNCTION": "nothing"})


def test_only_whole_names_count() -> None:
    variables = {"CONNECTOR_A_B_FUNCTION": "x", "CONNECTOR_C_FUNCTION": "", "CONNECTOR_FUNCTION": "y", "PATH": "z"}

    assert second_names(variables) == {"a-b": "x"}
