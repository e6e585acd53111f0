"""Discovery needs a search: the development engine has one, a Zeebe without a secondary storage has not."""

from __future__ import annotations

from contextlib import closing
from uuid import uuid4

import pytest

from connector_sdk.engine_client import EngineClient
from functions.runtime.importer import Importer, NoSearch
from tests.importer.entries import Entries
from tests.importer.models import process
from tests.real_engine.conftest import AnyEngine


def test_webhooks_are_found_where_there_is_a_search_and_elsewhere_it_is_said_what_is_missing(
    any_engine: AnyEngine,
) -> None:
    name, entries = f"orders-{uuid4().hex}", Entries()
    with closing(EngineClient(any_engine.address)) as engine:
        engine.deploy([("orders.bpmn", process(name, start=name))])
        importer = Importer(lambda: engine, entries)

        if any_engine.name == "real":
            with pytest.raises(NoSearch, match=r"webhooks are not discovered.*\(404\).*secondary storage"):
                importer.round()
        else:
            assert f"<default>/{name}" in importer.round().entered
