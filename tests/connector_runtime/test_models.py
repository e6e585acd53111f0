"""What `connectors run` finds out about BPMN files before it touches an engine."""

from pathlib import Path

import pytest

from connector_sdk.secrets import EnvironmentSecrets
from devkit.connector_runtime.models import (
    SecretsMissing,
    UnusableModel,
    read_models,
    require_secrets,
)
from functions.runtime.poller.spelled_secrets import secret_names

EXAMPLE = Path(__file__).parents[2] / "examples/github-issue/github-issue.bpmn"


def test_secrets_are_found_in_properties_and_inputs() -> None:
    (model,) = read_models([EXAMPLE])

    assert {element.id: names for element in model.elements() if (names := secret_names(element))} == {
        "issue_opened": ["GITHUB_WEBHOOK_SECRET"],
        "find_owner": ["CATALOGUE_TOKEN", "CATALOGUE_URL"],
        "open_ticket": ["CATALOGUE_TOKEN", "CATALOGUE_URL"],
    }


def test_missing_secrets_are_named_with_the_element_that_needs_them() -> None:
    provider = EnvironmentSecrets({"SECRET_CATALOGUE_URL": "https://catalogue.example"})
    with pytest.raises(SecretsMissing) as missing:
        require_secrets(read_models([EXAMPLE]), provider, "SECRET_")

    assert str(missing.value) == (
        "secrets are missing: GITHUB_WEBHOOK_SECRET (issue_opened in github-issue.bpmn), "
        "CATALOGUE_TOKEN (find_owner in github-issue.bpmn); "
        "set them in the environment: export SECRET_GITHUB_WEBHOOK_SECRET=… SECRET_CATALOGUE_TOKEN=…"
    )


def test_nothing_is_missing_when_every_secret_is_there() -> None:
    names = ("GITHUB_WEBHOOK_SECRET", "CATALOGUE_URL", "CATALOGUE_TOKEN")

    require_secrets(read_models([EXAMPLE]), EnvironmentSecrets({f"SECRET_{name}": "x" for name in names}), "SECRET_")


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (None, "cannot be read: No such file or directory; name BPMN files that exist"),
        (b"<bpmn", "correct it in Camunda Modeler and save it again"),
        (b"<a/>", "correct it in Camunda Modeler and save it again"),
        (
            EXAMPLE.read_bytes().replace(b'isExecutable="true"', b'isExecutable="false"'),
            "holds no executable process; tick `Executable` in Camunda Modeler and save it again",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named(content: bytes | None, ending: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.bpmn"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnusableModel) as refused:
        read_models([EXAMPLE, file])

    assert str(refused.value).startswith(str(file))
    assert str(refused.value).endswith(ending)
