"""From names and e-mail addresses to Slack's ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from connector_sdk.errors import ConnectorError, ConnectorInputError
from functions.outbound.slack.api import SlackApi

_E_MAIL = re.compile(r".+@.+\..{2,4}")
"""Camunda's connector takes these for addresses."""


def recipient(channel: str, slack: SlackApi) -> str:
    """Who gets a message: `@name` and addresses are looked up. Raises ConnectorError if there is nobody."""
    if channel.startswith("@"):
        return _by_names([channel[1:]], slack)[0]
    return _by_e_mail(channel, slack) if _E_MAIL.fullmatch(channel) else channel


def user_ids(users: str | list[Any], slack: SlackApi) -> list[str]:
    """The ids of `@name`s, addresses and ids, from a list or a text with commas. Raises ConnectorError."""
    given = users.split(",") if isinstance(users, str) else [one for one in users if isinstance(one, str)]
    names = [one.strip() for one in given if one.strip()]
    if not names:
        raise ConnectorInputError("No user provided in a valid format")
    addresses = [one for one in names if _E_MAIL.fullmatch(one)]
    full_names = [one[1:] for one in names if one.startswith("@") and one not in addresses]
    ids = [one for one in names if one not in addresses and not one.startswith("@")]
    return [*(_by_e_mail(one, slack) for one in addresses), *_by_names(full_names, slack), *ids]


def channel_id(name: str, slack: SlackApi) -> str:
    """The id of a public or private channel. Raises ConnectorError if none has that name."""
    failed = f"Unable to find conversation with name: {name}"
    found = slack.pages("conversations.list", "channels", f"{failed}: ", types="public_channel,private_channel")
    known = next((one["id"] for one in found if one.get("name") == name), None)
    if known is None:
        raise ConnectorError(None, failed)
    return str(known)


def _by_e_mail(address: str, slack: SlackApi) -> str:
    failed = f"User with email {address} not found; or unable 'users:read.email' permission: "
    return str(slack.form("users.lookupByEmail", failed, email=address)["user"]["id"])


def _by_names(names: Sequence[str], slack: SlackApi) -> list[str]:
    """The ids of the first users with these full names. Raises ConnectorError with those that nobody has.

    Camunda's connector leaves out who is not found, and takes as many users as there are names, whoever they are.
    """
    wanted = set(names)
    if not wanted:
        return []
    failed = "Unable to find users by name: "
    found: dict[str, str] = {}
    for user in slack.pages("users.list", "members", failed):
        name = user.get("real_name")
        if name in wanted and name not in found:
            found[name] = str(user["id"])
            if len(found) == len(wanted):
                break
    missing = [name for name in dict.fromkeys(names) if name not in found]
    if missing:
        raise ConnectorError(None, failed + ", ".join(missing))
    return list(found.values())
