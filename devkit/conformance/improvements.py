"""Where the REST function does better than Camunda's Java runtime on purpose, and what a recorded case becomes by it.

Each improvement is a rule that no element template can tell apart from the original. It turns a case into what the case
would be under the rule, so that a difference is either exactly the improvement or a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from connector_sdk.secrets import mask_tree
from devkit.conformance.compare.jobs import difference

Case = Mapping[str, Any]

NEVER_REPEATED = ("POST", "PATCH")


def _sent_once(case: Case) -> Case:
    """A POST or PATCH is never sent twice inside one job: the service may have done it already."""
    requests: list[Any] = []
    for request in case["requests"]:
        if not (request["method"] in NEVER_REPEATED and request in requests):
            requests.append(request)
    return {**case, "requests": requests}


def _answered_at_once(case: Case) -> Case:
    """A POST or PATCH that is to be repeated later fails with the service's own status, not with 408."""
    url = str(case["job"]["variables"].get("url"))
    later = re.search(r"/retryafter/(\d+)/", url)
    if not later or case["job"]["variables"].get("method") not in NEVER_REPEATED:
        return case
    kept = [name for name in case["compare"] if not name.startswith(("variables.error", "errorMessage"))]
    return {**case, "compare": kept}


def _masked(case: Case) -> Case:
    """No secret leaves the function in an error's variables either."""
    used = tuple(value for name, value in case["secrets"].items() if name in str(case["job"]["variables"]))
    outcome = case["outcome"]
    body = dict(outcome["body"])
    if outcome["command"] == "completion" or not used:
        return case
    error = (body.get("variables") or {}).get("error")
    code = error.get("code") if isinstance(error, dict) else (body.get("variables") or {}).get("c")
    body["variables"] = mask_tree(body.get("variables"), used)
    if isinstance(error, dict) and code is not None:
        body["variables"] = {"error": {**mask_tree({**error, "code": None}, used), "code": code}}
        body["variables"]["error"] = _with_own_keys(error, body["variables"]["error"])
    elif code is not None:
        body["variables"]["c"] = code
    return {**case, "outcome": {**outcome, "body": body}}


def _with_own_keys(error: Mapping[str, Any], masked: Mapping[str, Any]) -> dict[str, Any]:
    """The members of `error` itself keep their names, whatever a secret's value is."""
    return dict(zip(error, masked.values(), strict=True)) if len(error) == len(masked) else dict(masked)


def _ascii_path(case: Case) -> Case:
    """With skipEncoding, letters outside of ASCII go out percent-encoded instead of broken."""
    url = str(case["job"]["variables"].get("url"))
    if url.isascii():
        return case
    path, _, query = url.partition("{port}")[2].partition("?")
    safe = "".join(map(chr, range(0x21, 0x7F)))
    requests = [
        {**request, "path": quote(path, safe=safe), "query": quote(query, safe=safe)} for request in case["requests"]
    ]
    return {**case, "requests": requests}


def _trimmed_headers(case: Case) -> Case:
    """Blanks around a header's value are left out (RFC 9110, section 5.5)."""
    requests = [
        {**request, "headers": [[name, value.strip()] for name, value in request["headers"]]}
        for request in case["requests"]
    ]
    return {**case, "requests": requests}


IMPROVEMENTS: dict[str, Callable[[Case], Case]] = {
    "sent once": _sent_once,
    "answered at once": _answered_at_once,
    "masked": _masked,
    "percent-encoded": _ascii_path,
    "trimmed": _trimmed_headers,
}


def improvement(case: Case, result: Mapping[str, Any]) -> str | None:
    """The improvement that explains why a result is not what was recorded, or None."""
    return next((name for name, improve in IMPROVEMENTS.items() if difference(improve(case), result) is None), None)
