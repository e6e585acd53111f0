"""What is too large for a table goes into a bucket: one object for each recording of a delivery, written once."""

from __future__ import annotations

import hashlib
import secrets

from connector_sdk.aws_endpoint import AwsEndpoint, Call
from connector_sdk.errors import AwsRefused
from connector_sdk.settings import Settings

PREFIX = "deliveries/"


class Bodies:
    """Objects below `deliveries/` in one bucket; the bucket's lifecycle rule deletes them."""

    def __init__(self, settings: Settings, bucket: str) -> None:
        """Raises SettingsError without region or credentials."""
        own_host = not settings.aws_endpoint
        self._s3 = AwsEndpoint("s3", settings, prefix=f"{bucket}." if own_host else "")
        self._root = "/" if own_host else f"/{bucket}/"

    def put(self, delivery_id: str, content: bytes) -> str:
        """Write an object and return its key. Raises AwsError."""
        key = f"{PREFIX}{hashlib.sha256(delivery_id.encode()).hexdigest()}/{secrets.token_hex(8)}"
        self._s3.send(Call("PUT", self._root + key, body=content))
        return key

    def get(self, key: str) -> bytes | None:
        """The object's content, None if it has expired. Raises AwsError."""
        try:
            return self._s3.send(Call("GET", self._root + key)).body
        except AwsRefused as error:
            if error.status == 404:
                return None
            raise
