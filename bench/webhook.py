"""How many webhooks a function takes in: `python bench/webhook.py`.

A delivery signed as GitHub does it, in process, through the handler that Lambda runs: verified, recorded, mapped,
published to an engine that answers at once (a process of its own), its end written down. SQLite in a file and DynamoDB
(the emulator's, if it is installed) take turns. Then what the start of the function imports, beside its floor: the
modules of which that delivery runs something, and all that define no functions.
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
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

from connector_sdk.aws_endpoint import AwsEndpoint
from connector_sdk.engine_client import DeployedProcess, EngineClient
from connector_sdk.inbound import InboundElement, Routes, WebhookRequest, WebhookServices, handler_for
from connector_sdk.inbound.signatures import SCHEMES
from connector_sdk.secrets import EnvironmentSecrets
from connector_sdk.settings import Settings
from connector_sdk.stores import Deliveries
from connector_sdk.stores.dynamodb import DynamoDbDeliveries
from connector_sdk.stores.routes import RoutedProcess
from connector_sdk.stores.sqlite import SqliteDeliveries
from devkit.checkout import ROOT, ToolMissing
from devkit.generate.cloudformation import read_template
from devkit.testing.emulator import emulator
from functions.inbound.webhook.app import handler as webhook

DELIVERIES = 1_000
WARM_UP = 100
NEW = 10**9
"""The number of a delivery that nobody has sent before."""
STARTS = 15
START_TARGET = 1.25
OWN = ("connector_sdk", "functions")
APP = "functions.inbound.webhook.app, connector_sdk.inbound.deployed"
SECRET = "a-secret-that-both-sides-know"  # noqa: S105 - of the bench
ENGINE = """
import socket, threading
answer = b'{"messageKey": "2251799813685250", "tenantId": "<default>"}'
head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
answer = head % len(answer) + answer
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)

def serve(connection):
    received = b""
    while part := connection.recv(65536):
        received += part
        head, end, body = received.partition(b"\\r\\n\\r\\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\\r\\n")[0] or 0)
        if end and len(body) >= length:
            received = body[length:]
            connection.sendall(answer)

while True:
    connection, _ = listening.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
"""
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

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


@contextmanager
def engine() -> Iterator[EngineClient]:
    """A client of an engine that takes every message at once."""
    process = subprocess.Popen([sys.executable, "-c", ENGINE], stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert process.stdout is not None
    try:
        with closing(EngineClient(f"http://127.0.0.1:{process.stdout.readline().strip()}")) as client:
            yield client
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


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


def milliseconds(handler: Handler, event: Mapping[str, Any]) -> tuple[float, float]:
    """Time and CPU of one delivery."""
    begin, cpu = perf_counter(), process_time()
    answer = handler(event, None)
    taken = (perf_counter() - begin) * 1000, (process_time() - cpu) * 1000
    assert answer["statusCode"] == 200, answer
    return taken


def measure(count: int, stores: Mapping[str, Deliveries], client: EngineClient) -> None:
    """Print a line for each store; stores take turns, so that all see the same machine."""
    handlers = {name: handler_of(store, client) for name, store in stores.items()}
    sent = events()
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in handlers}
    for _ in range(WARM_UP + count):
        event = next(sent)
        for name, handler in handlers.items():
            found[name].append(milliseconds(handler, event))
    print(f"{'one after the other':24}{'a second':>10}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms':>10}")
    for name, all_taken in found.items():
        taken = all_taken[WARM_UP:]
        times = [time for time, _ in taken]
        cpu = median(cpu for _, cpu in taken)
        rate, p99 = 1000 * len(times) / sum(times), quantiles(times, n=100)[98]
        print(f"{name:24}{rate:10.0f}{median(times):10.2f}{p99:10.2f}{cpu:10.2f}")


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
    count = parser.parse_args().deliveries
    print(f"Python {platform.python_version()}, {platform.machine()}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        client = stack.enter_context(engine())
        stores: dict[str, Deliveries] = {"SQLite": stack.enter_context(SqliteDeliveries(folder / "deliveries.sqlite"))}
        variables: Mapping[str, str] = {"CONNECTORS_DELIVERIES": f"sqlite:{folder / 'first.sqlite'}"}
        try:
            stores["DynamoDB (emulator)"], variables = stack.enter_context(dynamodb())
        except ToolMissing as error:
            print(f"without DynamoDB: {error}")
        measure(count, stores, client)
        routed = RoutedProcess(
            ELEMENT.process_definition_id, 1, PROCESS.key, PROCESS.tenant_id, 0, (ELEMENT.to_json(),)
        )
        (folder / "routes.json").write_text(json.dumps([routed.to_json()]))
        own = {"CAMUNDA_REST_ADDRESS": client.address, "CONNECTORS_ROUTES": f"file:{folder / 'routes.json'}"}
        ran = needed({**variables, **own, "SECRET_HOOK": SECRET})
    return 1 if start(ran) > START_TARGET else 0


if __name__ == "__main__":
    sys.exit(main())
