"""Objects in one S3 bucket."""

from __future__ import annotations

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import AwsRefused
from connector_sdk.settings import Settings

TIMEOUT_SECONDS = 20.0
"""For sending an object, and for each wait of the way back."""


class Bucket:
    """Writes, reads and deletes objects; any number of threads may use it. Every method raises AwsError."""

    def __init__(self, settings: Settings, name: str) -> None:
        """Raises SettingsError without region or credentials."""
        own_host = not settings.aws_endpoint
        self._s3 = AwsEndpoint("s3", settings, prefix=f"{name}." if own_host else "")
        self._root = "/" if own_host else f"/{name}/"

    def put(self, key: str, content: bytes) -> None:
        """Write an object."""
        self._s3.send(Call("PUT", self._root + key, body=content, read_timeout=TIMEOUT_SECONDS))

    def get(self, key: str) -> bytes | None:
        """The object's content, None if it is not there."""
        try:
            return self._s3.send(Call("GET", self._root + key, read_timeout=TIMEOUT_SECONDS)).body
        except AwsRefused as error:
            if error.status == 404:
                return None
            raise

    def delete(self, key: str) -> None:
        """Delete an object, if it is there."""
        self._s3.send(Call("DELETE", self._root + key))
