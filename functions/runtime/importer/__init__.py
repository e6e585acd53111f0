"""Finds the webhooks of what is deployed in the engine."""

from functions.runtime.importer.definitions import NoSearch
from functions.runtime.importer.importer import Importer, Round

__all__ = ["Importer", "NoSearch", "Round"]
