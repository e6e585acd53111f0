"""What is too large for a table goes into a bucket: one object for each recording of a delivery, written once."""

from __future__ import annotations

import hashlib
import logging
import secrets

from connector_sdk.bucket import Bucket
from connector_sdk.errors import AwsError
from connector_sdk.settings import Settings

PREFIX = "deliveries/"
FINISHED = "finished"
"""The tag of objects that may go. S3 counts their days from when they were written, and deletes no other."""
_LOG = logging.getLogger(__name__)


class Bodies:
    """Objects below `deliveries/` in one bucket; its lifecycle rule deletes those that are finished."""

    def __init__(self, settings: Settings, bucket: str) -> None:
        """Raises SettingsError without region or credentials."""
        self._bucket = Bucket(settings, bucket)

    def put(self, delivery_id: str, content: bytes) -> str:
        """Write an object and return its key. Raises AwsError."""
        key = f"{PREFIX}{hashlib.sha256(delivery_id.encode()).hexdigest()}/{secrets.token_hex(8)}"
        self._bucket.put(key, content)
        return key

    def finish(self, key: str) -> None:
        """Let an object go with its delivery. Never raises: one that stays does no harm."""
        try:
            self._bucket.tag(key, FINISHED)
        except AwsError as error:
            _LOG.warning("%s is finished, and stays in the bucket: %s", key, error)

    def keep(self, key: str) -> None:
        """Keep an object after all. Raises AwsError."""
        self._bucket.untag(key)

    def get(self, key: str) -> bytes | None:
        """The object's content, None if it has expired. Raises AwsError."""
        return self._bucket.get(key)
