"""Field types that connectors share; the texts of their violations are those of Camunda's runtime."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from connector_sdk.template import Pattern

# Camunda's element templates and its own validation use this expression; a secret may stand for the whole address.
_HTTP_URL = re.compile(r"(?:=|(?:http://|https://|secrets|\{\{).*)")
_HTTP_URL_TYPED = Pattern(r"^(=|(http://|https://|secrets|\{\{).*$)", "Must be a http(s) URL")


def _not_empty(text: str) -> str:
    if not text:
        raise PydanticCustomError("not_empty", "must not be empty")
    return text


def _not_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("not_null", "must not be null")
    return value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("not_blank", "must not be blank")
    return text


def _http_url(text: str) -> str:
    if not _HTTP_URL.fullmatch(text):
        raise PydanticCustomError("http_url", "Must be a http(s) URL")
    return text


NotEmpty = Annotated[str, AfterValidator(_not_empty)]
NotNull = Annotated[Any, AfterValidator(_not_null)]
"""Anything but null."""
NotBlank = Annotated[str, AfterValidator(_not_blank)]
HttpUrl = Annotated[str, AfterValidator(_not_blank), AfterValidator(_http_url), _HTTP_URL_TYPED]
Secret = Annotated[NotEmpty, Field(repr=False)]
"""A text that never shows in a repr."""
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
"""A Java `Integer`."""
NEWER = "newer"
"""In an `Annotated`: an input that Camunda's runtime 8.8 does not read."""
OneOf = Field(discriminator="type")
"""The member that `type` names, as element templates write their drop-downs."""
