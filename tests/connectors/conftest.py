"""What the tests of connectors run on: the Modeler with a development engine, and AWS in an emulator."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest

from connector_sdk.engine_client import EngineClient
from devkit.checkout import ROOT
from devkit.engine import server
from devkit.modeler import HeadlessModeler, ModelerUnavailable
from devkit.testing.emulator import ACCOUNT, REGION, RunningEmulator, emulator
from devkit.testing.official import OfficialBench

boto3: Any = importlib.import_module("boto3")


@pytest.fixture(scope="session")
def bench() -> Iterator[OfficialBench]:
    """The Modeler with a development engine; skips where node is missing."""
    try:
        modeler = HeadlessModeler()
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))
    with modeler, server.start() as running:
        engine = EngineClient(running.address)
        yield OfficialBench(modeler, engine)
        engine.close()


@pytest.fixture(scope="session")
def account() -> Iterator[RunningEmulator]:
    """An account of the AWS emulator, with signatures and rights checked."""
    if not (ROOT / ".venv-emulator" / "bin" / "ministack").exists():
        pytest.skip("the AWS emulator is not installed: sh scripts/tool emulator")
    with emulator() as running:
        yield running


class Client:
    """AWS's own SDK on the emulator: it looks after what our functions did."""

    def __init__(self, running: RunningEmulator) -> None:
        self._running = running

    def __call__(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._running.address,
            region_name=REGION,
            aws_access_key_id=ACCOUNT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ACCOUNT["AWS_SECRET_ACCESS_KEY"],
        )


@pytest.fixture(scope="session")
def client(account: RunningEmulator) -> Client:
    return Client(account)
