"""The custom headers that the runtime itself reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector_sdk.errors import SdkError
from connector_sdk.java_duration import milliseconds


class InvalidBackoff(SdkError):
    """`retryBackoff` is no duration: the connector is not run, and trying again cannot help."""

    def __init__(self, text: str) -> None:
        super().__init__(f"Failed to parse retry backoff header. Expected ISO-8601 duration, e.g. PT5M, got: {text}")


@dataclass(frozen=True, slots=True)
class Headers:
    """What the task says about its result, its errors and its retries; None where it says nothing."""

    result_variable: str | None
    result_expression: str | None
    error_expression: str | None
    retry_backoff: str | None

    @classmethod
    def of(cls, headers: Mapping[str, Any]) -> Headers:
        """Read the headers; a JSON null is the text `null`, as in Camunda's runtime."""
        names = ("resultVariable", "resultExpression", "errorExpression", "retryBackoff")
        return cls(*(_text(headers[name]) if name in headers else None for name in names))

    def backoff_ms(self) -> int:
        """Milliseconds until the next try; 0 without the header. Raises InvalidBackoff."""
        if self.retry_backoff is None:
            return 0
        try:
            return milliseconds(self.retry_backoff)
        except ValueError:
            raise InvalidBackoff(self.retry_backoff) from None


def _text(value: Any) -> str:
    return "null" if value is None else str(value)
