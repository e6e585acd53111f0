"""`connectors run`, as a process of its own: what it serves, what it refuses, how it ends."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.job import Job
from devkit.cli.main import execute
from devkit.cli.run_output import Screen
from devkit.demo import catalogue, github
from devkit.testing.command_line import RunningCommand, connectors
from functions.runtime.poller.commands import Result
from functions.runtime.poller.finished import Finished
from tests.cli.test_subscriptions_command import POLLING

EXAMPLE = Path(__file__).parents[2] / "examples/github-issue/github-issue.bpmn"
SECRETS = {
    "SECRET_GITHUB_WEBHOOK_SECRET": github.SECRET,
    "SECRET_CATALOGUE_URL": "http://127.0.0.1:9",
    "SECRET_CATALOGUE_TOKEN": catalogue.TOKEN,
}


Refused = Callable[[list[str], Mapping[str, str]], str]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must not start, with these variables only; gives back its one sentence."""

    def run(arguments: list[str], variables: Mapping[str, str]) -> str:
        monkeypatch.setattr("os.environ", dict(variables))
        assert execute(arguments) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.startswith("connectors: ")
        assert captured.err.count("\n") == 1
        return captured.err.removeprefix("connectors: ").rstrip("\n")

    return run


@pytest.fixture
def api() -> Iterator[catalogue.Catalogue]:
    with catalogue.Catalogue() as running:
        yield running


@pytest.fixture
def runtime(api: catalogue.Catalogue, tmp_path: Path) -> Iterator[RunningCommand]:
    variables = SECRETS | {"SECRET_CATALOGUE_URL": api.address, "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1"}
    with connectors("run", str(EXAMPLE), "--port", "0", "--json", variables=variables, folder=tmp_path) as command:
        yield command


def test_without_an_address_it_brings_its_own_engine_and_prints_the_webhook_url(
    runtime: RunningCommand, tmp_path: Path
) -> None:
    ready = runtime.event("ready")

    assert [(one["processDefinitionId"], one["processDefinitionVersion"]) for one in ready["deployed"]] == [
        ("github-issue", 1)
    ]
    assert [(one["url"].split("/", 3)[3], one["elementId"]) for one in ready["webhooks"]] == [
        ("inbound/github-issues", "issue_opened")
    ]
    assert "io.camunda:http-json:1" in ready["types"]
    assert ready["unserved"] == []
    assert list(tmp_path.iterdir()) == []


def test_a_second_run_with_an_engine_of_its_own_takes_a_repeated_delivery_as_new(
    api: catalogue.Catalogue, tmp_path: Path
) -> None:
    variables = SECRETS | {"SECRET_CATALOGUE_URL": api.address, "CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1"}
    opened = github.issue_opened("acme/webshop", 42, "Checkout hangs", delivery="delivery-42")
    for _ in range(2):
        with connectors("run", str(EXAMPLE), "--port", "0", "--json", variables=variables, folder=tmp_path) as command:
            github.send(opened, command.event("ready")["webhooks"][0]["url"])
            assert command.event("job")["elementId"] == "find_owner"


def test_a_deliveries_file_with_an_engine_that_forgets_is_said(tmp_path: Path) -> None:
    arguments = ("run", str(EXAMPLE), "--port", "0", "--json", "--deliveries", "kept.sqlite")
    with connectors(*arguments, variables=SECRETS, folder=tmp_path) as command:
        assert command.event("notice")["text"] == (
            "kept.sqlite keeps deliveries, and the development engine forgets: what was delivered in an earlier run "
            "is answered as a repeat and starts nothing"
        )
    assert (tmp_path / "kept.sqlite").is_file()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_gracefully(runtime: RunningCommand, number: signal.Signals) -> None:
    runtime.event("ready")

    assert runtime.stop(number) == 0
    assert runtime.event("stopped") == {"event": "stopped", "counts": {}}
    assert runtime.problems == ""


def test_a_repeated_delivery_starts_one_instance_and_a_ping_starts_none(
    runtime: RunningCommand, api: catalogue.Catalogue
) -> None:
    url = runtime.event("ready")["webhooks"][0]["url"]
    opened = github.issue_opened("acme/webshop", 42, "Checkout hangs", delivery="delivery-42")
    ping = github.Webhook({**opened.headers, "X-GitHub-Event": "ping", "X-GitHub-Delivery": "ping"}, opened.body)

    first, again = github.send(opened, url), github.send(opened, url)
    assert (first.status, again.status, again.body) == (202, 202, first.body)
    assert github.send(ping, url).status == 200
    assert [runtime.event("job")["elementId"] for _ in range(2)] == ["find_owner", "open_ticket"]
    assert runtime.stop() == 0
    assert runtime.event("stopped")["counts"] == {"completed": 2}
    assert len(api.tickets) == 1


def test_the_public_address_stands_in_the_printed_url(tmp_path: Path) -> None:
    arguments = ("run", str(EXAMPLE), "--port", "0", "--public-address", "https://hooks.example.com/")
    with connectors(*arguments, "--json", variables=SECRETS, folder=tmp_path) as command:
        assert command.event("ready")["webhooks"] == [
            {"url": "https://hooks.example.com/inbound/github-issues", "elementId": "issue_opened"}
        ]


def test_types_that_nothing_here_serves_are_named(tmp_path: Path) -> None:
    model = tmp_path / "other.bpmn"
    xml = EXAMPLE.read_bytes().replace(b"io.camunda:http-json:1", b"io.acme:weather:1", 1)
    model.write_bytes(xml.replace(b"io.camunda:webhook:1", b"io.acme:chat-webhook:1"))
    with connectors("run", str(model), "--port", "0", "--json", variables=SECRETS, folder=tmp_path) as command:
        ready = command.event("ready")
        assert ready["unserved"] == ["io.acme:chat-webhook:1", "io.acme:weather:1"]
        assert ready["webhooks"] == []


def test_a_second_process_on_a_path_is_told_who_has_it(tmp_path: Path) -> None:
    second = tmp_path / "second.bpmn"
    second.write_bytes(EXAMPLE.read_bytes().replace(b'id="github-issue"', b'id="second"'))
    arguments = ("run", str(EXAMPLE), str(second), "--port", "0", "--json")
    with connectors(*arguments, variables=SECRETS, folder=tmp_path) as command:
        ready = command.event("ready")
        (waiting,) = ready["waiting"]
        assert (waiting["url"], waiting["elementId"]) == (ready["webhooks"][0]["url"], "issue_opened")
        names = {waiting["processDefinitionId"], waiting["takenBy"]["processDefinitionId"]}
        assert names == {"github-issue", "second"}


def test_a_poll_is_listed(tmp_path: Path) -> None:
    model = tmp_path / "orders.bpmn"
    model.write_text(POLLING.format(process="orders", interval="PT1M"), encoding="utf-8")

    with connectors("run", str(model), "--port", "0", "--json", variables=SECRETS, folder=tmp_path) as command:
        assert command.event("ready")["polls"] == [{"processDefinitionId": "orders", "elementId": "paid"}]


def test_a_path_that_no_url_holds_is_refused(tmp_path: Path, refused: Refused) -> None:
    model = tmp_path / "path.bpmn"
    model.write_bytes(EXAMPLE.read_bytes().replace(b'value="github-issues"', 'value="or ders/ü?"'.encode()))

    assert refused(["run", str(model), "--port", "0"], SECRETS) == (
        "issue_opened in path.bpmn cannot be served: its path 'or ders/ü?' is not what a URL can hold; give its "
        "Webhook ID (inbound.context) letters, digits, `-`, `_`, `.` or `~` only"
    )


def test_everything_that_cannot_be_served_is_named_at_once(tmp_path: Path, refused: Refused) -> None:
    hook = b'value="github-issues"'
    for name, path in {"one": b"or ders", "two": b"re turns"}.items():
        (tmp_path / f"{name}.bpmn").write_bytes(
            EXAMPLE.read_bytes()
            .replace(hook, b'value="' + path + b'"')
            .replace(b'id="github-issue"', f'id="{name}"'.encode())
        )

    said = refused(["run", *(str(tmp_path / f"{name}.bpmn") for name in ("one", "two")), "--port", "0"], SECRETS)

    assert "issue_opened in one.bpmn cannot be served: its path 'or ders'" in said
    assert "; issue_opened in two.bpmn cannot be served: its path 're turns'" in said


def test_a_public_address_that_is_none_is_refused(refused: Refused) -> None:
    assert refused(["run", str(EXAMPLE), "--port", "0", "--public-address", "foo"], SECRETS) == (
        "--public-address should be an http:// or https:// address, such as https://hooks.example.com"
    )


def test_webhooks_are_shown_with_what_happened(runtime: RunningCommand) -> None:
    url = runtime.event("ready")["webhooks"][0]["url"]
    opened = github.issue_opened("acme/webshop", 42, "Checkout hangs", delivery="delivery-42")
    forged = github.issue_opened("acme/webshop", 41, "Forged", delivery="forged", secret=github.GUESS)
    ping = github.Webhook({**opened.headers, "X-GitHub-Event": "ping", "X-GitHub-Delivery": "ping"}, opened.body)

    for sent, shown in [
        (forged, (401, "Reason: INVALID_SIGNATURE. Details: HMAC signature check didn't pass")),
        (opened, (202, "published")),
        (opened, (202, "a repeat, answered as before")),
        (ping, (200, "no element wants it")),
    ]:
        github.send(sent, url)
        event = runtime.event("webhook")
        assert (event["path"], event["status"], event["happened"]) == ("/inbound/github-issues", *shown)


def test_a_failed_job_says_how_many_tries_are_left(tmp_path: Path) -> None:
    variables = SECRETS | {"CONNECTORS_ALLOW_ADDRESSES": "127.0.0.1"}
    with connectors("run", str(EXAMPLE), "--port", "0", "--json", variables=variables, folder=tmp_path) as command:
        url = command.event("ready")["webhooks"][0]["url"]
        github.send(github.issue_opened("acme/webshop", 42, "Checkout hangs", delivery="delivery-42"), url)
        failed = command.event("job")
        assert (failed["outcome"], failed["result"]) == ("failed", "taken")
        assert (failed["retriesLeft"], failed["incident"]) == (2, False)


def test_incidents_that_the_engine_raises_before_there_is_a_job_are_shown(tmp_path: Path) -> None:
    model = tmp_path / "incident.bpmn"
    model.write_bytes(EXAMPLE.read_bytes().replace(b'retries="3"', b'retries="=&#34;many&#34;"'))
    with connectors("run", str(model), "--port", "0", "--json", variables=SECRETS, folder=tmp_path) as command:
        url = command.event("ready")["webhooks"][0]["url"]
        github.send(github.issue_opened("acme/webshop", 42, "Checkout hangs", delivery="delivery-42"), url)
        incident = command.event("incident")
        assert (incident["elementId"], incident["errorType"]) == ("find_owner", "EXTRACT_VALUE_ERROR")


def test_a_missing_secret_is_named_with_the_variable_to_set(refused: Refused) -> None:
    assert refused(["run", str(EXAMPLE)], {key: SECRETS[key] for key in SECRETS if "TOKEN" not in key}) == (
        "secrets are missing: CATALOGUE_TOKEN (find_owner in github-issue.bpmn); "
        "set them in the environment: export SECRET_CATALOGUE_TOKEN=…"
    )


def test_a_broken_file_is_named_with_its_line(tmp_path: Path, refused: Refused) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<bpmn:definitions", encoding="utf-8")

    sentence = refused(["run", str(broken)], {})
    assert sentence.startswith(f"{broken}: line 1: ")
    assert sentence.endswith("; correct it in Camunda Modeler and save it again")


def test_a_file_that_is_not_there_is_named(refused: Refused) -> None:
    assert refused(["run", "absent.bpmn"], {}) == (
        "absent.bpmn cannot be read: No such file or directory; name BPMN files that exist"
    )


def test_a_model_that_the_engine_refuses_says_why(tmp_path: Path, refused: Refused) -> None:
    model = tmp_path / "unsupported.bpmn"
    model.write_bytes(EXAMPLE.read_bytes().replace(b'sourceRef="find_owner"', b'sourceRef="nowhere"'))

    assert refused(["run", str(model), "--port", "0"], SECRETS) == (
        f"{model}: line 20: sourceRef 'nowhere' of sequence flow 'to_open_ticket' names no element of its process; "
        "correct it in Camunda Modeler and save it again"
    )


def test_an_engine_that_does_not_answer_is_named(refused: Refused) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}"
    sentence = refused(["run", str(EXAMPLE), "--port", "0"], SECRETS | {"CAMUNDA_REST_ADDRESS": address})

    assert sentence.startswith(f"no answer from the engine at {address}")
    assert sentence.endswith("is it running, and does CAMUNDA_REST_ADDRESS name it?")


@pytest.mark.parametrize(
    ("answer", "status", "step"),
    [
        ("[]", 200, "CAMUNDA_REST_ADDRESS has to name the engine's REST API"),
        ('{"hello": "world"}', 200, "CAMUNDA_REST_ADDRESS has to name the engine's REST API"),
        (
            "{}",
            401,
            "CAMUNDA_AUTH_STRATEGY (NONE, BASIC, OAUTH) and the variables of its login have to fit the engine",
        ),
    ],
)
def test_what_is_no_engine_or_wants_a_login_gives_the_variable_to_set(
    httpserver: HTTPServer, refused: Refused, answer: str, status: int, step: str
) -> None:
    httpserver.expect_request("/v2/topology").respond_with_data(answer, status, content_type="application/json")
    variables = SECRETS | {"CAMUNDA_REST_ADDRESS": httpserver.url_for("/")}

    assert refused(["run", str(EXAMPLE), "--port", "0"], variables).endswith(f"; {step}")


def test_a_file_that_cannot_keep_deliveries_is_named(tmp_path: Path, refused: Refused) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("no database at all, whatever its name says", encoding="utf-8")
    for file in (text, tmp_path / "absent" / "deliveries.sqlite"):
        sentence = refused(["run", str(EXAMPLE), "--port", "0", "--deliveries", str(file)], SECRETS)
        assert sentence.startswith(f"{file} cannot keep deliveries: ")
        assert sentence.endswith("; name another file with --deliveries, in a folder that exists")


def test_a_setting_that_cannot_be_read_is_named(refused: Refused) -> None:
    assert refused(["run", str(EXAMPLE)], {"CAMUNDA_REST_ADDRESS": "localhost:8080"}) == (
        "CAMUNDA_REST_ADDRESS is not readable: it should hold an http:// or https:// address; "
        "set it in the environment and try again"
    )


@pytest.mark.parametrize("command", [["run", str(EXAMPLE)], ["engine"]])
def test_a_port_in_use_is_named_with_the_option_that_changes_it(command: list[str], refused: Refused) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused([*command, "--port", str(port)], SECRETS) == (
            f"port {port} on 127.0.0.1 is in use; stop what listens there, or choose another with --port (0: any)"
        )


def test_a_completion_that_came_too_late_is_not_shown_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().finished(Finished(Job("7", "t"), "http-json", "completed", "", Result.GONE))

    assert "completed, too late: the engine had ended the job or given it to another worker" in capsys.readouterr().out
