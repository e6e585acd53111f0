"""Run by the vendors' own Python: JSON lines in, what to sign or verify; JSON lines out, the headers or the verdict."""

import base64
import json
import sys
from datetime import UTC, datetime
from typing import Any

import standardwebhooks
import stripe
import svix.webhooks
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

Headers = dict[str, str]


class Fields(dict[str, list[str]]):
    """A form whose names may come more than once, as web frameworks hand it over."""

    def getall(self, name: str) -> list[str]:
        return self[name]


def fields(asked: dict[str, Any]) -> Fields:
    found = Fields()
    for name, value in asked["fields"]:
        found.setdefault(name, []).append(value)
    return found


def sign_stripe(asked: dict[str, Any]) -> Headers:
    text = f"{asked['seconds']}.{asked['body']}"
    signature = stripe.WebhookSignature._compute_signature(text, asked["secret"])
    return {"stripe-signature": f"t={asked['seconds']},v1={signature}"}


def verify_stripe(asked: dict[str, Any]) -> None:
    stripe.WebhookSignature.verify_header(asked["body"], asked["headers"]["Stripe-Signature"], asked["secret"])


def sign_slack(asked: dict[str, Any]) -> Headers:
    signature = SignatureVerifier(asked["secret"]).generate_signature(
        timestamp=str(asked["seconds"]), body=asked["body"]
    )
    return {"x-slack-request-timestamp": str(asked["seconds"]), "x-slack-signature": str(signature)}


def verify_slack(asked: dict[str, Any]) -> None:
    verifier = SignatureVerifier(asked["secret"], clock=Standing(asked["seconds"]))
    assert verifier.is_valid_request(asked["body"], asked["headers"])


class Standing:
    """A clock for slack-sdk."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


def sign_twilio(asked: dict[str, Any]) -> Headers:
    return {"x-twilio-signature": RequestValidator(asked["secret"]).compute_signature(asked["url"], fields(asked))}


def verify_twilio(asked: dict[str, Any]) -> None:
    given = asked["headers"]["X-Twilio-Signature"]
    assert RequestValidator(asked["secret"]).validate(asked["url"], fields(asked), given)


def library(asked: dict[str, Any]) -> Any:
    made = standardwebhooks.Webhook if asked["library"] == "standardwebhooks" else svix.webhooks.Webhook
    return made(asked["secret"])


def sign_standard(asked: dict[str, Any]) -> Headers:
    moment = datetime.fromtimestamp(asked["seconds"], UTC)
    signature = library(asked).sign("msg_1", moment, asked["body"])
    return {"webhook-id": "msg_1", "webhook-timestamp": str(asked["seconds"]), "webhook-signature": signature}


def verify_standard(asked: dict[str, Any]) -> None:
    library(asked).verify(asked["body"], asked["headers"])


SIGN = {"stripe": sign_stripe, "slack": sign_slack, "twilio": sign_twilio, "standard-webhooks": sign_standard}
VERIFY = {"stripe": verify_stripe, "slack": verify_slack, "twilio": verify_twilio, "standard-webhooks": verify_standard}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Sign, or verify the headers that are there."""
    try:
        if "headers" in asked:
            VERIFY[asked["vendor"]](asked)
            return {"valid": True}
        return {"headers": SIGN[asked["vendor"]](asked)}
    except Exception as error:
        return {"valid": False, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(base64.b64decode(line))
        print(json.dumps(answer(asked)), flush=True)
