"""The vendors' own libraries sign and we verify, and the other way round."""

import base64
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector_sdk.clock import SystemClock
from connector_sdk.errors import WebhookError
from connector_sdk.inbound.request import WebhookRequest
from connector_sdk.inbound.signatures.schemes import SCHEMES
from devkit.checkout import ToolMissing, tool

PROGRAM = Path(__file__).with_name("vendor_libraries.py")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LIBRARIES = [
    ("stripe", "stripe"),
    ("slack", "slack-sdk"),
    ("standard-webhooks", "standardwebhooks"),
    ("standard-webhooks", "svix"),
]
TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
BODIES = st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=4).map(
    lambda value: json.dumps(value, ensure_ascii=False)
)
"""JSON: some libraries parse what they have verified."""
SPELLED = st.sampled_from([str.lower, str.upper, str.title, str.swapcase])
"""How a gateway may spell the names of headers."""
QUERIES = st.sampled_from(["", "a=1&b=%20x", "x=%C3%BC&y", "q=a+b"])
CASES = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Vendors:
    """The process with the libraries."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(base64.b64encode(json.dumps(asked).encode()).decode() + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def vendors() -> Iterator[Vendors]:
    try:
        python = tool("vendors") / "python"
    except ToolMissing as error:
        pytest.skip(str(error))
    started = subprocess.Popen(  # noqa: S603 - the program beside this file
        [python, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with started as process:
        yield Vendors(process)
        assert process.stdin is not None
        process.stdin.close()


def request(body: str, now_ms: int, headers: dict[str, str], encoded: bool = False, query: str = "") -> WebhookRequest:
    """As API Gateway hands it on, to the address https://hooks.acme.io/inbound/orders."""
    event = {
        "rawPath": "/inbound/orders",
        "rawQueryString": query,
        "headers": {**headers, "Host": "hooks.acme.io"},
        "requestContext": {"http": {"method": "POST"}, "timeEpoch": now_ms},
        "body": base64.b64encode(body.encode()).decode() if encoded else body,
        "isBase64Encoded": encoded,
    }
    return WebhookRequest.from_event(event, received_ms=0)


@pytest.mark.parametrize(("vendor", "library"), LIBRARIES)
@CASES
@given(body=BODIES, encoded=st.booleans(), spelled=SPELLED)
def test_what_a_vendors_library_signs_is_accepted_and_another_body_is_not(
    vendors: Vendors, vendor: str, library: str, body: str, encoded: bool, spelled: Callable[[str], str]
) -> None:
    now_ms = SystemClock().time_ms()
    asked = {"vendor": vendor, "library": library, "secret": SECRET, "seconds": now_ms // 1000, "body": body}

    headers = {spelled(name): value for name, value in vendors.ask(**asked)["headers"].items()}
    SCHEMES[vendor](SECRET).verify(request(body, now_ms, headers, encoded))
    with pytest.raises(WebhookError):
        SCHEMES[vendor](SECRET).verify(request(body + " ", now_ms, headers, encoded))


@pytest.mark.parametrize(("vendor", "library"), LIBRARIES)
@CASES
@given(body=BODIES)
def test_a_vendors_library_accepts_what_we_sign(vendors: Vendors, vendor: str, library: str, body: str) -> None:
    now_ms = SystemClock().time_ms()
    asked = {"vendor": vendor, "library": library, "secret": SECRET, "seconds": now_ms // 1000, "body": body}

    headers = dict(SCHEMES[vendor](SECRET).sign(request(body, now_ms, {})))
    assert vendors.ask(**asked, headers=headers) == {"valid": True}
    other = dict(SCHEMES[vendor]("b3RoZXI=").sign(request(body, now_ms, {})))
    assert vendors.ask(**asked, headers=other)["valid"] is False


@CASES
@given(
    fields=st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=5),
    query=QUERIES,
    encoded=st.booleans(),
    spelled=SPELLED,
)
def test_twilio_and_we_sign_forms_alike(
    vendors: Vendors, fields: list[tuple[str, str]], query: str, encoded: bool, spelled: Callable[[str], str]
) -> None:
    address = "https://hooks.acme.io/inbound/orders"
    url = f"{address}?{query}" if query else address
    asked = {"vendor": "twilio", "secret": SECRET, "url": url, "fields": fields}
    form = {"content-type": "application/x-www-form-urlencoded"}
    sent = request(urlencode(fields), 1, form, encoded, query)

    signature = vendors.ask(**asked)["headers"]["x-twilio-signature"]
    ours = dict(SCHEMES["twilio"](SECRET).sign(sent))
    assert ours == {"X-Twilio-Signature": signature}
    assert vendors.ask(**asked, headers=ours) == {"valid": True}
    SCHEMES["twilio"](SECRET).verify(
        request(urlencode(fields), 1, {**form, spelled("x-twilio-signature"): signature}, encoded, query)
    )
