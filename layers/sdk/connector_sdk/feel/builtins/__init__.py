"""The built-in functions, one module a family."""

from __future__ import annotations

from connector_sdk.feel.builtins import boolean, context, lists, numeric, strings
from connector_sdk.feel.registry import BUILTINS

__all__ = ["BUILTINS", "boolean", "context", "lists", "numeric", "strings"]
