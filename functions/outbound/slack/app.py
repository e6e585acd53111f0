"""Slack: make the call that the task describes, return what templates' expressions know of the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connector_sdk.outbound import JobContext, outbound_connector
from connector_sdk.template import ElementTemplate
from functions.outbound.slack.api import SlackApi
from functions.outbound.slack.lookup import channel_id, user_ids
from functions.outbound.slack.message import message
from functions.outbound.slack.model import Data, Method, SlackRequest, Visibility

MESSAGE = {
    "type": "type",
    "team": "team",
    "user": "user",
    "text": "text",
    "ts": "ts",
    "appId": "app_id",
    "botId": "bot_id",
}
"""What is returned of a message → what Slack calls it."""


@outbound_connector(
    type="io.camunda:slack:1",
    name="Slack",
    template=ElementTemplate(
        "io.serverless-connectors.slack.v1",
        version=1,
        groups={"method": "Operation", "authentication": "Authentication", "data": "Input"},
        keywords=("message", "channel", "chat", "notification"),
    ),
)
def handler(request: SlackRequest, context: JobContext) -> dict[str, Any]:
    """Post messages, create channels, invite to them, react and pin."""
    return CALLS[request.method](request.data, SlackApi(context.http, request.token))


def _post(data: Data, slack: SlackApi) -> dict[str, Any]:
    answer = slack.json("chat.postMessage", message(data, slack))
    posted = answer.get("message") or {}
    return {
        "ts": answer.get("ts"),
        "channel": answer.get("channel"),
        "message": {name: posted.get(theirs) for name, theirs in MESSAGE.items()},
    }


def _create(data: Data, slack: SlackApi) -> dict[str, Any]:
    private = "1" if data.visibility is Visibility.PRIVATE else "0"
    answer = slack.form("conversations.create", name=data.new_channel_name, is_private=private)
    return {"channel": _channel(answer)}


def _invite(data: Data, slack: SlackApi) -> dict[str, Any]:
    users = ",".join(user_ids(data.users, slack))
    channel = data.channel_id or channel_id(data.channel_name or "", slack)
    answer = slack.form("conversations.invite", channel=channel, users=users)
    return {"channel": _channel(answer), "needed": answer.get("needed"), "provided": answer.get("provided")}


def _react(data: Data, slack: SlackApi) -> dict[str, Any]:
    place = {"channel": data.channel, "name": data.emoji, "timestamp": data.timestamp}
    slack.form("reactions.add", "Failed to add reaction: ", **place)
    return {}


def _pin(data: Data, slack: SlackApi) -> dict[str, Any]:
    slack.form("pins.add", "Failed to pin message: ", channel=data.channel, timestamp=data.timestamp)
    return {}


def _unpin(data: Data, slack: SlackApi) -> dict[str, Any]:
    slack.form("pins.remove", "Failed to unpin message: ", channel=data.channel, timestamp=data.timestamp)
    return {}


def _channel(answer: Mapping[str, Any]) -> dict[str, Any]:
    channel = answer.get("channel") or {}
    return {"id": channel.get("id"), "name": channel.get("name")}


CALLS: Mapping[Method, Callable[[Data, SlackApi], dict[str, Any]]] = {
    Method.POST_MESSAGE: _post,
    Method.CREATE_CHANNEL: _create,
    Method.INVITE: _invite,
    Method.ADD_REACTION: _react,
    Method.ADD_PIN: _pin,
    Method.REMOVE_PIN: _unpin,
}
