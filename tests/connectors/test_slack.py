"""Slack: every official template, and the same requests as Slack's own SDK for Python."""

from __future__ import annotations

import json
import subprocess
from itertools import islice
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from connector_sdk.job import Job
from connector_sdk.outcome import Complete, Fail, Outcome
from devkit.checkout import ToolMissing, tool
from devkit.testing.official import OfficialBench, OfficialTask
from functions.outbound.slack import api
from functions.outbound.slack.app import handler
from tests.connectors.official import official
from tests.connectors.slack_api import TOKEN, Slack

TYPE = "io.camunda:slack:1"
DOCUMENTS = "data.data_documents_documentMode"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Order 7*"}}]
INLINE = {"camunda.document.type": "inline", "content": "inside", "name": "a b.txt", "contentType": "text/plain"}


@pytest.fixture
def slack(httpserver: HTTPServer) -> Slack:
    found = Slack(httpserver)
    found.start()
    return found


def run(slack: Slack, method: str, data: dict[str, Any], **variables: Any) -> Outcome:
    given = {"token": "{{secrets.TOKEN}}", "method": method, "data": data, **variables}
    return handler.run(Job("1", TYPE, 3, {"resultVariable": "answer"}, given), slack.services)


def has_documents(task: OfficialTask) -> bool:
    return task.chosen(DOCUMENTS) not in (None, "none")


# With documents, what is only required differs in nothing that is worth another run.
@pytest.mark.parametrize("task", official(TYPE, rare=lambda task: has_documents(task) and task.fill == "required"))
def test_an_official_template_makes_its_call(task: OfficialTask, bench: OfficialBench, slack: Slack) -> None:
    document = slack.server.url_for("/document")
    known = {
        "token": "{{secrets.TOKEN}}",
        "data.channel": "#random",
        "data.thread": "1.2",
        "data.text": "Order 7",
        "data.blockContent": BLOCKS,
        "data.newChannelName": "orders",
        "data.channelName": "random",
        "data.channelId": '="C1"',
        "data.users": "U5",
        "data.emoji": "eyes",
        "data.timestamp": "1.2",
        "data.documents": "=[" + json.dumps(INLINE) + "]",
        "data.data_documents_single_camundaReference": "=" + json.dumps(INLINE),
        "data.data_documents_single_inline_content": "inside",
        "data.data_documents_single_inline_fileName": "a b.txt",
        "data.data_documents_single_inline_contentType": "text/plain",
        "data.data_documents_single_external_url": document,
        "data.data_documents_single_external_fileName": "a b.txt",
        "data.data_documents_multiple_expression": "=[" + json.dumps(INLINE) + "]",
    }
    ran = bench.run(bench.apply(task, known), handler, slack.services)

    assert (ran.outcome["command"], ran.state) == ("completion", "COMPLETED"), ran.outcome
    assert slack.asked[-1].method == task.chosen("method")
    assert {one.token for one in slack.asked} == {TOKEN}
    assert slack.asked[-1].content == expected(task, ran.job)
    outside = task.chosen("data.data_documents_single_documentSource") == "external"
    assert slack.files == ([b"from outside" if outside else b"inside"] if sends_a_file(task, ran.job) else [])
    if task.fill == "all":
        assert json.loads(ran.variables["answer"]).keys() == RETURNED[str(task.chosen("method"))]


def sends_a_file(task: OfficialTask, job: Job) -> bool:
    """Older templates have one input for documents, newer ones a choice, and an expression on it.

    Engines that build `data` as one FEEL context, as Zeebe 8.6 and ours do, see nothing of it in that expression.
    """
    if has_documents(task):
        return bool(job.variables["data"]["documents"])
    return fills_in(task, "data.documents") and not task.chosen(DOCUMENTS)


def fills_in(task: OfficialTask, name: str) -> bool:
    """Whether a message gets an input that nobody has to fill in."""
    has_it = any(one["binding"].get("name") == name for one in task.template["properties"])
    return has_it and task.fill == "all" and task.chosen("method") == "chat.postMessage"


def expected(task: OfficialTask, job: Job) -> dict[str, Any]:
    """All that Slack is asked in the last call."""
    if task.chosen("method") == "conversations.create":
        return {"name": "orders", "is_private": "1" if task.chosen("data.visibility") == "PRIVATE" else "0"}
    if task.chosen("method") != "chat.postMessage":
        return EXPECTED[str(task.chosen("method"))]
    files = [FILE_BLOCK] if sends_a_file(task, job) else []
    start: dict[str, Any] = {"channel": "#random"} | ({"thread_ts": "1.2"} if fills_in(task, "data.thread") else {})
    match task.chosen("data.messageType"):
        case "plainText":
            return start | {"text": "Order 7"} | ({"blocks": files} if files else {})
        case "messageBlock":
            return start | {"blocks": [*files, *(BLOCKS if task.fill == "all" else proposed_blocks(task))]}
        case _:  # templates before 8.5
            return start | {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Order 7"}}]}


def proposed_blocks(task: OfficialTask) -> Any:
    """What a template has there from the beginning."""
    [found] = [one for one in task.template["properties"] if one["binding"].get("name") == "data.blockContent"]
    return json.loads(found["value"].removeprefix("="))


EXPECTED: dict[str, dict[str, Any]] = {
    "conversations.invite": {"channel": "C1", "users": "U5"},
    "reactions.add": {"channel": "#random", "name": "eyes", "timestamp": "1.2"},
    "pins.add": {"channel": "#random", "timestamp": "1.2"},
    "pins.remove": {"channel": "#random", "timestamp": "1.2"},
}
RETURNED: dict[str, set[str]] = {
    "chat.postMessage": {"ts", "channel", "message"},
    "conversations.create": {"channel"},
    "conversations.invite": {"channel", "needed", "provided"},
    "reactions.add": set(),
    "pins.add": set(),
    "pins.remove": set(),
}

FILE_BLOCK = {"type": "file", "file_id": "F1", "source": "remote"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hé"}}
TEXT = {"messageType": "plainText", "text": "hé"}
UPLOAD = [
    ["files_getUploadURLExternal", {"filename": "a b.txt", "length": 6}],
    ["files_completeUploadExternal", {"files": [{"id": "F1", "title": "a b.txt"}]}],
]
SHAPES: list[tuple[str, dict[str, Any], list[Any]]] = [
    ("chat.postMessage", {"channel": "#random", **TEXT}, [["chat_postMessage", {"channel": "#random", "text": "hé"}]]),
    (
        "chat.postMessage",
        {"channel": "C1", "thread": "1.2", "messageType": "messageBlock", "blockContent": BLOCKS},
        [["chat_postMessage", {"channel": "C1", "thread_ts": "1.2", "blocks": BLOCKS}]],
    ),
    (
        "chat.postMessage",
        {"channel": "C1", "text": "hé", "blockContent": BLOCKS},  # as templates before 8.5 say it
        [["chat_postMessage", {"channel": "C1", "blocks": [SECTION, *BLOCKS]}]],
    ),
    (
        "chat.postMessage",
        {"channel": "C1", **TEXT, "documents": [INLINE]},
        [*UPLOAD, ["chat_postMessage", {"channel": "C1", "text": "hé", "blocks": [FILE_BLOCK]}]],
    ),
    (
        "chat.postMessage",
        {"channel": "@Max Muster", **TEXT},
        [
            ["users_list", {"limit": 100}],
            ["users_list", {"limit": 100, "cursor": "1"}],
            ["chat_postMessage", {"channel": "U2", "text": "hé"}],
        ],
    ),
    (
        "chat.postMessage",
        {"channel": "jane@example.com", **TEXT},
        [
            ["users_lookupByEmail", {"email": "jane@example.com"}],
            ["chat_postMessage", {"channel": "U1", "text": "hé"}],
        ],
    ),
    ("conversations.create", {"newChannelName": "n"}, [["conversations_create", {"name": "n", "is_private": False}]]),
    (
        "conversations.create",
        {"newChannelName": "n", "visibility": "PRIVATE"},
        [["conversations_create", {"name": "n", "is_private": True}]],
    ),
    (
        "conversations.invite",
        {"channelName": "ops", "users": "U9, jane@example.com,@Max Muster"},
        [
            ["users_lookupByEmail", {"email": "jane@example.com"}],
            ["users_list", {"limit": 100}],
            ["users_list", {"limit": 100, "cursor": "1"}],
            ["conversations_list", {"types": ["public_channel", "private_channel"], "limit": 100}],
            ["conversations_list", {"types": ["public_channel", "private_channel"], "limit": 100, "cursor": "1"}],
            ["conversations_invite", {"channel": "C2", "users": ["U1", "U2", "U9"]}],
        ],
    ),
    (
        "conversations.invite",
        {"channelId": "C1", "users": ["U1", "U2"]},
        [["conversations_invite", {"channel": "C1", "users": ["U1", "U2"]}]],
    ),
    (
        "reactions.add",
        {"channel": "C1", "emoji": "eyes", "timestamp": "1.2"},
        [["reactions_add", {"channel": "C1", "name": "eyes", "timestamp": "1.2"}]],
    ),
    ("pins.add", {"channel": "C1", "timestamp": "1.2"}, [["pins_add", {"channel": "C1", "timestamp": "1.2"}]]),
    ("pins.remove", {"channel": "C1", "timestamp": "1.2"}, [["pins_remove", {"channel": "C1", "timestamp": "1.2"}]]),
]
PROGRAM = """
import json, sys
from slack_sdk import WebClient
address, token, calls = json.load(sys.stdin)
client = WebClient(token, base_url=address)
for method, arguments in calls:
    getattr(client, method)(**arguments)
"""


def test_the_requests_are_those_of_slacks_own_sdk(slack: Slack) -> None:
    ours = {}
    for method, data, _ in SHAPES:
        assert isinstance(run(slack, method, data), Complete)
        ours[f"{method} {data}"], slack.asked = slack.asked, []
    sdk(slack, [call for _, _, calls in SHAPES for call in calls])

    theirs = iter(slack.asked)
    assert ours == {f"{method} {data}": list(islice(theirs, len(calls))) for method, data, calls in SHAPES}


def sdk(slack: Slack, calls: list[Any]) -> None:
    """Have Slack's own SDK make these calls."""
    try:
        python = tool("vendors") / "python"
    except ToolMissing as reason:
        pytest.skip(str(reason))
    given = json.dumps([slack.address, TOKEN, calls])
    subprocess.run([python, "-W", "ignore", "-c", PROGRAM], input=given, text=True, check=True)  # noqa: S603


@pytest.mark.parametrize("users", ["@A,@B", "@B,@A,@A", ["@A", "@B"]])
def test_of_several_with_a_name_the_first_is_invited_and_everybody_else_too(users: Any, slack: Slack) -> None:
    slack.users = [("A", "U1"), ("A", "U2"), ("C", "U3"), ("B", "U4"), ("D", "U5")]

    assert isinstance(run(slack, "conversations.invite", {"channelId": "C1", "users": users}), Complete)
    assert set(slack.asked[-1].content["users"].split(",")) == {"U1", "U4"}
    assert len(slack.asked) == 5  # four pages, for the last one is not needed


@pytest.mark.parametrize(("pages", "completes"), [(5, True), (4, False)])
def test_so_many_pages_of_a_list_are_read_and_no_more(
    slack: Slack, monkeypatch: pytest.MonkeyPatch, pages: int, completes: bool
) -> None:
    monkeypatch.setattr(api, "MAX_PAGES", pages)
    slack.users = [("A", "U1"), ("B", "U2"), ("C", "U3"), ("D", "U4"), ("E", "U5")]

    outcome = run(slack, "conversations.invite", {"channelId": "C1", "users": "@E"})

    assert isinstance(outcome, Complete) is completes
    if isinstance(outcome, Fail):
        said = "Unable to find users by name: Slack's list goes on after 4 pages: give the id instead of the name"
        assert outcome.error_message == said


def test_who_is_not_found_is_said_and_nobody_is_invited(slack: Slack) -> None:
    outcome = run(slack, "conversations.invite", {"channelId": "C1", "users": "@Max Muster,@Nobody,@Somebody"})

    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.error_message) == (2, "Unable to find users by name: Nobody, Somebody")
    assert {asked.method for asked in slack.asked} == {"users.list"}


@pytest.mark.parametrize("users", ["U1,,U2", " ,U1,U2, ", ["U1", "", " ", "U2"]])
def test_blanks_between_users_are_nobody(users: Any, slack: Slack) -> None:
    assert isinstance(run(slack, "conversations.invite", {"channelId": "C1", "users": users}), Complete)
    assert slack.asked[-1].content["users"] == "U1,U2"


def test_only_blanks_are_no_users(slack: Slack) -> None:
    outcome = run(slack, "conversations.invite", {"channelId": "C1", "users": " , "})

    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.error_message) == (0, "No user provided in a valid format")


def test_a_document_is_sent_where_slack_wants_it(slack: Slack) -> None:
    run(slack, "chat.postMessage", {"channel": "C1", **TEXT, "documents": [INLINE]})
    assert slack.files == [b"inside"]


def test_of_a_message_is_returned_what_camundas_connector_returns(slack: Slack) -> None:
    posted = {"type": "message", "team": "T1", "user": "U9", "text": "hé", "ts": "1.5", "appId": "A1", "botId": "B1"}
    answer = {"ts": "1.5", "channel": "C1", "message": posted}
    assert run(slack, "chat.postMessage", {"channel": "C1", **TEXT}) == Complete({"answer": answer})


def test_a_credential_of_the_cluster_takes_the_place_of_the_token(slack: Slack) -> None:
    outcome = run(slack, "pins.add", {"channel": "C1", "timestamp": 1.2}, token="", slackCredential={"token": TOKEN})
    assert outcome == Complete({"answer": {}})
    assert slack.asked[0].content["timestamp"] == "1.2"


def test_slacks_own_word_is_the_code(slack: Slack) -> None:
    slack.refuse["reactions.add"] = "already_reacted"
    outcome = run(slack, "reactions.add", {"channel": "C1", "emoji": "eyes", "timestamp": "1.2"})
    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.error_message) == (2, "Failed to add reaction: already_reacted")
    assert outcome.variables["error"]["code"] == "already_reacted"


def test_a_pause_that_slack_asks_for_is_the_jobs_back_off(slack: Slack) -> None:
    slack.busy_seconds = 30
    outcome = run(slack, "pins.add", {"channel": "C1", "timestamp": "1.2"})
    assert isinstance(outcome, Fail)
    assert (outcome.retries, outcome.retry_backoff, len(slack.asked)) == (2, 30_000, 1)
