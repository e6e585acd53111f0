"""The job workers that are compared, each with how it is started for a type of its own and one that hangs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.java import runtime as java
from bench.poller.engine import Addresses
from bench.poller.model import hanging_type
from bench.poller.worker import Launch
from connector_sdk.errors import SdkError
from devkit.checkout import ROOT, tool

TOKEN = "a-secret"  # noqa: S105 - of the bench
PEERS = Path(__file__).parent / "peers"
TOO_SLOW = {"isolation": "it cannot keep up with 20 a second even alone"}
FUNCTION = "io.camunda.connector.http.rest.HttpJsonFunction"


class CannotServe(SdkError):
    """A worker that does not speak with this engine."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One worker. The slow ones get fewer jobs and less time, those that compile themselves more jobs beforehand."""

    title: str
    launch: Callable[[Addresses, str], Launch]
    slow: bool = False
    compiles_itself: bool = False
    calls: bool = True
    skips: Mapping[str, str] = field(default_factory=dict)
    """Experiments it is spared, and why."""


def ours(engine: Addresses, job_type: str) -> Launch:
    """This project's poller with connectors in its process, as `docs/deploy.md` starts it; default settings."""
    variables = {
        "PYTHONPATH": str(ROOT / "layers" / "sdk"),
        "CAMUNDA_REST_ADDRESS": engine.rest,
        "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.0/8",
        "CONNECTOR_HTTP_JSON_TYPE": job_type,
        "CONNECTOR_GRAPHQL_TYPE": hanging_type(job_type),
        "SECRET_TOKEN": TOKEN,
    }
    python = str(tool("layer") / "python")
    return Launch([python, "-m", "functions.runtime.poller", "http-json", "graphql"], variables)


def javas(threads: int, jobs: int) -> Callable[[Addresses, str], Launch]:
    """Camunda's runtime. Streams jobs, as its bundle does, from an engine with gRPC; else it polls over REST."""

    def launch(engine: Addresses, job_type: str) -> Launch:
        options = {
            **java.engine_options(engine.rest, engine.grpc),
            "camunda.client.worker.defaults.stream-enabled": "true" if engine.grpc else "false",
            "camunda.client.worker.defaults.max-jobs-active": str(jobs),
            "camunda.client.execution-threads": str(threads),
            "camunda.connector.polling.enabled": "false",
            "camunda.connector.webhook.enabled": "false",
            "server.port": "0",
        }
        variables = {
            "CONNECTOR_QUICK_FUNCTION": FUNCTION,
            "CONNECTOR_QUICK_TYPE": job_type,
            "CONNECTOR_HANGING_FUNCTION": FUNCTION,
            "CONNECTOR_HANGING_TYPE": hanging_type(job_type),
            "SECRET_TOKEN": TOKEN,
        }
        return Launch(java.command(options), variables)

    return launch


def pyzeebe(jobs: int | None) -> Callable[[Addresses, str], Launch]:
    """Over gRPC only."""

    def launch(engine: Addresses, job_type: str) -> Launch:
        if engine.grpc is None:
            raise CannotServe("it speaks gRPC, which this engine does not")
        return _peer("pyzeebe_worker.py", engine.grpc, job_type, jobs)

    return launch


def sdk(jobs: int | None) -> Callable[[Addresses, str], Launch]:
    """Camunda's Python SDK. What engines before 8.10 answer is put right for it inside its process."""
    return lambda engine, job_type: _peer("sdk_worker.py", engine.rest, job_type, jobs)


def _peer(program: str, engine: str, job_type: str, jobs: int | None) -> Launch:
    types = [job_type, hanging_type(job_type)]
    return Launch([str(tool("worker") / "python"), str(PEERS / program), engine, str(jobs or 0), *types], {})


def without_calls(engine: Addresses, job_type: str) -> Launch:
    """Completes jobs and does nothing else: what the engine can give."""
    if engine.grpc is None:
        raise CannotServe("only the real engine tells what it has completed")
    return Launch([sys.executable, str(PEERS / "bare_worker.py"), engine.rest, job_type], {})


CONTENDERS = {
    "ours": Contender("ours", ours),
    "java": Contender("Java, bundle settings", javas(10, 32), compiles_itself=True),
    "java-100": Contender("Java, 100 threads", javas(100, 100), compiles_itself=True),
    "pyzeebe": Contender("pyzeebe", pyzeebe(None), slow=True, skips=TOO_SLOW),
    "pyzeebe-100": Contender("pyzeebe, 100 jobs", pyzeebe(100), slow=True),
    "sdk": Contender("Camunda's Python SDK", sdk(None), slow=True, skips=TOO_SLOW),
    "sdk-100": Contender("Camunda's Python SDK, 100 jobs", sdk(100), slow=True),
    "bare": Contender("no call: the engine's limit", without_calls, calls=False),
}
