"""Where secrets come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable


class SecretProvider(Protocol):
    """A source of secrets."""

    def get(self, name: str) -> str | None:
        """The secret's value, None if there is no such secret."""
        ...


@runtime_checkable
class RememberedSecrets(SecretProvider, Protocol):
    """A source that is far away: `get` looks again for what was not there, `remembered` does not."""

    def remembered(self, name: str) -> str | None:
        """The secret's value as of the last reading of a few minutes ago at most."""
        ...


@runtime_checkable
class CachedSecrets(SecretProvider, Protocol):
    """A source that keeps what it read."""

    def outdate(self) -> None:
        """Read everything again when it is asked for next: a service refused a value (401), it may be an old one."""
        ...


@runtime_checkable
class AdvisingSecrets(SecretProvider, Protocol):
    """A source that a person can put a missing secret into at once."""

    def advice(self, name: str) -> str:
        """What to do for it to be found."""
        ...


class EnvironmentSecrets:
    """Secrets in environment variables, for development: `SECRET_TOKEN` is the secret `TOKEN`.

    A name is also found in the spellings that an environment variable can have, as Camunda's runtime does it: dots and
    dashes as underscores, and upper case.
    """

    def __init__(self, variables: Mapping[str, str], prefix: str = "SECRET_") -> None:
        self._variables = variables
        self._prefix = prefix

    def get(self, name: str) -> str | None:
        spelled = _spelled(name)
        for candidate in (name, spelled, name.upper(), spelled.upper()):
            value = self._variables.get(self._prefix + candidate)
            if value is not None:
                return value
        return None

    def advice(self, name: str) -> str:
        """The variable that is wanted."""
        return f"set the environment variable {self._prefix}{_spelled(name)}"

    def __repr__(self) -> str:
        return f"EnvironmentSecrets(prefix={self._prefix!r})"


def _spelled(name: str) -> str:
    return name.replace(".", "_").replace("-", "_")
