"""`python -m functions.runtime.poller http-json …`: the poller as a process, functions in the same process.

The engine is the one that CAMUNDA_* name. SIGTERM and SIGINT stop it gracefully; exit status 0 then, 1 when jobs were
left running, 2 when it could not start.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient
from connector_sdk.errors import SdkError
from connector_sdk.settings import Settings
from functions.runtime.poller.finished import Finished
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import load

log = logging.getLogger("connectors.poller")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes."""
    names = _arguments().parse_args(arguments).connector
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = Settings.read()
        engine = EngineClient.from_settings(settings)
        loaded = [load(name) for name in dict.fromkeys(names)]
        cluster_id = engine.topology().get("clusterId")
    except SdkError as error:
        print(f"poller: {error}", file=sys.stderr)
        return 2
    poller = Poller(
        engine,
        [connector for connector, _ in loaded],
        Inline({connector.name: handler for connector, handler in loaded}),
        observer=_log,
        cluster_id=cluster_id,
        tenant_ids=[settings.tenant_id],
        compatibility=Compatibility.of(settings.compatibility),
    )
    until = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: until.set())
    log.info("polling %s for %s", engine.address, ", ".join(t for connector, _ in loaded for t in connector.types))
    left = poller.run(until)
    log.info("stopped: %s", poller.counts())
    return 1 if left else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="poller", description="Run connector functions for the engine's jobs.")
    parser.add_argument("connector", nargs="+", help="a folder of functions/outbound, such as http-json")
    return parser


def _log(finished: Finished) -> None:
    job = finished.job
    log.info(
        "job %s of instance %s: %s, %s %s%s",
        job.key,
        job.process_instance_key,
        job.type,
        finished.function,
        finished.outcome,
        f": {finished.message}" if finished.message else "",
    )


if __name__ == "__main__":
    sys.exit(main())
