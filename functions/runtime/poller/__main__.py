"""`python -m functions.runtime.poller http-json … [--health PORT]`: the poller as a process, functions in the same one.

The engine is the one that CAMUNDA_* name. SIGTERM and SIGINT stop it gracefully; exit status 0 then, 1 when jobs were
left running, 2 when it could not start.
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient, EngineDocuments
from connector_sdk.errors import SdkError
from connector_sdk.outbound import Connector, Services
from connector_sdk.settings import Settings
from functions.runtime.poller.figures import Figures
from functions.runtime.poller.finished import log_finished
from functions.runtime.poller.health import served
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Handler, load
from functions.runtime.poller.spelled_secrets import SpelledSecrets

log = logging.getLogger("connectors.poller")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes."""
    chosen = _arguments().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        settings = Settings.read()
        engine = EngineClient.from_settings(settings)
        loaded = [load(name) for name in dict.fromkeys(chosen.connector)]
        services = Services.from_settings(settings, documents=EngineDocuments(lambda: engine))
        rules = Compatibility.of(settings.compatibility)
        cluster_id = engine.topology().get("clusterId")
    except SdkError as error:
        print(f"poller: {error}", file=sys.stderr)
        return 2
    poller = Poller(
        engine,
        [connector for connector, _ in loaded],
        Inline({connector.name: _with(services, handler) for connector, handler in loaded}),
        Options(
            rules,
            secret_names=SpelledSecrets(lambda: engine, rules),
            cluster_id=cluster_id,
            tenant_ids=(settings.tenant_id,),
        ),
        observer=lambda finished: log_finished(log, finished, settings.operate_address),
        tell=_tell,
    )
    log.info("polling %s for %s", engine.address, ", ".join(poller.figures()))
    with ExitStack() as stack:
        if chosen.health is not None:
            try:
                address = stack.enter_context(served(poller, [one.name for one, _ in loaded], *chosen.health))
            except OSError as error:
                print(f"poller: nothing can listen on {chosen.health}: {error}; give another --health", file=sys.stderr)
                return 2
            log.info("%s/health says how it goes", address)
        left = _run(poller)
    log.info("stopped: %s", poller.counts())
    return 1 if left else 0


def _with(services: Services, handler: Handler) -> Handler:
    return handler.with_services(services) if isinstance(handler, Connector) else handler


def _run(poller: Poller) -> int:
    """Poll until a signal comes, then stop gracefully; a second signal ends the process at once.

    The signals are blocked and waited for, in every thread: a handler that sets an Event on which the same thread is
    about to wait can deadlock.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    poller.start()
    signal.sigwait(STOP_SIGNALS)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    return poller.stop()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="poller", description="Run connector functions for the engine's jobs.")
    parser.add_argument("connector", nargs="+", help="a folder of functions/outbound, such as http-json")
    parser.add_argument(
        "--health", type=_listening, metavar="[HOST:]PORT", help="say on this port how it goes; on 127.0.0.1 by default"
    )
    return parser


def _listening(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host or "127.0.0.1", int(port)


def _tell(figures: Mapping[str, Figures]) -> None:
    for job_type, one in figures.items():
        log.info("%s: %s", job_type, ", ".join(f"{name} {value}" for name, value in asdict(one).items()))


if __name__ == "__main__":
    sys.exit(main())
