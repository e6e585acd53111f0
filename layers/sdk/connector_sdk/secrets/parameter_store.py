"""Secrets in AWS Systems Manager Parameter Store: one SecureString for each, `/<path>/TOKEN`."""

from __future__ import annotations

import threading

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.clock import Clock
from connector_sdk.errors import AwsRefused
from connector_sdk.secrets.cache import Cached

MAX_PARAMETERS = 1_000
"""Kept at once, found or not; the first ones go. Names may come in with data, so there is no end of them."""


class ParameterStoreSecrets:
    """The parameters right below one path; names with dots, dashes and slashes are parameters' names too.

    A parameter that does not exist is no secret. Raises SecretsUnavailable if it cannot be read.
    """

    def __init__(self, endpoint: AwsEndpoint, path: str, clock: Clock | None = None) -> None:
        self._endpoint = endpoint
        self._path = path.rstrip("/")
        self._clock = clock
        self._parameters: dict[str, Cached] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> str | None:
        return self._parameter(name).fresh_for(name).get(name)

    def remembered(self, name: str) -> str | None:
        return self._parameter(name).fresh_for().get(name)

    def outdate(self) -> None:
        with self._lock:
            parameters = list(self._parameters.values())
        for parameter in parameters:
            parameter.outdate()

    def _parameter(self, name: str) -> Cached:
        with self._lock:
            if name not in self._parameters and len(self._parameters) >= MAX_PARAMETERS:
                self._parameters.pop(next(iter(self._parameters)))
            return self._parameters.setdefault(name, Cached(lambda: self._read(name), self._clock))

    def _read(self, name: str) -> dict[str, str]:
        wanted = {"Name": f"{self._path}/{name}", "WithDecryption": True}
        try:
            return {name: self._endpoint.operation("GetParameter", wanted)["Parameter"]["Value"]}
        except AwsRefused as error:
            if error.code in ("ParameterNotFound", "ValidationException"):
                return {}
            raise

    def __repr__(self) -> str:
        return f"ParameterStoreSecrets({self._path!r})"
