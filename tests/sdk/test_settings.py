"""Settings: one table, one reader, errors that name the variable."""

from ipaddress import ip_address, ip_network

import pytest

from connector_sdk.errors import SettingsError
from connector_sdk.setting_values import Place
from connector_sdk.settings import FUNCTIONS, SETTINGS, Settings


def test_an_empty_environment_gives_every_default() -> None:
    settings = Settings.read({})

    assert settings.engine_address == ""
    assert settings.engine_authentication == "NONE"
    assert settings.compatibility == "8.10"
    assert settings.allow_addresses == ()
    assert settings.secret_prefix == "SECRET_"


def test_a_setting_is_read_under_its_older_name_too() -> None:
    assert Settings.read({"ZEEBE_REST_ADDRESS": "http://engine:8080/"}).engine_address == "http://engine:8080"


def test_the_newer_name_wins() -> None:
    settings = Settings.read({"ZEEBE_CLIENT_ID": "old", "CAMUNDA_CLIENT_ID": "new"})

    assert settings.engine_client_id == "new"


def test_the_variables_of_camundas_connector_runtime_are_read() -> None:
    settings = Settings.read(
        {
            "CAMUNDA_CLIENT_REST_ADDRESS": "http://engine:8080",
            "CAMUNDA_CLIENT_AUTH_METHOD": "oidc",
            "CAMUNDA_CLIENT_AUTH_USERNAME": "demo",
            "CAMUNDA_CLIENT_AUTH_PASSWORD": "word",
            "CAMUNDA_CLIENT_AUTH_CLIENTID": "id",
            "CAMUNDA_CLIENT_AUTH_CLIENTSECRET": "secret",
            "CAMUNDA_CLIENT_AUTH_TOKENURL": "https://login.example/token",
            "CAMUNDA_CLIENT_AUTH_AUDIENCE": "orchestration",
        }
    )

    assert (settings.engine_address, settings.engine_authentication) == ("http://engine:8080", "OAUTH")
    assert (settings.engine_user, settings.engine_password) == ("demo", "word")
    assert (settings.engine_client_id, settings.engine_client_secret) == ("id", "secret")
    assert (settings.engine_token_address, settings.engine_token_audience) == (
        "https://login.example/token",
        "orchestration",
    )
    assert Settings.read({"CAMUNDA_CLIENT_RESTADDRESS": "http://e"}).engine_address == "http://e"
    assert Settings.read({"CAMUNDA_AUTH_STRATEGY": "Basic"}).engine_authentication == "BASIC"


def test_address_ranges_are_separated_by_commas() -> None:
    settings = Settings.read({"CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1, 10.1.0.0/16,fd00::/8"})

    assert settings.allow_addresses == (ip_network("127.0.0.1/32"), ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("variable", "text", "what"),
    [
        ("CAMUNDA_REST_ADDRESS", "localhost:8080", "an http:// or https:// address"),
        ("CAMUNDA_AUTH_STRATEGY", "KERBEROS", "one of NONE, BASIC, OAUTH, OIDC"),
        ("CONNECTORS_COMPATIBILITY", "8.7", "one of 8.8, 8.10"),
        ("CONNECTORS_SECRETS", "vault:x", "secretsmanager:NAME, ssm:/PATH or environment, separated by commas"),
        ("CONNECTORS_DELIVERIES", "dynamodb:", "dynamodb:NAME or sqlite:NAME"),
        ("CONNECTORS_POLLER_MODE", "hourly", "one of always, minute, off"),
        ("CONNECTORS_BATCH_SIZE", "0", "a whole number from 1 to 32"),
        ("CONNECTORS_BATCH_SIZE", "33", "a whole number from 1 to 32"),
        ("CAMUNDA_TENANT_ID", "sales,,support", "names with commas between them, such as sales,support"),
        ("CONNECTORS_ALLOW_ADDRESSES", "10.0.0.0/99", "addresses or CIDRs separated by commas, such as 10.0.0.0/8"),
    ],
)
def test_an_unreadable_setting_is_named_with_what_it_should_hold(variable: str, text: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({variable: text})

    assert str(caught.value) == f"{variable} is not readable: it should hold {what}"


def test_the_repr_shows_no_value() -> None:
    assert "hunter2" not in repr(Settings.read({"CAMUNDA_CLIENT_SECRET": "hunter2"}))


def test_no_two_settings_share_a_variable() -> None:
    names = [name for setting in SETTINGS.values() for name in (setting.name, *setting.aliases)]

    assert len(names) == len(set(names))


def test_secrets_are_looked_up_in_the_environment_unless_told_otherwise() -> None:
    assert Settings.read({}).secrets == (Place("environment"),)
    text = "secretsmanager:/shop/http-json, secretsmanager:/shop/shared,ssm:/shop/secrets"
    assert Settings.read({"CONNECTORS_SECRETS": text}).secrets == (
        Place("secretsmanager", "/shop/http-json"),
        Place("secretsmanager", "/shop/shared"),
        Place("ssm", "/shop/secrets"),
    )


def test_a_place_names_its_kind() -> None:
    assert Settings.read({}).deliveries is None
    assert Settings.read({"CONNECTORS_DELIVERIES": "dynamodb:shop-deliveries"}).deliveries == Place(
        "dynamodb", "shop-deliveries"
    )
    assert Settings.read({"CONNECTORS_DELIVERIES": "sqlite::memory:"}).deliveries == Place("sqlite", ":memory:")


def test_no_deployed_function_takes_a_password_from_its_environment() -> None:
    secret = {"engine_user", "engine_password", "engine_client_id", "engine_client_secret"}

    assert {name for name in secret if SETTINGS[name].functions} == set()
    assert {reader for setting in SETTINGS.values() for reader in setting.functions} <= set(FUNCTIONS)


ON_AWS = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.13"}


@pytest.mark.parametrize(
    "sealed",
    ["127.0.0.1", "127.9.9.9", "169.254.169.254", "169.254.170.2", "0.1.2.3", "::1", "fe80::1", "fd00:ec2::254"],
)
def test_this_machine_and_metadata_stay_shut_on_aws_whatever_is_allowed(sealed: str) -> None:
    address = ip_address(sealed)
    for text in (sealed, "0.0.0.0/0,::/0"):
        ranges = {"CONNECTORS_ALLOW_ADDRESSES": text}
        assert any(address in network for network in Settings.read(ranges).allow_addresses)
        assert not any(address in network for network in Settings.read({**ranges, **ON_AWS}).allow_addresses)


@pytest.mark.parametrize(
    "opened", ["10.1.2.3", "126.255.255.255", "128.0.0.0", "169.253.255.255", "fd00:ec3::1", "::2"]
)
def test_the_rest_of_an_allowed_range_stays_open_on_aws(opened: str) -> None:
    allowed = Settings.read({"CONNECTORS_ALLOW_ADDRESSES": "0.0.0.0/0,::/0", **ON_AWS}).allow_addresses

    assert any(ip_address(opened) in network for network in allowed)
