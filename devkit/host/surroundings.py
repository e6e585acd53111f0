"""What stands around a function on this machine: the environment's own settings, and samples where those say nothing.

The samples are the ones of the demo: a REST API with a token, an engine with the example's process, GitHub's secret.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from connector_sdk.bpmn import read
from connector_sdk.clock import SystemClock
from connector_sdk.engine_client import EngineClient
from connector_sdk.inbound.deployed import routed_process
from connector_sdk.settings import environment
from connector_sdk.stores.routes import RoutedProcess
from devkit.checkout import ROOT
from devkit.demo.catalogue import TOKEN, Catalogue
from devkit.demo.github import SECRET
from devkit.engine import server
from devkit.host.functions import HostedFunction

PASSED_ON = ("CAMUNDA_", "ZEEBE_", "CONNECTORS_", "CONNECTOR_", "SECRET_", "AWS_")
"""Variables of this process that functions see."""
SLACK_SECRET = "a-secret-that-slack-knows"  # noqa: S105 - known to the samples only
MODEL = ROOT / "examples" / "github-issue" / "github-issue.bpmn"


@contextmanager
def surroundings(function: HostedFunction) -> Iterator[Mapping[str, str]]:
    """The variables for a function; what they name is there until the end."""
    own = {name: value for name, value in environment().items() if name.startswith(PASSED_ON)}
    with ExitStack() as stack:
        sample = _service(stack) if function.group == "outbound" and "SECRET_CATALOGUE_URL" not in own else {}
        if function.group != "outbound" and "CAMUNDA_REST_ADDRESS" not in own:
            sample = engine_with(stack, _model(function))
        yield {**sample, **own}


def _service(stack: ExitStack) -> Mapping[str, str]:
    catalogue = stack.enter_context(Catalogue())
    return {
        "SECRET_CATALOGUE_URL": catalogue.address,
        "SECRET_CATALOGUE_TOKEN": TOKEN,
        "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1,::1",
    }


def _model(function: HostedFunction) -> Path:
    """The process that the function's events are for: one beside them, else the example's."""
    own = ROOT / "events" / function.name / "process.bpmn"
    return own if own.is_file() else MODEL


def engine_with(stack: ExitStack, model: Path) -> Mapping[str, str]:
    """The variables for an engine with a process, and what it waits for among the routes; it runs until the end."""
    engine = server.start()
    stack.callback(engine.stop)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="connectors-")))
    routes = folder / "routes.json"
    routes.write_text(json.dumps([process.to_json() for process in _deployed(engine.address, model)]))
    return {
        "CAMUNDA_REST_ADDRESS": engine.address,
        "CONNECTORS_ROUTES": f"file:{routes}",
        "CONNECTORS_DELIVERIES": f"sqlite:{folder / 'deliveries.sqlite'}",
        "SECRET_GITHUB_WEBHOOK_SECRET": SECRET,
        "SECRET_SLACK_SIGNING_SECRET": SLACK_SECRET,
    }


def _deployed(address: str, model: Path) -> Iterator[RoutedProcess]:
    definitions, client = read(model.read_bytes()), EngineClient(address)
    for process in client.deploy([(model.name, model.read_bytes())]):
        yield routed_process(definitions, process, SystemClock().time_ms())
    client.close()
