"""Takes up webhook deliveries that did not reach the engine at once."""

from functions.runtime.redelivery.redelivery import Redelivery, Round

__all__ = ["Redelivery", "Round"]
