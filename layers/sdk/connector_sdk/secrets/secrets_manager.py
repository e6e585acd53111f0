"""Secrets in AWS Secrets Manager: one secret whose text is a JSON object holds any number of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import Clock
from connector_sdk.errors import AwsRefused, SecretsUnavailable
from connector_sdk.secrets.cache import Cached


class SecretsManagerSecrets:
    """The members of one secret, `{"TOKEN": "…", "PORT": 25}`; what is no text counts as its JSON.

    A secret that does not exist (yet) has no members. Raises SecretsUnavailable if it cannot be read.
    """

    def __init__(self, endpoint: AwsEndpoint, secret_id: str, clock: Clock | None = None) -> None:
        """`secret_id` is the secret's name or ARN."""
        self._endpoint = endpoint
        self._secret_id = secret_id
        self._members = Cached(self._read, clock)

    def get(self, name: str) -> str | None:
        return self._members.fresh_for(name).get(name)

    def remembered(self, name: str) -> str | None:
        return self._members.fresh_for().get(name)

    def outdate(self) -> None:
        self._members.outdate()

    def all(self) -> Mapping[str, str]:
        """Every member."""
        return self._members.fresh_for()

    def _read(self) -> Mapping[str, str]:
        try:
            answer = self._endpoint.operation("GetSecretValue", {"SecretId": self._secret_id})
        except AwsRefused as error:
            if error.code != "ResourceNotFoundException" and not self._denied_without_an_arn(error):
                raise
            return {}
        return _members(answer.get("SecretString"), self._secret_id)

    def _denied_without_an_arn(self, error: AwsRefused) -> bool:
        """Whether it just does not exist: rights on one secret count for its ARN, and a name without one is denied."""
        return error.code == "AccessDeniedException" and f"resource: {self._secret_id} " in f"{error} "

    def __repr__(self) -> str:
        return f"SecretsManagerSecrets({self._secret_id!r})"


def _members(text: str | None, secret_id: str) -> dict[str, str]:
    try:
        content: Any = json.loads(text or "")
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise SecretsUnavailable(
            f'the secret {secret_id} should hold a JSON object of names and values, such as {{"TOKEN": "…"}}'
        )
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in content.items()}
