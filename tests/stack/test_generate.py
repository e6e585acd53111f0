"""`connectors generate`: a stack of what was chosen, and a refusal for what cannot be joined."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from connector_sdk.errors import SdkError
from devkit.cli.main import execute
from devkit.generate import Choice, catalogue, template
from devkit.generate.cloudformation import read_template
from devkit.generate.join import UnusableForm, content, entries, filled

ROOT = Path(__file__).parents[2]
CFN_LINT = ROOT / ".venv-sam" / "bin" / "cfn-lint"


def resources(*only: str) -> set[str]:
    return set(read_template(template(ROOT, Choice(only)))["Resources"])


def test_a_stack_of_two_connectors_holds_them_and_what_serves_them() -> None:
    found = resources("http-json", "webhook")

    assert {"OutboundHttpJson", "InboundWebhook", "RuntimePoller", "RuntimeRedelivery", "SdkLayer"} <= found
    assert found <= set(read_template(template(ROOT))["Resources"])


def test_a_stack_without_webhooks_has_no_way_in() -> None:
    found = read_template(template(ROOT, Choice(("http-json",))))

    assert {"OutboundHttpJson", "RuntimePoller"} <= set(found["Resources"])
    assert not {"Api", "Deliveries", "Routes", "RuntimeRedelivery"} & set(found["Resources"])
    assert not {"EngineInboundSecretArn", "WebhookRate"} & set(found["Parameters"])


def test_a_stack_without_connectors_has_no_poller() -> None:
    found = read_template(template(ROOT, Choice(("webhook",))))

    assert {"InboundWebhook", "Api", "Deliveries", "RuntimeRedelivery"} <= set(found["Resources"])
    assert "RuntimePoller" not in found["Resources"]
    assert "PollerMode" not in found["Parameters"]


@pytest.mark.parametrize(
    "only",
    [("http-json", "webhook"), *(pytest.param(one, marks=pytest.mark.wide) for one in (("http-json",), ("webhook",)))],
    ids=lambda only: ",".join(only),
)
@pytest.mark.skipif(not CFN_LINT.exists(), reason="cfn-lint is not installed: make validate installs it")
def test_a_selection_is_a_valid_template(only: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(template(ROOT, Choice(only)), encoding="utf-8")

    linted = subprocess.run([CFN_LINT, file], capture_output=True, text=True, check=False)  # noqa: S603

    assert (linted.returncode, linted.stdout) == (0, "")


def test_a_choice_is_kept_until_another_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = str(tmp_path / "template.yaml")

    assert execute(["generate", "--output", file, "--only", "webhook", "--architecture", "arm64"]) == 0
    chosen = Path(file).read_text(encoding="utf-8")
    assert execute(["generate", "--output", file]) == 0
    assert Path(file).read_text(encoding="utf-8") == chosen
    assert execute(["generate", "--output", file, "--check"]) == 0
    assert read_template(chosen)["Globals"]["Function"]["Architectures"] == ["arm64"]
    assert execute(["generate", "--output", file, "--only", "all", "--architecture", "x86_64"]) == 0
    assert Path(file).read_text(encoding="utf-8") == template(ROOT)


def test_check_shows_what_is_not_up_to_date_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "template.yaml"
    stale = template(ROOT).replace("Timeout: 29", "Timeout: 3")
    file.write_text(stale, encoding="utf-8")

    assert execute(["generate", "--check", "--output", str(file)]) == 1
    shown = capsys.readouterr()
    assert "Timeout: 29" in shown.out
    assert "run `connectors generate`" in shown.err
    assert file.read_text(encoding="utf-8") == stale


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "htpp-json"], "there is no function htpp-json; choose from "),
        (["--only", "poller"], "there is no function poller"),
        (["--architecture", "mips"], "there is no architecture mips; choose x86_64 or arm64"),
    ],
)
def test_an_unknown_choice_is_refused_with_what_there_is(
    arguments: list[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)

    assert execute(["generate", "--output", str(tmp_path / "t.yaml"), *arguments]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", ""], "--only names nothing; name connectors and webhooks, such as http-json,webhook, or `all`"),
        (["--only", " , "], "--only names nothing"),
        (["--output", "no/such/t.yaml"], "there is no folder no/such for --output; make it first: mkdir -p no/such"),
        (["--output", "docs"], "--output docs is a folder; name a file in it, such as docs/template.yaml"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_next_step(
    arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    assert execute(["generate", "--check", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"connectors: {says}")


def test_generate_outside_the_project_says_where_to_run_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert execute(["generate"]) == 2
    assert "run this in the folder of the project" in capsys.readouterr().err


def test_a_function_is_found_by_its_folder() -> None:
    ids = {function.name: function.id for function in catalogue(ROOT)}

    assert ids["http-json"] == "OutboundHttpJson"
    assert ids["poller"] == "RuntimePoller"
    assert (ids["webhook"], ids["slack-webhook"]) == ("InboundWebhook", "InboundSlack")


def names_for_rest(folder: Path, **forms: str) -> Path:
    """The project with more names for the REST connector's code."""
    shutil.copytree(ROOT / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "stack.yaml", folder)
    for name, form in forms.items():
        (folder / "functions/outbound" / name).mkdir()
        (folder / "functions/outbound" / name / "function.yaml").write_text(form, encoding="utf-8")
    return folder


def test_the_same_code_is_deployed_under_names_with_roles_secrets_and_job_types_of_their_own(tmp_path: Path) -> None:
    root = names_for_rest(
        tmp_path,
        github="Code: http-json\nType: acme:github:1\nProperties:\n  MemorySize: 1024\n",
        sales_force="# its own\nCode: http_json\nType: acme:salesforce:1\n",
    )
    found = read_template(template(root))["Resources"]

    for name, public, job_type in (
        ("OutboundGithub", "github", "acme:github:1"),
        ("OutboundSalesForce", "sales-force", "acme:salesforce:1"),
    ):
        function, entry = found[name]["Properties"], found[f"{name}Entry"]["Properties"]
        assert function["Handler"] == "functions.outbound.http_json.app.handler"
        assert function["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{public}"}
        assert function["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        role = json.dumps(found[f"{name}Role"])
        assert f"secret:/${{AWS::StackName}}/{public}-??????" in role
        assert "/http-json-" not in role
        assert entry["Name"] == {"Fn::Sub": f"/${{AWS::StackName}}/connectors/{public}"}
        registered = json.loads(entry["Value"]["Fn::Sub"])
        assert (registered["function"], registered["types"]) == (f"${{{name}.Arn}}", [job_type])
        assert {"Fn::GetAtt": [name, "Arn"]} in found["RuntimePollerRole"]["Properties"]["Policies"][0][
            "PolicyDocument"
        ]["Statement"][-1]["Resource"]
    assert found["OutboundGithub"]["Properties"]["MemorySize"] == 1024
    assert json.loads(found["OutboundHttpJsonEntry"]["Properties"]["Value"]["Fn::Sub"])["types"] == [
        "io.camunda:http-json:1"
    ]


def test_two_names_for_one_job_type_are_refused(tmp_path: Path) -> None:
    root = names_for_rest(tmp_path, github="Code: http-json\n")

    with pytest.raises(
        UnusableForm, match=r"github and http-json both serve io\.camunda:http-json:1: give one of them"
    ):
        template(root)


def test_two_functions_for_one_inbound_type_are_refused(tmp_path: Path) -> None:
    root = names_for_rest(tmp_path)
    shutil.copytree(ROOT / "functions/inbound/http_polling", root / "functions/inbound/abcd_polling")
    form = root / "functions/inbound/abcd_polling/function.yaml"
    form.write_text(f"Code: http-polling\n{form.read_text(encoding='utf-8')}", encoding="utf-8")

    with pytest.raises(
        UnusableForm, match=r"abcd-polling and http-polling both serve io\.camunda:http-polling:1: give one of them"
    ):
        template(root)


def test_a_connector_and_a_kind_of_webhook_may_have_the_same_folder_name(tmp_path: Path) -> None:
    for group in ("outbound", "inbound"):
        folder = tmp_path / "functions" / group / "slack"
        folder.mkdir(parents=True)
        (folder / "function.yaml").touch()

    assert [one.name for one in catalogue(tmp_path)] == ["slack", "slack-webhook"]
    assert [one.name for one in catalogue(tmp_path, ["slack"])] == ["slack"]


def test_entries_keep_comments_with_the_key_that_follows() -> None:
    text = "# about A\nA: 1\nB:\n  # inside\n  - x\n"

    assert entries(text, "here") == {"A": "# about A\nA: 1", "B": "B:\n  # inside\n  - x"}


def test_content_moves_to_the_margin() -> None:
    assert content("# about B\nB:\n    C: 1\n      # deeper\n") == "C: 1\n  # deeper"
    assert content("With: outbound") == "outbound"


def test_a_place_alone_on_its_line_takes_many_lines_or_none() -> None:
    text = "a:\n  @many@\nb:\n  - @each@\nc: @one@\n  @none@"
    places = {"many": "x: 1\ny: 2", "each": "p\nq", "one": "1", "none": ""}

    assert filled(text, places, "here") == "a:\n  x: 1\n  y: 2\nb:\n  - p\n  - q\nc: 1"


@pytest.mark.parametrize(
    ("text", "says"),
    [("A: 1\nA: 2", "here, line 2: A is there twice"), ("A: 1\n- b", "here, line 2: neither a key nor")],
)
def test_what_cannot_be_joined_is_refused_with_its_line(text: str, says: str) -> None:
    with pytest.raises(SdkError, match=says):
        entries(text, "here")


def test_a_place_that_nobody_fills_is_refused() -> None:
    with pytest.raises(SdkError, match="here: nothing is known for @title@"):
        filled("Description: @title@", {}, "here")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (
            "# with outbuond\n# end",
            r"stack\.yaml, line 1: `# with outbuond` names no group; there are outbound, inbound",
        ),
        ("# with\n# end", "line 1: `# with` names no group"),
        ("A: 1\n  # with inbound", "line 2: `# with inbound` has no `# end`"),
        ("# with inbound\n# with outbound\n# end", "line 2: `# with outbound` is inside `# with inbound` of line 1"),
        ("# end", "line 1: `# end` without a `# with GROUP` before it"),
        ("A: 1", "has no line `  # functions`"),
    ],
)
def test_marks_that_would_drop_text_are_refused_with_their_line(lines: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "stack.yaml").write_text(f"{lines}\n", encoding="utf-8")

    with pytest.raises(UnusableForm, match=says):
        template(tmp_path)


@pytest.mark.parametrize("form", ["Properties:\n  Timeout: 1\n", "With: webhooks\n", "With:\n"])
def test_a_runtime_function_that_serves_no_group_is_refused(form: str, tmp_path: Path) -> None:
    folder = tmp_path / "functions" / "runtime" / "sweeper"
    folder.mkdir(parents=True)
    (folder / "function.yaml").write_text(form, encoding="utf-8")

    with pytest.raises(UnusableForm, match=r"functions/runtime/sweeper/function\.yaml: `With: \w*` names no group"):
        template(tmp_path)
