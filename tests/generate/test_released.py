"""A released version of an element template never changes: models were made with it."""

import json
from pathlib import Path

import pytest

from devkit.checkout import ROOT
from devkit.cli.main import execute
from devkit.generate.derived import problems, templated
from devkit.generate.element_template.released import RELEASED, changed_without_version, release, released

ONE = {"id": "test.queue.v1", "version": 2, "name": "Queue", "properties": []}
BEFORE = json.loads(release([ONE], {}))


def found(**changes: object) -> list[str]:
    return [str(one) for one in changed_without_version([{**ONE, **changes}], BEFORE)]


def test_what_was_released_and_is_the_same_is_fine() -> None:
    assert found() == []
    assert found(**dict(reversed(ONE.items()))) == []


def test_a_change_without_a_new_version_is_found() -> None:
    assert found(name="Queues") == [
        "CurrentVersionBump: test.queue.v1: it is not what was released as version 2: say version=3 in its code"
    ]


def test_a_change_with_a_new_version_is_fine_and_an_older_version_is_not() -> None:
    assert found(name="Queues", version=3) == []
    assert found(version=1) == [
        "CurrentVersionBump: test.queue.v1: version 2 was released already, and its code says version=1"
    ]


def test_a_template_that_was_never_released_may_change() -> None:
    assert list(changed_without_version([{**ONE, "id": "test.topic.v1"}], BEFORE)) == []


def test_what_is_no_longer_made_stays_released() -> None:
    assert set(json.loads(release([{**ONE, "id": "test.topic.v1"}], BEFORE))) == {"test.queue.v1", "test.topic.v1"}


def test_our_templates_are_as_they_were_released() -> None:
    assert problems(templated(ROOT), ROOT) == []


def test_a_change_of_any_released_template_of_ours_is_found() -> None:
    before = released(ROOT)
    ours = [template for one in templated(ROOT) for template in one.templates if template["id"] in before]
    changed = [{**one, "description": f"{one['description']} Or not."} for one in ours]
    found = {str(one).split(": ")[1] for one in changed_without_version(changed, before)}
    assert found == {one["id"] for one in ours}


def test_generate_refuses_a_released_template_that_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "functions").mkdir()
    for path in (ROOT / "stack.yaml", *(ROOT / "functions").iterdir()):
        if path.name != RELEASED.name:
            (tmp_path / path.relative_to(ROOT)).symlink_to(path)
    was = {"version": 1, "sha256": "0" * 64}
    (tmp_path / RELEASED).write_text(json.dumps({"io.serverless-connectors.http-json.v1": was}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert execute(["generate", "--check"]) == 1
    assert "CurrentVersionBump: io.serverless-connectors.http-json.v1: it is not what" in capsys.readouterr().err
    assert not (tmp_path / "template.yaml").exists()
