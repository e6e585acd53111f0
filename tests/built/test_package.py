"""What is deployed: complete, compiled, for the right processor, and nothing in it that does not belong there."""

import io
import json
import platform
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from devkit.checkout import ROOT, tool
from devkit.generate import Choice, FunctionFolder, catalogue
from devkit.host import FunctionHost, built
from devkit.host.surroundings import surroundings
from devkit.package import check
from devkit.package.__main__ import main
from devkit.testing.emulator import MACHINES
from tests.built.conftest import LAYER, make, python
from tests.host.test_events import EXPECTED, essence

FUNCTIONS = catalogue(ROOT)
ARCHITECTURE = Choice.of((ROOT / "template.yaml").read_text(encoding="utf-8")).architecture
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[ARCHITECTURE]
LARGEST_LAYER_BYTES = 10_000_000
INBOUND = (
    *("boto3", "pydantic", "sqlite3", "asyncio", "cryptography", "jwt", "xml", "devkit"),
    *("connector_sdk.outbound", "connector_sdk.binding", "connector_sdk.bpmn", "connector_sdk.documents"),
)
SUBSCRIBED = (*INBOUND, "connector_sdk.inbound.webhook", "connector_sdk.inbound.delivering")
FORBIDDEN = {
    "outbound": ("boto3", "connector_sdk.engine_client", "connector_sdk.inbound", "devkit"),
    "inbound": INBOUND,
    "email-polling": SUBSCRIBED,
    "kafka-subscription": (*SUBSCRIBED, "fastavro"),
    "rabbitmq-subscription": SUBSCRIBED,
    "sqs-subscription": SUBSCRIBED,
    "runtime": ("boto3", "pydantic", "connector_sdk.outbound", "devkit"),
    "messages": ("boto3", "connector_sdk.inbound", "devkit"),
    # It polls as REST tasks call: with the same client and the same checks of what a model says.
    "http-polling": (
        *("boto3", "sqlite3", "asyncio", "cryptography", "jwt", "xml", "devkit"),
        *("connector_sdk.outbound", "connector_sdk.bpmn", "connector_sdk.inbound.webhook"),
    ),
}
"""What a function does not import when it starts, by group, or its own: each costs a cold start, or is
not its business."""


def own_libraries(function: FunctionFolder) -> bool:
    """Whether a function has libraries beside the layer's."""
    return (function.path / "requirements.txt").is_file()


START = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import importlib, json
module, _, handler = sys.argv[3].rpartition(".")
assert callable(getattr(importlib.import_module(module), handler))
print(json.dumps(sorted(sys.modules)))
"""


def test_a_build_may_be_deployed(build: Path) -> None:
    assert check(build, ARCHITECTURE) == []


def test_the_same_build_may_not_be_deployed_for_another_processor(
    build: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(build), "--architecture", OTHER]) == 1
    assert re.search(rf"_pydantic_core\S+\.so: is not for {OTHER}", capsys.readouterr().err)


def test_a_layer_for_arm64_holds_only_libraries_for_arm64(tmp_path: Path) -> None:
    python()
    layer = tmp_path / LAYER
    make(ROOT / "layers" / "sdk", LAYER, layer, "ARCH=arm64")

    libraries = list(layer.rglob("*.so"))

    assert libraries
    assert {library.read_bytes()[18] for library in libraries} == {0xB7}


def test_a_second_name_is_built_from_the_code_that_it_names(tmp_path: Path) -> None:
    python()
    for name in ("Makefile", "deploy.mk", "engine.mk", "template.yaml", "scripts", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "functions", tmp_path / "functions")
    (tmp_path / "functions/outbound/git_hub").mkdir()
    (tmp_path / "functions/outbound/git_hub/function.yaml").write_text("Code: http-json\nType: acme:github:1\n")

    for name in ("OutboundHttpJson", "OutboundGitHub"):
        make(tmp_path, name, tmp_path / "build" / name)

    same, second = (
        sorted(path.relative_to(tmp_path / "build" / name) for path in (tmp_path / "build" / name).rglob("*"))
        for name in ("OutboundHttpJson", "OutboundGitHub")
    )
    assert Path("functions/outbound/http_json/app.py") in second
    assert same == second


@pytest.mark.parametrize("function", [one for one in FUNCTIONS if own_libraries(one)], ids=lambda one: one.name)
def test_a_functions_own_libraries_are_there_for_arm64(function: FunctionFolder, tmp_path: Path) -> None:
    python()
    make(ROOT, function.id, tmp_path / function.id, "ARCH=arm64")

    libraries = list(tmp_path.rglob("*.so*"))

    assert {library.read_bytes()[18] for library in libraries} <= {0xB7}
    assert packages(tmp_path / function.id) != set()


def test_a_library_is_only_in_the_functions_that_name_it(build: Path) -> None:
    layer = packages(build / LAYER / "python")
    held = {function.name: packages(build / function.id) for function in FUNCTIONS}

    assert {name: found & layer for name, found in held.items() if found & layer} == {}
    assert {name for name, found in held.items() if found} == {one.name for one in FUNCTIONS if own_libraries(one)}


def packages(folder: Path) -> set[str]:
    """The third-party packages and modules in an artifact."""
    own = {"functions", "connector_sdk", "__pycache__"}
    return {path.name for path in folder.iterdir() if path.name not in own and not path.name.endswith(".dist-info")}


def test_the_layer_is_compiled_for_reading_where_it_will_be(build: Path) -> None:
    compiled = build / LAYER / "python/connector_sdk/feel/__pycache__/expression.cpython-313.pyc"

    content = compiled.read_bytes()

    assert int.from_bytes(content[4:8], "little") == 0b01  # by hash, never checked: a zip's times differ
    assert b"/opt/python/connector_sdk/feel/expression.py" in content


def test_the_layer_is_small_enough(build: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((build / LAYER).rglob("*")):
            archive.write(path, path.relative_to(build / LAYER))

    assert packed.tell() <= LARGEST_LAYER_BYTES


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_a_function_holds_its_own_folder_only(build: Path, function: FunctionFolder) -> None:
    folder = build / function.id
    own = Path("functions") / function.group / function.folder

    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    code = [path for path in files if path.parts[0] == "functions"]

    assert own / "app.py" in code
    assert [path for path in code if own not in path.parents] == []
    assert {path.suffix for path in code} == {".py", ".pyc"}
    assert code == files or own_libraries(function)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_a_function_starts_with_only_what_it_ships(build: Path, function: FunctionFolder) -> None:
    handler = f"functions.{function.group}.{function.folder}.app.handler"
    arguments = [str(build / function.id), str(build / LAYER / "python"), handler]

    started = subprocess.run(  # noqa: S603
        [python(), "-I", "-S", "-B", "-c", START, *arguments], capture_output=True, text=True, check=False, env={}
    )

    assert started.returncode == 0, started.stderr
    loaded = set(json.loads(started.stdout))
    assert loaded.isdisjoint(FORBIDDEN.get(function.name, FORBIDDEN[function.group]))


def test_a_missing_build_is_not_deployed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--architecture", ARCHITECTURE]) == 1
    assert "there is no finished build" in capsys.readouterr().err


@pytest.mark.parametrize("template", [b"\xff\xfe\x00", b"Resources: {"])
def test_a_template_that_cannot_be_read_is_not_deployed(template: bytes, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_bytes(template)

    assert re.search(r": there is no finished build \(\w+Error\)$", found(tmp_path)[0])


@pytest.mark.parametrize(
    "template",
    [
        "",
        "just words",
        "[]",
        "Resources:",
        "Resources: []",
        "Resources: {OutboundHttpJson: }",
        "Resources: {Api: {Type: AWS::ApiGatewayV2::Api}}",
        "Resources: {OutboundHttpJson: {Type: [AWS::Serverless::Function]}}",
    ],
)
def test_a_template_without_anything_built_is_not_deployed(template: str, tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(template, encoding="utf-8")

    assert found(tmp_path) == [f"{tmp_path}: there is no finished build (template.yaml has no functions and no layer)"]


@pytest.mark.parametrize("properties", ["", "Properties:", "Properties: {Handler: [app]}"])
def test_a_function_without_a_handler_is_not_deployed(properties: str, tmp_path: Path) -> None:
    (tmp_path / "OutboundHttpJson").mkdir()
    (tmp_path / "template.yaml").write_text(
        f"Resources: {{OutboundHttpJson: {{Type: 'AWS::Serverless::Function', {properties}}}}}", encoding="utf-8"
    )

    assert [line.partition(" handler ")[0] for line in found(tmp_path)] == ["OutboundHttpJson: does not hold its"]


def small(build: Path, folder: Path) -> Path:
    """One function and an empty layer of a build, to be broken."""
    (folder / LAYER / "python" / "connector_sdk").mkdir(parents=True)
    shutil.copytree(build / "InboundWebhook", folder / "InboundWebhook")
    (folder / "template.yaml").write_text(
        json.dumps(
            {
                "Resources": {
                    LAYER: {"Type": "AWS::Serverless::LayerVersion", "Properties": {}},
                    "InboundWebhook": {
                        "Type": "AWS::Serverless::Function",
                        "Properties": {"Handler": "functions.inbound.webhook.app.handler"},
                    },
                }
            }
        ),
        encoding="utf-8",
    )
    return folder


def found(build: Path) -> list[str]:
    return [f"{finding.where}: {finding.what}" for finding in check(build, ARCHITECTURE)]


def test_what_does_not_belong_into_a_function_is_found(build: Path, tmp_path: Path) -> None:
    folder = small(build, tmp_path)
    function = folder / "InboundWebhook"
    assert found(folder) == []

    (function / ".venv").mkdir()
    (function / "functions/outbound/http_json").mkdir(parents=True)
    (function / "functions/inbound/webhook/function.yaml").touch()
    (function / "functions/inbound/webhook/new.py").touch()

    assert found(folder) == [
        "InboundWebhook: holds another function: functions/outbound/http_json",
        "InboundWebhook: holds .venv, which does not belong into a function",
        "InboundWebhook: holds function.yaml, which only the build needs",
        "InboundWebhook/functions/inbound/webhook/new.py: has no .pyc of cpython-313",
    ]


def test_what_is_missing_from_a_build_is_found(build: Path, tmp_path: Path) -> None:
    folder = small(build, tmp_path)
    (folder / "InboundWebhook/functions/inbound/webhook/app.py").unlink()
    shutil.rmtree(folder / LAYER)

    assert found(folder) == [
        "SdkLayer: was not built",
        "InboundWebhook: does not hold its handler functions.inbound.webhook.app.handler",
    ]


@pytest.mark.parametrize("name", ["http-json", "webhook", "slack-webhook", "sns-webhook"])
def test_every_event_ends_in_the_built_function_as_in_its_source(build: Path, name: str) -> None:
    if MACHINES.get(platform.machine().lower()) != ARCHITECTURE:
        pytest.skip("the template is for another processor than this machine's")
    function = built(build)[name]
    with (
        surroundings(function) as variables,
        FunctionHost({name: replace(function, variables=variables)}, python=tool("lambda") / "python") as host,
    ):
        files = sorted((ROOT / "events" / name).glob("*.json"))
        answers = {f"{name}/{file.stem}": host.invoke(name, file.read_bytes()) for file in files}

    ended = {event: essence(json.loads(answer.content)) for event, answer in answers.items()}
    assert ended == {event: expected for event, expected in EXPECTED.items() if event.startswith(f"{name}/")}
