"""Amazon SNS at the door: certificates, subscriptions, notifications. SNS is played by a key of our own."""

import json
from typing import Any

import pytest

from connector_sdk.inbound.answers import Answer
from tests.inbound.amazon import (
    CERTIFICATE,
    CONFIRM,
    NOTIFICATION,
    SUBSCRIPTION,
    TOPIC,
    Amazon,
    certificate,
    signed,
)
from tests.inbound.host import NOW, Webhook, element

SNS = {
    "inbound.type": "io.camunda:aws-sns-webhook:1",
    "inbound.securitySubscriptionAllowedFor": "specific",
    "inbound.topicsAllowList": f"arn:aws:sns:eu-central-1:123456789012:other, {TOPIC}",
    "resultExpression": "={message: request.body.Message, kind: connectorData.snsEventType}",
}


def sent(webhook: Webhook, message: Any) -> Answer:
    return webhook.post(message, headers={"content-type": "text/plain; charset=UTF-8"})


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Amazon:
    return Amazon.played(monkeypatch)


def test_a_strangers_topic_writes_no_lines_of_its_own_into_the_log(
    webhook: Webhook, amazon: Amazon, caplog: pytest.LogCaptureFixture
) -> None:
    webhook.deploy(element(SNS))
    topic = "arn:aws:sns:eu-central-1:1:x\rERROR \x1b[31mall is lost" + "!" * 1_000

    assert sent(webhook, {**NOTIFICATION, "TopicArn": topic}).status == 401
    [line] = [one for one in caplog.messages if "topicsAllowList" in one]
    assert line.isprintable()
    assert len(line) < 400


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_notification_starts_the_process_and_its_repeat_does_not(
    webhook: Webhook, amazon: Amazon, version: str
) -> None:
    webhook.deploy(element(SNS))
    message = signed({**NOTIFICATION, "SignatureVersion": version})

    assert sent(webhook, message) == Answer(200)
    assert sent(webhook, message) == Answer(200)
    assert [one["variables"] for one in webhook.told] == [{"message": "Hello\nworld ✓", "kind": "Notification"}]
    assert amazon.asked == [CERTIFICATE]


def test_a_notification_without_a_subject_is_signed_without_it(webhook: Webhook, amazon: Amazon) -> None:
    webhook.deploy(element(SNS))

    assert (
        sent(webhook, signed({name: value for name, value in NOTIFICATION.items() if name != "Subject"})).status == 200
    )


def test_a_subscription_is_confirmed_and_handed_on(webhook: Webhook, amazon: Amazon) -> None:
    webhook.deploy(element(SNS))

    assert sent(webhook, signed(SUBSCRIPTION)) == Answer(200)
    assert amazon.asked == [CERTIFICATE, CONFIRM]
    assert [one["variables"]["kind"] for one in webhook.told] == ["Subscription"]


def test_a_subscription_that_no_element_wants_is_confirmed_all_the_same(webhook: Webhook, amazon: Amazon) -> None:
    webhook.deploy(element(SNS | {"activationCondition": '=connectorData.snsEventType = "Notification"'}))

    assert sent(webhook, signed(SUBSCRIPTION)) == Answer(200)
    assert CONFIRM in amazon.asked
    assert webhook.told == []
    assert webhook.store.newest() == []


def test_a_confirmation_that_fails_is_tried_again_by_amazon(webhook: Webhook, amazon: Amazon) -> None:
    webhook.deploy(element(SNS))
    del amazon.answers[CONFIRM]

    answer = sent(webhook, signed(SUBSCRIPTION))

    assert (answer.status, answer.headers) == (503, {"retry-after": "30"})
    assert webhook.told == []


def test_the_end_of_a_subscription_is_nobodys_event(webhook: Webhook, amazon: Amazon) -> None:
    webhook.deploy(element(SNS))

    assert sent(webhook, signed({**SUBSCRIPTION, "Type": "UnsubscribeConfirmation"})) == Answer(200)
    assert CONFIRM not in amazon.asked
    assert webhook.told == []


@pytest.mark.parametrize(
    "change",
    [
        {"Message": "another"},
        {"MessageId": "another"},
        {"Subject": None},
        {"Subject": 5},
        {"Timestamp": "2030-01-01T00:00:00.000Z"},
        {"Signature": ""},
        {"Signature": "no Base64!"},
        {"Signature": None},
        {"SignatureVersion": "1"},
        {"SignatureVersion": "3"},
        {"SignatureVersion": None},
        {"TopicArn": "arn:aws:sns:eu-central-1:999999999999:orders"},
        {"TopicArn": "orders"},
        {"TopicArn": None},
    ],
)
def test_one_change_and_the_message_is_401(webhook: Webhook, amazon: Amazon, change: dict[str, Any]) -> None:
    webhook.deploy(element(SNS))

    assert sent(webhook, {**signed(NOTIFICATION), **change}).status == 401
    assert webhook.told == []


@pytest.mark.parametrize(
    "address",
    [
        "http://sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.test/x.pem",
        "https://evil.test/sns.eu-central-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.test/x.pem",
        "https://sns.us-east-1.amazonaws.com/x.pem",
        "https://sns.eu-central-1.amazonaws.com/x.pem?y",
        "https://sns.eu-central-1.amazonaws.com/../x.txt",
        "https://s3.eu-central-1.amazonaws.com/x.pem",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(webhook: Webhook, amazon: Amazon, address: str) -> None:
    webhook.deploy(element(SNS))

    assert sent(webhook, signed({**NOTIFICATION, "SigningCertURL": address})).status == 401
    assert amazon.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.test/?Token=1",
        "https://sns.eu-central-1.amazonaws.com/?Token=1\n",
        "http://sns.eu-central-1.amazonaws.com/",
        "https://sns.us-east-1.amazonaws.com/",
    ],
)
def test_a_subscription_is_confirmed_at_amazon_only(webhook: Webhook, amazon: Amazon, address: str) -> None:
    webhook.deploy(element(SNS))

    assert sent(webhook, signed({**SUBSCRIPTION, "SubscribeURL": address})).status == 401
    assert amazon.asked == [CERTIFICATE]


@pytest.mark.parametrize(
    "content",
    [b"no certificate", certificate(NOW + 1_000, NOW + 2_000), certificate(NOW - 2_000, NOW - 1_000)],
    ids=["garbage", "not valid yet", "no longer valid"],
)
def test_a_certificate_has_to_be_valid_now(webhook: Webhook, amazon: Amazon, content: bytes) -> None:
    amazon.answers[CERTIFICATE] = lambda: content
    webhook.deploy(element(SNS))

    assert sent(webhook, signed(NOTIFICATION)).status == 401


def test_any_topic_may_send_where_the_model_says_so(webhook: Webhook, amazon: Amazon) -> None:
    webhook.deploy(element(SNS | {"inbound.securitySubscriptionAllowedFor": "any", "inbound.topicsAllowList": ""}))
    other = "arn:aws:sns:eu-central-1:999999999999:theirs"

    assert sent(webhook, signed({**NOTIFICATION, "TopicArn": other})).status == 200


@pytest.mark.parametrize("topics", ["", " , ", "=[]"])
def test_no_topic_at_all_is_refused_at_deployment(webhook: Webhook, topics: str) -> None:
    properties = {name: value for name, value in SNS.items() if name != "inbound.securitySubscriptionAllowedFor"}

    assert webhook.deploy(element(properties | {"inbound.topicsAllowList": topics})) == [
        "inbound.topicsAllowList is empty: name the ARNs of the topics that may send, or allow any"
    ]


def test_a_list_of_topics_may_be_feel(webhook: Webhook, amazon: Amazon) -> None:
    webhook.deploy(element(SNS | {"inbound.topicsAllowList": json.dumps([TOPIC]).join(("=", ""))}))

    assert sent(webhook, signed(NOTIFICATION)).status == 200


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"{}", b'{"Type": "Other"}', b'{"Type": {}}', b"[" * 100_000])
def test_what_is_no_message_of_sns_is_400(webhook: Webhook, amazon: Amazon, body: bytes) -> None:
    webhook.deploy(element(SNS))

    assert sent(webhook, body).status == 400
