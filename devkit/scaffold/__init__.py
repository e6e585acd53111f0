"""The first files of a new function: something small that works, to be changed into what is wanted."""

from devkit.scaffold.scaffold import GROUPS, Refused, scaffold

__all__ = ["GROUPS", "Refused", "scaffold"]
