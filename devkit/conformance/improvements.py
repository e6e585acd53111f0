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
CODE_MEMBERS = ("c",)
"""The recorded expressions put `error.code` there."""


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
    """No secret leaves the function in an error's variables either; a status is no secret, whatever it looks like."""
    used = tuple(value for name, value in case["secrets"].items() if name in str(case["job"]["variables"]))
    outcome = case["outcome"]
    variables = (outcome["body"] or {}).get("variables")
    if outcome["command"] == "completion" or not isinstance(variables, dict):
        return case
    error = variables.get("error")
    if isinstance(error, dict):
        masked = {"error": {**error, "variables": mask_tree(error.get("variables"), used)}}
    else:
        masked = {name: value if name in CODE_MEMBERS else mask_tree(value, used) for name, value in variables.items()}
    return {**case, "outcome": {**outcome, "body": {**outcome["body"], "variables": masked}}}


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
