"""What is too large for a table goes into a bucket: one object for each recording of a delivery, written once."""

from __future__ import annotations

import hashlib
import secrets

from connector_sdk.bucket import Bucket
from connector_sdk.settings import Settings

PREFIX = "deliveries/"


class Bodies:
    """Objects below `deliveries/` in one bucket; the bucket's lifecycle rule deletes them."""

    def __init__(self, settings: Settings, bucket: str) -> None:
        """Raises SettingsError without region or credentials."""
        self._bucket = Bucket(settings, bucket)

    def put(self, delivery_id: str, content: bytes) -> str:
        """Write an object and return its key. Raises AwsError."""
        key = f"{PREFIX}{hashlib.sha256(delivery_id.encode()).hexdigest()}/{secrets.token_hex(8)}"
        self._bucket.put(key, content)
        return key

    def get(self, key: str) -> bytes | None:
        """The object's content, None if it has expired. Raises AwsError."""
        return self._bucket.get(key)
