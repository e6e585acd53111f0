"""How many webhooks a function takes in: `python bench/webhook.py`.

A delivery signed as GitHub does it, in process, through the handler that Lambda runs: verified, recorded, mapped,
published to an engine that answers at once (a process of its own), its end written down. SQLite in a file and DynamoDB
(the emulator's, if it is installed) take turns. With `--java` SQLite in memory and Camunda's connector runtime with a
webhook of ours take their turns too, and all publish to the development engine, where the process is deployed.
Then what the start of the function imports, beside its floor: the modules of which that delivery runs something, and
all that define no functions.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median, quantiles
from time import perf_counter, process_time
from typing import Any

from bench.java import runtime as java
from bench.process import cpu_seconds
from bench.rest import development
from bench.server import ok, served
from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.engine_client import DeployedProcess, EngineClient
from connector_sdk.inbound.elements import InboundElement
from connector_sdk.inbound.handler import handler_for
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.route import Routes
from connector_sdk.inbound.services import WebhookServices
from connector_sdk.inbound.signatures.schemes import SCHEMES
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import Deliveries
from connector_sdk.stores.dynamodb import DynamoDbDeliveries
from connector_sdk.stores.routes import RoutedProcess
from connector_sdk.stores.sqlite import MEMORY, SqliteDeliveries
from devkit.checkout import ROOT, ToolMissing
from devkit.conformance.engine.bpmn import bpmn
from devkit.generate.cloudformation import read_template
from devkit.testing.emulator import emulator
from devkit.testing.parts import PartMissing
from functions.inbound.webhook.app import handler as webhook

DELIVERIES = 1_000
WARM_UP = 100
JAVA = f"Java runtime {java.VERSION}"
JAVA_WARM_UP = 8_000
"""Before the others: its virtual machine compiles while it runs, and still gets faster after half of these."""
NEW = 10**9
"""The number of a delivery that nobody has sent before."""
STARTS = 15
START_TARGET = 1.25
OWN = ("connector_sdk", "functions")
APP = "functions.inbound.webhook.app, connector_sdk.inbound.deployed"
SECRET = "a-secret-that-both-sides-know"  # noqa: S105 - of the bench
PUBLISHED = ok(b'{"messageKey": "2251799813685250", "tenantId": "<default>"}')
FIRST_DELIVERY = f"""
import json, sys
import {APP}

ran = set()

def note(frame, what, argument):
    if what == "call" and frame.f_code.co_name != "<module>":
        ran.add(frame.f_code.co_filename)

sys.setprofile(note)
answer = functions.inbound.webhook.app.handler(json.loads(sys.argv[1]), None)
sys.setprofile(None)
assert answer["statusCode"] == 200, answer
print(json.dumps(sorted(ran)))
"""
PROPERTIES = {
    "inbound.type": "io.camunda:webhook:1",
    "inbound.context": "orders",
    "inbound.signature.scheme": "github",
    "inbound.signature.secret": "{{secrets.HOOK}}",
    "activationCondition": '=request.body.action = "opened"',
    "resultExpression": "={number: request.body.issue.number, labels: request.body.issue.labels.name}",
}
ISSUE = {"number": 7, "title": "Printer on fire", "labels": [{"name": "bug"}, {"name": "urgent"}]}
BODY = json.dumps({"action": "opened", "issue": ISSUE, "repository": {"full_name": "octo-org/shop"}})

MODEL = {
    "id": "orders",
    "nodes": {"start": {"is": "start", "message": {"name": "ordered"}, "props": PROPERTIES}, "end": {"is": "end"}},
}
DIFFERENCES = """
Not the same work. Ours is called in process, as Lambda calls it: it verifies, records, maps, publishes, and writes the
end down. Java's is reached over HTTP, whose price its 404 shows: it verifies (by a connector of ours, for Camunda's is
not on Maven), maps and publishes. It records nothing and waits on no queue: what an engine that is away does not take,
the sender has to send again."""

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Contender:
    """Who takes the deliveries in. `cpu` is the seconds its process has used."""

    handler: Handler
    cpu: Callable[[], float] = process_time
    status: int = 200
    unexpected: list[int] = field(default_factory=list)
    """Other statuses that it has answered with, also while it warmed up."""


@contextmanager
def engine() -> Iterator[EngineClient]:
    """A client of an engine that takes every message at once."""
    with served(lambda *_: (0.0, PUBLISHED)) as (address, _), closing(EngineClient(address)) as client:
        yield client


@contextmanager
def dynamodb() -> Iterator[tuple[Deliveries, Mapping[str, str]]]:
    """The stack's table in the emulator, and a function's variables for it. Raises ToolMissing."""
    resources = read_template((ROOT / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    table = {name: value for name, value in resources["Deliveries"]["Properties"].items() if name[:4] != "Time"}
    with emulator(enforce_iam=False) as running:
        variables = {
            **running.account,
            "CONNECTORS_DELIVERY_BODIES": "unused",
            "CONNECTORS_DELIVERIES": "dynamodb:deliveries",
        }
        settings = Settings.read(variables)
        AwsEndpoint("dynamodb", settings).operation("CreateTable", {"TableName": "deliveries", **table})
        yield DynamoDbDeliveries(settings, "deliveries"), variables


PROCESS = DeployedProcess("orders", 1, "2251799813685251", "orders.bpmn")
ELEMENT = InboundElement(
    element_id="start",
    element_kind="startEvent",
    element_name=None,
    process_definition_id=PROCESS.process_definition_id,
    process_definition_key=PROCESS.key,
    version=PROCESS.version,
    tenant_id=PROCESS.tenant_id,
    effect="publish",
    properties=PROPERTIES,
    message_name="ordered",
)
"""A message start event."""


def handler_of(store: Deliveries, client: EngineClient) -> Handler:
    """The function with one webhook."""
    routes = Routes([webhook], EnvironmentSecrets({"SECRET_HOOK": SECRET}))
    assert routes.deploy(PROCESS, [ELEMENT]) == []
    return handler_for(WebhookServices(routes, client, store))


def events(first: int = 0) -> Iterator[dict[str, Any]]:
    """As API Gateway hands them on, each a delivery of its own."""
    request = WebhookRequest("POST", "/inbound/orders", BODY.encode())
    signed = {name.lower(): value for name, value in SCHEMES["github"](SECRET).sign(request).items()}
    for number in itertools.count(first):
        yield {
            "rawPath": request.path,
            "headers": {"content-type": "application/json", "x-github-delivery": f"d-{number}", **signed},
            "requestContext": {"http": {"method": "POST"}},
            "body": BODY,
        }


def milliseconds(contender: Contender, event: Mapping[str, Any]) -> tuple[float, float]:
    """Time and CPU of one delivery."""
    begin, cpu = perf_counter(), contender.cpu()
    answer = contender.handler(event, None)
    taken = (perf_counter() - begin) * 1000, (contender.cpu() - cpu) * 1000
    if answer["statusCode"] != contender.status:
        contender.unexpected.append(answer["statusCode"])
    return taken


def measure(count: int, contenders: Mapping[str, Contender]) -> None:
    """Print a line for each; they take turns, so that all see the same machine."""
    sent = events()
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for _ in range(WARM_UP + count):
        event = next(sent)
        for name, contender in contenders.items():
            found[name].append(milliseconds(contender, event))
    java_times = [time for time, _ in found.get(JAVA, [])[WARM_UP:]]
    head = f"{'one after the other':24}{'a second':>10}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms':>10}"
    print(head + (f"{'p50 / Java':>12}" if java_times else ""))
    for name, all_taken in found.items():
        times, cpus = zip(*all_taken[WARM_UP:], strict=True)
        rate, p99 = 1000 * len(times) / sum(times), quantiles(times, n=100)[98]
        line = f"{name:24}{rate:10.0f}{median(times):10.2f}{p99:10.2f}{fmean(cpus):10.2f}"
        print(line + (f"{median(times) / median(java_times):12.2f}" if java_times else ""))
        if others := contenders[name].unexpected:
            print(f"  and not always {contenders[name].status}: {others}")


@contextmanager
def with_java() -> Iterator[tuple[EngineClient, dict[str, Contender]]]:
    """A client of the development engine with the process, and Camunda's runtime on it, warm.

    Raises PartMissing, NotReady.
    """
    with ExitStack() as stack:
        running = stack.enter_context(development("the development engine"))
        client = stack.enter_context(closing(EngineClient(running.address)))
        client.deploy([(PROCESS.resource_name, bpmn(MODEL).encode())])
        secrets = {"SECRET_HOOK": SECRET}
        endpoint = stack.enter_context(java.endpoint(running.address, "/inbound/orders", secrets))
        cpu = partial(cpu_seconds, endpoint.pid)
        found = {JAVA: Contender(endpoint, cpu), "its 404": Contender(endpoint.elsewhere, cpu, 404)}
        for event in itertools.islice(events(NEW), JAVA_WARM_UP):
            for contender in found.values():
                milliseconds(contender, event)
        yield client, found


def first_delivery(folder: Path, engine_address: str) -> dict[str, str]:
    """The variables of a function that knows the webhook by its written route."""
    routed = RoutedProcess(ELEMENT.process_definition_id, 1, PROCESS.key, PROCESS.tenant_id, 0, (ELEMENT.to_json(),))
    (folder / "routes.json").write_text(json.dumps([routed.to_json()]))
    routes = f"file:{folder / 'routes.json'}"
    return {"CAMUNDA_REST_ADDRESS": engine_address, "CONNECTORS_ROUTES": routes, "SECRET_HOOK": SECRET}


def needed(variables: Mapping[str, str]) -> set[str]:
    """The files of which the first delivery of a deployed function runs something, its start aside."""
    traced = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", FIRST_DELIVERY, json.dumps(next(events(NEW)))],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "layers" / "sdk"), **variables},
    )
    return set(json.loads(traced.stdout))


def imports() -> dict[str, float]:
    """The modules that the function's start imports, and the milliseconds of each alone; the best of several starts."""
    best: dict[str, float] = {}
    for _ in range(STARTS):
        started = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-X", "importtime", "-c", f"import {APP}"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        for line in started.stderr.splitlines()[1:]:
            own, _, name = line.removeprefix("import time:").split("|")
            best[name.strip()] = min(best.get(name.strip(), float("inf")), int(own) / 1000)
    return best


def has_functions(file: str) -> bool:
    tree = ast.parse(Path(file).read_bytes())
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(tree))


def start(ran: set[str]) -> float:
    """Print what the start costs; returns its ratio to its floor."""
    best = imports()
    ours = {name: spec.origin for name in best if name.startswith(OWN) and (spec := find_spec(name)) and spec.origin}
    idle = [name for name, file in ours.items() if file not in ran and has_functions(file)]
    everything = sum(best.values())
    floor = everything - sum(best[name] for name in idle)
    print(
        f"\nstart: {len(best)} modules, {everything:.0f} ms; {len(ours)} are ours, {sum(best[n] for n in ours):.0f} ms"
    )
    print(f"floor: {len(best) - len(idle)} modules, {floor:.0f} ms: ratio {everything / floor:.2f} (≤ {START_TARGET})")
    dearest = sorted(idle, key=lambda name: -best[name])[:5]
    print("dearest of the others: " + ", ".join(f"{name} {best[name]:.1f} ms" for name in dearest))
    return everything / floor


def main() -> int:
    """Measure and print; 1 if the start is too dear."""
    parser = argparse.ArgumentParser(description="How many webhooks a function takes in.")
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    parser.add_argument("--java", action="store_true", help="beside Camunda's runtime: needs Maven and javac")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores: dict[str, Deliveries] = {"SQLite": stack.enter_context(SqliteDeliveries(folder / "deliveries.sqlite"))}
        others: dict[str, Contender] = {}
        variables: Mapping[str, str] = {"CONNECTORS_DELIVERIES": f"sqlite:{folder / 'first.sqlite'}"}
        try:
            stores["DynamoDB (emulator)"], variables = stack.enter_context(dynamodb())
        except ToolMissing as error:
            print(f"without DynamoDB: {error}")
        if options.java:
            stores["SQLite in memory"] = stack.enter_context(SqliteDeliveries(MEMORY))
            try:
                client, others = stack.enter_context(with_java())
            except PartMissing as error:
                parser.exit(2, f"without Java's runtime: {error}\n")
        else:
            client = stack.enter_context(engine())
        ours = {name: Contender(handler_of(store, client)) for name, store in stores.items()}
        measure(options.deliveries, {**ours, **others})
        assert not any(contender.unexpected for contender in ours.values())
        if options.java:
            print(DIFFERENCES)
        ran = needed({**variables, **first_delivery(folder, client.address)})
    return 1 if start(ran) > START_TARGET else 0


if __name__ == "__main__":
    sys.exit(main())
