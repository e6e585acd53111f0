"""The Runtime API as a process sees it."""

from __future__ import annotations

import threading

from connector_sdk.wire.connection import Connections
from devkit.host.runtime_api import RUNTIME, RuntimeApi, Said


def test_an_answer_is_known_before_its_process_hears_that_it_was_taken() -> None:
    answered = threading.Event()
    was_answered: list[bool] = []

    def said(what: Said) -> None:
        assert what == Said("response", "id", b"{}")
        was_answered.append(answered.wait(0.2))

    api = RuntimeApi(said)
    try:
        path = f"{RUNTIME}/invocation/id/response"
        assert Connections(f"http://{api.address}").request("POST", path, body=b"{}").status == 202
        answered.set()
    finally:
        api.close()
    assert was_answered == [False]
