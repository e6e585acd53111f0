"""The first files of a new function: something small that works, to be changed into what is wanted."""

from devkit.scaffold.scaffold import INBOUND_KINDS, OUTBOUND, Refused, scaffold

__all__ = ["INBOUND_KINDS", "OUTBOUND", "Refused", "scaffold"]
