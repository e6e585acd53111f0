"""Samples by vendor and event; the first event of a vendor is the one that is meant if none is named."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from devkit.events.sample import Sample, UnknownEvent, of_form, of_json

Make = Callable[[str, str], Sample]
"""From the event's name and the delivery's id."""

REPOSITORY = {"full_name": "octo-org/shop", "html_url": "https://github.com/octo-org/shop", "default_branch": "main"}
SENDER = {"login": "octocat", "type": "User"}
GITHUB: Mapping[str, Mapping[str, Any]] = {
    "push": {
        "ref": "refs/heads/main",
        "before": "0" * 40,
        "after": "6dcb09b5b57875f334f61aebed695e2e4193db5e",
        "commits": [{"id": "6dcb09b5b57875f334f61aebed695e2e4193db5e", "message": "Fix all the bugs"}],
        "pusher": {"name": "octocat"},
    },
    "issues": {"action": "opened", "issue": {"number": 7, "title": "Printer on fire", "state": "open"}},
    "pull_request": {
        "action": "opened",
        "number": 8,
        "pull_request": {"number": 8, "title": "Water", "head": {"ref": "water"}, "base": {"ref": "main"}},
    },
    "ping": {"zen": "Keep it logically awesome.", "hook_id": 1},
}
STRIPE: Mapping[str, Mapping[str, Any]] = {
    "payment_intent.succeeded": {"id": "pi_1", "object": "payment_intent", "amount": 2000, "currency": "eur"},
    "invoice.paid": {"id": "in_1", "object": "invoice", "amount_paid": 2000, "currency": "eur"},
    "checkout.session.completed": {"id": "cs_1", "object": "checkout.session", "payment_status": "paid"},
}
ORDER = {"id": 820982911946154508, "name": "#1001", "total_price": "20.00", "currency": "EUR"}
GITLAB: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "push": ("Push Hook", {"object_kind": "push", "ref": "refs/heads/main", "user_name": "Ada"}),
    "merge_request": (
        "Merge Request Hook",
        {"object_kind": "merge_request", "object_attributes": {"iid": 1, "title": "Water", "action": "open"}},
    ),
}
COMMAND = {
    "command": "/order",
    "text": "7",
    "user_id": "U1",
    "team_id": "T1",
    "response_url": "https://hooks.slack.com/x",
}
MESSAGE = {"MessageSid": "SM1", "SmsStatus": "received", "From": "+14155550100", "To": "+14155550199", "Body": "Hello"}
CALL = {"CallSid": "CA1", "CallStatus": "ringing", "From": "+14155550100", "To": "+14155550199"}


def _github(event: str, delivery: str) -> Sample:
    body = {**GITHUB[event], "repository": REPOSITORY, "sender": SENDER}
    return of_json(body, {"X-GitHub-Event": event, "X-GitHub-Delivery": delivery, "User-Agent": "GitHub-Hookshot/1"})


def _stripe(event: str, delivery: str) -> Sample:
    return of_json({"id": delivery, "object": "event", "type": event, "data": {"object": STRIPE[event]}})


def _shopify(event: str, delivery: str) -> Sample:
    headers = {"X-Shopify-Topic": event, "X-Shopify-Webhook-Id": delivery, "X-Shopify-Shop-Domain": "shop.example"}
    return of_json(ORDER, headers)


def _gitlab(event: str, delivery: str) -> Sample:
    name, body = GITLAB[event]
    return of_json(body, {"X-Gitlab-Event": name, "Idempotency-Key": delivery})


def _mention(_: str, delivery: str) -> Sample:
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "text": "<@U0> order 7"}
    return of_json({"type": "event_callback", "event_id": delivery, "team_id": "T1", "event": event})


def _challenge(event: str, _: str) -> Sample:
    return of_json({"type": event, "token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": "3eZbrw1aB10gPCQ8Yk5"})


def _interaction(event: str, _: str) -> Sample:
    actions = [{"action_id": "approve", "value": "7"}]
    return of_form({"payload": json.dumps({"type": event, "user": {"id": "U1"}, "actions": actions})})


def _twilio(fields: Mapping[str, str]) -> Make:
    return lambda _, delivery: of_form(fields, {"I-Twilio-Idempotency-Token": delivery})


def _standard(event: str, delivery: str) -> Sample:
    content = {"type": event, "timestamp": "2026-01-01T00:00:00Z", "data": {"id": "in_1", "amount": 20}}
    return of_json(content, {"webhook-id": delivery})


def _eventbridge(event: str, delivery: str) -> Sample:
    place = {"version": "0", "account": "123456789012", "region": "eu-central-1", "time": "2026-01-01T00:00:00Z"}
    detail = {"order": "7", "state": "shipped"}
    content = {
        **place,
        "id": delivery,
        "detail-type": event,
        "source": "acme.orders",
        "resources": [],
        "detail": detail,
    }
    return of_json(content, {"User-Agent": "Amazon/EventBridge/ApiDestinations"})


def _sns(event: str, delivery: str) -> Sample:
    topic = "arn:aws:sns:eu-central-1:123456789012:orders"
    more = {"Token": "2336", "SubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription"}
    content = {
        "Type": event,
        "MessageId": delivery,
        "TopicArn": topic,
        "Message": json.dumps({"order": "7", "state": "shipped"}),
        "Timestamp": "2026-01-01T00:00:00.000Z",
        **(more if event == "SubscriptionConfirmation" else {}),
    }
    return Sample(json.dumps(content).encode(), "text/plain; charset=UTF-8", {"x-amz-sns-message-type": event})


VENDORS: Mapping[str, Mapping[str, Make]] = {
    "github": dict.fromkeys(GITHUB, _github),
    "stripe": dict.fromkeys(STRIPE, _stripe),
    "shopify": dict.fromkeys(("orders/create", "orders/paid"), _shopify),
    "gitlab": dict.fromkeys(GITLAB, _gitlab),
    "slack": {
        "app_mention": _mention,
        "command": lambda _, __: of_form(COMMAND),
        "block_actions": _interaction,
        "url_verification": _challenge,
    },
    "twilio": {"message": _twilio(MESSAGE), "call": _twilio(CALL)},
    "standard-webhooks": {"invoice.paid": _standard},
    "eventbridge": {"Order shipped": _eventbridge},
    "sns": dict.fromkeys(("Notification", "SubscriptionConfirmation"), _sns),
}
"""The vendors are the signature schemes of the same names, and Amazon's two, which sign otherwise (`sending.py`)."""


def sample(vendor: str, event: str, delivery: str) -> Sample:
    """The sample of an event, "" for the vendor's first. Raises UnknownEvent."""
    if vendor not in VENDORS:
        raise UnknownEvent(f"there are no events of {vendor}; choose {', '.join(VENDORS)}")
    events = VENDORS[vendor]
    name = event or next(iter(events))
    if name not in events:
        raise UnknownEvent(f"there is no event {name} of {vendor}; choose {', '.join(events)}")
    return events[name](name, delivery)
