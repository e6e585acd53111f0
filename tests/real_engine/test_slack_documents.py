"""Slack's templates 10 to 13 fill `data.documents` with an expression on what stands beside it in `data`."""

from collections.abc import Iterator

import pytest

from connector_sdk.engine_client import EngineClient
from devkit.modeler import HeadlessModeler, ModelerUnavailable
from devkit.testing.official import OfficialBench, OfficialTask, tasks
from tests.real_engine.conftest import AnyEngine

TYPE = "io.camunda:slack:1"
CHOSEN = {
    "method": "chat.postMessage",
    "data.data_documents_documentMode": "single",
    "data.data_documents_single_documentSource": "inline",
}
KNOWN = {
    "token": "t",
    "data.channel": "#random",
    "data.text": "Order 7",
    "data.data_documents_single_inline_content": "inside",
    "data.data_documents_single_inline_fileName": "a.txt",
    "data.data_documents_single_inline_contentType": "text/plain",
}
DOCUMENT = {"camunda.document.type": "inline", "content": "inside", "name": "a.txt", "contentType": "text/plain"}
TASKS = {
    task.template["version"]: task
    for task in tasks(TYPE)
    if task.fill == "required"
    and task.chosen("data.messageType") == "plainText"
    and all(task.chosen(name) == value for name, value in CHOSEN.items())
}


@pytest.fixture(scope="module")
def modeler() -> Iterator[HeadlessModeler]:
    try:
        found = HeadlessModeler()
    except ModelerUnavailable as reason:
        pytest.skip(str(reason))
    with found:
        yield found


def test_there_are_such_templates() -> None:
    assert sorted(TASKS) == [10, 11, 12, 13]


@pytest.mark.parametrize(("version", "documents"), [(10, [DOCUMENT]), (11, [DOCUMENT]), (12, None), (13, None)])
def test_the_expression_sees_its_neighbours_but_nothing_by_the_name_of_the_object_that_they_are_in(
    version: int, documents: object, any_engine: AnyEngine, modeler: HeadlessModeler
) -> None:
    job = posted(TASKS[version], EngineClient(any_engine.address), modeler)

    assert job["data_documents_single_inline_content"] == "inside"
    assert job["documents"] == documents


def posted(task: OfficialTask, engine: EngineClient, modeler: HeadlessModeler) -> dict[str, object]:
    """`data` of the job that the engine hands out."""
    filled = OfficialBench(modeler, engine).apply(task, KNOWN)
    engine.deploy([(f"{filled.process}.bpmn", filled.xml.encode())])
    engine.create_instance(process_definition_id=filled.process)
    [job] = engine.activate_jobs(TYPE, max_jobs=1, timeout_ms=60_000, worker="test", request_timeout_ms=10_000)
    engine.close()
    found: dict[str, object] = job.variables["data"]
    return found
