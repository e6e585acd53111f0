"""A webhook host for each test."""

from collections.abc import Callable, Iterator

import pytest

from connector_sdk.stores.sqlite import SqliteDeliveries
from tests.inbound.host import Webhook


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with SqliteDeliveries(":memory:") as store:
        yield Webhook(store)


@pytest.fixture
def webhook_of() -> Iterator[Callable[..., Webhook]]:
    """Make a host with other parts."""
    with SqliteDeliveries(":memory:") as store:
        yield lambda **parts: Webhook(store, **parts)
