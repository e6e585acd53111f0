"""The error tree: what callers catch, and the texts that users search for."""

import inspect
import re

import pytest

from connector_sdk import errors


def test_every_error_stands_in_the_tree_that_the_module_draws() -> None:
    drawn = set(re.findall(r"^[ │├└─]*(\w+)", errors.__doc__ or "", flags=re.MULTILINE))
    classes = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.SdkError)}

    assert classes <= drawn


def test_a_missing_secret_is_told_in_camundas_words() -> None:
    assert str(errors.SecretMissing("TOKEN")) == "Secret with name 'TOKEN' is not available"


def test_a_denied_address_names_the_setting_that_would_allow_it() -> None:
    assert str(errors.DeniedAddress("intranet", "10.1.2.3", "a private address")) == (
        "intranet resolves to 10.1.2.3, which is a private address; "
        "CONNECTORS_ALLOW_ADDRESSES=10.1.2.3 (an address or a CIDR) would allow it"
    )


@pytest.mark.parametrize("kind", [errors.EngineNotFound, errors.EngineConflict])
def test_a_refusal_of_the_engine_says_which_request_and_why(kind: type[errors.EngineRejected]) -> None:
    error = kind(409, "INVALID_STATE", "the job is in state 'FAILED'", "POST /jobs/7/completion")

    assert str(error) == ("the engine refused POST /jobs/7/completion: 409 INVALID_STATE: the job is in state 'FAILED'")
    assert isinstance(error, errors.EngineRejected)
