"""Our signatures are boto3's, byte for byte."""

import importlib
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.errors import SettingsError
from connector_sdk.settings import Settings
from connector_sdk.sigv4 import Credentials, Scope, UnsignedRequest, canonical_query, signed_headers

auth: Any = importlib.import_module("botocore.auth")
awsrequest: Any = importlib.import_module("botocore.awsrequest")
credentials: Any = importlib.import_module("botocore.credentials")

NOW = datetime(2026, 11, 22, 4, 5, 6, tzinfo=UTC)
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~ /:+=&%ü€"
words = st.text(PLAIN, min_size=1, max_size=12)
segments = st.text(PLAIN.replace("/", ""), min_size=1, max_size=12).filter(lambda word: set(word) != {"."})


def boto_authorization(request: UnsignedRequest, ours: Credentials, scope: Scope, url: str) -> str:
    signer = (auth.S3SigV4Auth if scope.service == "s3" else auth.SigV4Auth)(
        credentials.Credentials(ours.access_key_id, ours.secret_access_key, ours.session_token or None),
        scope.service,
        scope.region,
    )
    theirs = awsrequest.AWSRequest(
        method=request.method, url=url, data=request.body, headers=dict(request.headers or {})
    )
    theirs.context["payload_signing_enabled"] = True
    with patch.object(auth, "get_current_datetime", lambda **_: NOW.replace(tzinfo=None)):
        signer.add_auth(theirs)
    return str(theirs.headers["Authorization"])


@given(
    st.sampled_from(["GET", "POST", "PUT"]),
    st.lists(segments, max_size=3),
    st.lists(st.tuples(words, words), max_size=3),
    st.binary(max_size=20),
    st.sampled_from(["s3", "lambda", "dynamodb"]),
    st.sampled_from(["", "a-token"]),
)
def test_signatures_are_those_of_boto3(
    method: str, path: list[str], query: list[tuple[str, str]], body: bytes, service: str, token: str
) -> None:
    encoded = "/" + "/".join(quote(part, safe="-_.~") for part in path)
    headers = {"content-type": "application/json", "x-amz-target": "T.GetItem"}
    request = UnsignedRequest(method, "aws.example:4566", encoded, query, headers, body)
    ours, scope = Credentials("AKID", "a/secret+key", token), Scope(service, "eu-central-1")

    signed = signed_headers(request, ours, scope, NOW)

    url = f"https://aws.example:4566{encoded}" + (f"?{canonical_query(query)}" if query else "")
    assert signed["authorization"] == boto_authorization(request, ours, scope, url)


def test_keys_are_read_from_the_environment_or_missed_by_name() -> None:
    with pytest.raises(SettingsError, match="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"):
        Credentials.from_settings(Settings.read({}))

    found = Credentials.from_settings(
        Settings.read({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_SESSION_TOKEN": "t"})
    )

    assert (found.access_key_id, found.secret_access_key, found.session_token) == ("a", "hunter2", "t")
    assert "hunter2" not in repr(found)
