"""The poller as a process of its own, functions in the same one: for containers, and for `connectors poll`.

The engine is the one that CAMUNDA_* name.
"""

from __future__ import annotations

import gc
import logging
import signal
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict

from connector_sdk.compatibility import Compatibility
from connector_sdk.engine_client import EngineClient, EngineDocuments
from connector_sdk.outbound import Connector, Services
from connector_sdk.settings import Settings, environment
from functions.runtime.poller.descriptors import allow_all, too_few
from functions.runtime.poller.figures import Figures
from functions.runtime.poller.finished import log_finished
from functions.runtime.poller.health import HealthServer
from functions.runtime.poller.invokers.inline import Inline
from functions.runtime.poller.log_lines import log_lines
from functions.runtime.poller.options import Options
from functions.runtime.poller.poller import Poller
from functions.runtime.poller.registry import Handler, load_all, there_are
from functions.runtime.poller.slots import SLOTS_PER_TYPE
from functions.runtime.poller.spelled_secrets import SpelledSecrets
from functions.runtime.poller.unread import unread

log = logging.getLogger("connectors.poller")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOG_FORMAT = "%(asctime)s %(levelname)s %(message)s"


def poll(names: Sequence[str], health: str | None = None) -> int:
    """Do the jobs of these connectors (`http-json`) until SIGTERM or SIGINT comes; returns how many still run then.

    `health`, such as `9090` or `0.0.0.0:9090`, is where it says how it goes. Raises SdkError when it cannot start.
    """
    log_lines(LOG_FORMAT, logging.INFO)
    descriptors = allow_all()
    with ExitStack() as stack:
        server = stack.enter_context(closing(HealthServer(health))) if health is not None else None
        poller, connectors = _poller(names)
        for sentence in too_few(descriptors, SLOTS_PER_TYPE * len(poller.figures())):
            log.warning("%s", sentence)
        gc.freeze()  # what was imported stays: a full collection would look at all of it again, with all jobs waiting
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # in every thread from now on, see _run
        if server:
            log.info("%s/health says how it goes", stack.enter_context(server.served(poller, connectors)))
        left = _run(poller)
    log.info("stopped: %s", poller.counts())
    return left


def _poller(names: Sequence[str]) -> tuple[Poller, list[str]]:
    settings = Settings.read()
    for sentence in unread(environment(), there_are(), settings.secret_prefix):
        log.warning("%s", sentence)
    engine = EngineClient.from_settings(settings)
    loaded = load_all(names)
    services = Services.from_settings(settings, documents=EngineDocuments(lambda: engine))
    rules = Compatibility.of(settings.compatibility)
    poller = Poller(
        engine,
        [connector for connector, _ in loaded],
        Inline({connector.name: _with(services, handler) for connector, handler in loaded}),
        Options(
            rules,
            secret_names=SpelledSecrets(lambda: engine, rules),
            cluster_id=engine.topology().get("clusterId"),
            tenant_ids=settings.tenant_ids,
        ),
        observer=lambda finished: log_finished(log, finished, settings.operate_address),
        tell=_tell,
    )
    log.info("polling %s for %s", engine.address, ", ".join(poller.figures()))
    return poller, [connector.name for connector, _ in loaded]


def _with(services: Services, handler: Handler) -> Handler:
    return handler.with_services(services) if isinstance(handler, Connector) else handler


def _run(poller: Poller) -> int:
    """Poll until a signal comes, then stop gracefully; a second signal ends the process at once.

    The signals are blocked and waited for, in every thread: a handler that sets an Event on which the same thread is
    about to wait can deadlock.
    """
    poller.start()
    signal.sigwait(STOP_SIGNALS)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    return poller.stop()


def _tell(figures: Mapping[str, Figures]) -> None:
    for job_type, one in figures.items():
        log.info("%s: %s", job_type, ", ".join(f"{name} {value}" for name, value in asdict(one).items()))
