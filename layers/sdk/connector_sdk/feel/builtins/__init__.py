"""The built-in functions, one module a family; importing them fills the table."""

from __future__ import annotations

from connector_sdk.feel.builtins import (
    aggregates,
    boolean,
    context,
    conversion,
    lists,
    numeric,
    ranges,
    strings,
    temporal,
)
from connector_sdk.feel.registry import BUILTINS

FAMILIES = (boolean, strings, numeric, lists, aggregates, context, temporal, ranges, conversion)
"""The modules, in the order of the reference page."""

__all__ = ["BUILTINS", "FAMILIES"]
