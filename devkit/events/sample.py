"""One event before it is signed and sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from connector_sdk.errors import SdkError

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class UnknownEvent(SdkError):
    """There is no sample of that vendor or event; the message lists what there is."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A body, its type, and the vendor's own headers."""

    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def of_json(content: Any, headers: Mapping[str, str] | None = None) -> Sample:
    """A JSON event."""
    return Sample(json.dumps(content).encode(), headers=headers or {})


def of_form(fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Sample:
    """An event in a form's fields."""
    return Sample(urlencode(fields).encode(), FORM, headers or {})
