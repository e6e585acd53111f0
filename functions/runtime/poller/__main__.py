"""`python -m functions.runtime.poller http-json …`: the poller as a process, functions in the same process.

The engine is the one that CAMUNDA_* name. SIGTERM and SIGINT stop it gracefully; exit status 0 then, 1 when jobs were
left running, 2 when it could not start.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Sequence

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient, EngineDocuments
from connector_sdk.errors import SdkError
from connector_sdk.outbound import Connector, Services
from connector_sdk.settings import Settings
from functions.runtime.poller.finished import Finished
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import load
from functions.runtime.poller.spelled_secrets import SpelledSecrets

log = logging.getLogger("connectors.poller")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes."""
    names = _arguments().parse_args(arguments).connector
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = Settings.read()
        engine = EngineClient.from_settings(settings)
        loaded = [load(name) for name in dict.fromkeys(names)]
        services = Services.from_settings(settings, documents=EngineDocuments(lambda: engine))
        rules = Compatibility.of(settings.compatibility)
        cluster_id = engine.topology().get("clusterId")
    except SdkError as error:
        print(f"poller: {error}", file=sys.stderr)
        return 2
    poller = Poller(
        engine,
        [connector for connector, _ in loaded],
        Inline(
            {
                connector.name: handler.with_services(services) if isinstance(handler, Connector) else handler
                for connector, handler in loaded
            }
        ),
        Options(
            rules,
            secret_names=SpelledSecrets(lambda: engine, rules),
            cluster_id=cluster_id,
            tenant_ids=(settings.tenant_id,),
        ),
        observer=_log,
    )
    left = _run(poller, f"{engine.address} for {', '.join(t for connector, _ in loaded for t in connector.types)}")
    log.info("stopped: %s", poller.counts())
    return 1 if left else 0


def _run(poller: Poller, what: str) -> int:
    """Poll until a signal comes, then stop gracefully; a second signal ends the process at once.

    The signals are blocked and waited for, in every thread: a handler that sets an Event on which the same thread is
    about to wait can deadlock.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    poller.start()
    log.info("polling %s", what)
    signal.sigwait(STOP_SIGNALS)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    return poller.stop()


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
