"""Objects in one S3 bucket."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

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

    def tag(self, key: str, name: str) -> None:
        """Give an object its one tag, `name` with the value `true`: lifecycle rules may ask for it."""
        body = f"<Tagging><TagSet><Tag><Key>{name}</Key><Value>true</Value></Tag></TagSet></Tagging>".encode()
        # S3 wants to know that a tagging has come whole.
        headers = {"x-amz-checksum-sha256": b64encode(sha256(body).digest()).decode()}
        self._s3.send(Call("PUT", self._root + key, [("tagging", "")], headers, body))

    def untag(self, key: str) -> None:
        """Take an object's tags away, if it is there."""
        try:
            self._s3.send(Call("DELETE", self._root + key, [("tagging", "")]))
        except AwsRefused as error:
            if error.status != 404:
                raise

    def delete(self, key: str) -> None:
        """Delete an object, if it is there."""
        self._s3.send(Call("DELETE", self._root + key))
