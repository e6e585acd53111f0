"""From a response's status to an error: 400 and above is a failure, redirects are not."""

from __future__ import annotations

from connector_sdk.http.errors import StatusError
from connector_sdk.http.response import FIRST_FAILURE, Response
from connector_sdk.http.result import body_of, headers_of

REQUEST_IDS = ("x-request-id", "x-amzn-requestid", "x-correlation-id", "request-id", "x-github-request-id")


def raise_for_status(response: Response, *, first_header_only: bool) -> None:
    """Raise StatusError for 400 and above: `error.code` is the status, `error.message` the reason phrase."""
    if response.status_code < FIRST_FAILURE:
        return
    answer = {"headers": headers_of(response, first_only=first_header_only), "body": body_of(response)}
    raise StatusError(str(response.status_code), response.reason, _incident(response), {"response": answer})


def _incident(response: Response) -> str:
    """`404 Not Found from GET api.example.com/orders/7 (request id 4711)`."""
    where = response.url.partition("://")[2].partition("?")[0]
    request_id = next((response.headers[name] for name in REQUEST_IDS if name in response.headers), None)
    what = f"{response.status_code} {response.reason}".strip()
    return f"{what} from {response.method} {where}" + (f" (request id {request_id})" if request_id else "")
