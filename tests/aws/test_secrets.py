"""Secrets from Secrets Manager and Parameter Store, and how long they are kept."""

import json
from dataclasses import replace
from typing import Any

import pytest

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import ControlledClock
from connector_sdk.errors import SecretsUnavailable, SettingsError
from connector_sdk.secrets import EngineSettings, EnvironmentSecrets, SecretSources
from connector_sdk.secrets.parameter_store import MAX_PARAMETERS, ParameterStoreSecrets
from connector_sdk.secrets.secrets_manager import SecretsManagerSecrets
from tests.aws.conftest import ScriptedAws

THERE: tuple[int, Any] = (200, {"SecretString": '{"TOKEN": "t-1", "PORT": 25}'})
CHANGED: tuple[int, Any] = (200, {"SecretString": '{"TOKEN": "t-2"}'})
MISSING: tuple[int, Any] = (400, {"__type": "ResourceNotFoundException"})
DENIED: tuple[int, Any] = (400, {"__type": "AccessDeniedException", "Message": "not yours"})


def manager(aws: ScriptedAws, clock: ControlledClock | None = None) -> SecretsManagerSecrets:
    endpoint = AwsEndpoint("secretsmanager", aws.settings, wait=lambda _: None)
    return SecretsManagerSecrets(endpoint, "/shop/http-json", clock or ControlledClock())


def test_one_json_secret_holds_many(aws: ScriptedAws) -> None:
    aws.say(THERE)
    secrets = manager(aws)

    assert (secrets.get("TOKEN"), secrets.get("PORT"), secrets.get("OTHER")) == ("t-1", "25", None)
    assert aws.operations == [("secretsmanager.GetSecretValue", {"SecretId": "/shop/http-json"})]


def test_a_changed_secret_is_seen_after_five_minutes(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    secrets = manager(aws, clock)
    aws.say(THERE, CHANGED)
    secrets.get("TOKEN")

    clock.advance(299_999)
    assert secrets.get("TOKEN") == "t-1"
    clock.advance(1)
    assert secrets.get("TOKEN") == "t-2"


def test_a_secret_that_is_being_added_is_found_after_ten_seconds(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    secrets = manager(aws, clock)
    aws.say(MISSING, THERE)
    assert secrets.get("TOKEN") is None

    clock.advance(9_999)
    assert secrets.get("TOKEN") is None
    clock.advance(1)
    assert secrets.get("TOKEN") == "t-1"


def test_the_old_value_serves_while_aws_is_away(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    secrets = manager(aws, clock)
    aws.say(THERE, (500, {}))
    secrets.get("TOKEN")

    clock.advance(300_000)

    assert secrets.get("TOKEN") == "t-1"


def test_a_value_that_a_service_refused_is_read_again_but_not_all_the_time(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    secrets = SecretSources([manager(aws, clock), EnvironmentSecrets({})])
    aws.say(THERE, CHANGED)
    secrets.get("TOKEN")

    clock.advance(9_999)
    secrets.outdate()
    assert secrets.get("TOKEN") == "t-1"
    clock.advance(1)
    secrets.outdate()
    assert secrets.get("TOKEN") == "t-2"
    secrets.outdate()
    assert secrets.get("TOKEN") == "t-2"
    assert len(aws.operations) == 2


def test_a_parameter_that_a_service_refused_is_read_again(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    secrets = ParameterStoreSecrets(AwsEndpoint("ssm", aws.settings, wait=lambda _: None), "/shop", clock)
    aws.say((200, {"Parameter": {"Value": "t-1"}}), (200, {"Parameter": {"Value": "t-2"}}))
    secrets.get("TOKEN")
    clock.advance(10_000)
    secrets.outdate()
    assert secrets.get("TOKEN") == "t-2"


def test_a_refusal_is_no_missing_secret(aws: ScriptedAws) -> None:
    aws.say(DENIED)

    with pytest.raises(SecretsUnavailable, match=r"the secrets cannot be read: AWS refused .* AccessDeniedException"):
        manager(aws).get("TOKEN")


@pytest.mark.parametrize("text", ["t-1", "[]", ""])
def test_a_secret_that_is_no_json_object_is_refused_without_its_text(aws: ScriptedAws, text: str) -> None:
    aws.say((200, {"SecretString": text}))

    with pytest.raises(SecretsUnavailable) as caught:
        manager(aws).get("TOKEN")

    assert str(caught.value).startswith("the secret /shop/http-json should hold a JSON object")
    assert "t-1" not in str(caught.value)


def test_each_parameter_is_a_secret_of_its_own(aws: ScriptedAws) -> None:
    endpoint = AwsEndpoint("ssm", aws.settings, wait=lambda _: None)
    secrets = ParameterStoreSecrets(endpoint, "/shop/secrets/", ControlledClock())
    aws.say((200, {"Parameter": {"Value": "p"}}), (400, {"__type": "ParameterNotFound"}))

    assert (secrets.get("TOKEN"), secrets.get("OTHER"), secrets.get("TOKEN")) == ("p", None, "p")
    assert aws.operations == [
        ("AmazonSSM.GetParameter", {"Name": "/shop/secrets/TOKEN", "WithDecryption": True}),
        ("AmazonSSM.GetParameter", {"Name": "/shop/secrets/OTHER", "WithDecryption": True}),
    ]


def test_sources_are_asked_in_their_order() -> None:
    first, second = EnvironmentSecrets({"SECRET_A": "1"}), EnvironmentSecrets({"SECRET_A": "2", "SECRET_B": "3"})
    sources = SecretSources([first, second])

    assert (sources.get("A"), sources.get("B"), sources.get("C")) == ("1", "3", None)


def test_a_secret_that_does_not_exist_is_missing_although_a_role_is_denied_what_has_no_arn(aws: ScriptedAws) -> None:
    message = "User: arn:aws:sts::1:x is not authorized to perform: secretsmanager:GetSecretValue on resource: {}"
    aws.say((400, {**DENIED[1], "Message": message.format("/shop/http-json because no policy allows the action")}))
    assert manager(aws).get("TOKEN") is None

    arn = "arn:aws:secretsmanager:eu-central-1:1:secret:/shop/http-json-AbCdEf because no policy allows the action"
    aws.say((400, {**DENIED[1], "Message": message.format(arn)}))
    with pytest.raises(SecretsUnavailable):
        manager(aws).get("TOKEN")


def engine_settings(aws: ScriptedAws, clock: ControlledClock | None = None) -> EngineSettings:
    return EngineSettings(replace(aws.settings, engine_secret="arn:engine"), clock)


def test_the_engines_credentials_come_from_their_secret_and_follow_a_rotation(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    first, second = (
        (
            200,
            {"SecretString": json.dumps({"CAMUNDA_CLIENT_ID": name, "CAMUNDA_CLIENT_SECRET": "s", "AWS_REGION": "x"})},
        )
        for name in ("a", "b")
    )
    aws.say(first, second)
    settings = engine_settings(aws, clock)

    assert (settings.current().engine_client_id, settings.current().aws_region) == ("a", "eu-central-1")
    clock.advance(300_000)
    assert settings.current().engine_client_id == "b"


def test_without_an_engine_secret_nothing_is_read(aws: ScriptedAws) -> None:
    assert EngineSettings(aws.settings).current() == aws.settings
    assert aws.operations == []


def test_an_engine_secret_without_credentials_is_named(aws: ScriptedAws) -> None:
    aws.say((200, {"SecretString": '{"client_id": "a"}'}))

    with pytest.raises(SettingsError, match=r"the secret arn:engine \(CONNECTORS_ENGINE_SECRET\) does not exist or"):
        engine_settings(aws).current()


def test_a_secret_that_is_saved_broken_keeps_its_old_values(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    secrets = manager(aws, clock)
    aws.say(THERE, (200, {"SecretString": '{"TOKEN": '}))
    secrets.get("TOKEN")

    clock.advance(300_000)

    assert secrets.get("TOKEN") == "t-1"
    assert len(aws.operations) == 2


def test_a_shared_secret_does_not_make_the_functions_own_be_read_again(aws: ScriptedAws) -> None:
    clock = ControlledClock()
    sources = SecretSources([manager(aws, clock), EnvironmentSecrets({"SECRET_SHARED": "s"})])
    aws.say(THERE, CHANGED)

    assert sources.get("SHARED") == "s"
    clock.advance(60_000)
    assert sources.get("SHARED") == "s"
    assert len(aws.operations) == 1
    assert sources.get("NOWHERE") is None
    assert len(aws.operations) == 2


def test_names_that_come_in_with_data_do_not_fill_the_memory(aws: ScriptedAws) -> None:
    endpoint = AwsEndpoint("ssm", aws.settings, wait=lambda _: None)
    secrets = ParameterStoreSecrets(endpoint, "/shop/secrets", ControlledClock())
    aws.say((400, {"__type": "ParameterNotFound"}))
    for number in range(MAX_PARAMETERS):
        secrets.get(f"N{number}")
    secrets.get("N0")
    assert len(aws.operations) == MAX_PARAMETERS

    secrets.get("ONE_MORE")
    secrets.get("N0")
    assert len(aws.operations) == MAX_PARAMETERS + 2
