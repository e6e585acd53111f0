"""REST."""

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Row

ROWS = (
    Row("missing", {"method": "GET"}, "url: Validation failed. Original message: must not be null", retries=0),
    Row(
        "missing",
        {"method": "GET", "url": ""},
        "url: Validation failed. Original message: must not be blank",
        retries=0,
    ),
    Row("wrong type", {"method": "FETCH", "url": "http://x.test"}, "method: Validation failed", retries=0),
    Row("wrong type", {"method": "GET", "url": {"no": "text"}}, "url: Validation failed", retries=0),
    Row("unreachable host", lambda peers: {"method": "GET", "url": f"http://{peers.closed}/x"}, "no answer", "408"),
    Row("unreachable host", {"method": "GET", "url": "http://nobody.invalid/"}, "no answer", "408"),
    Row(
        "refused credentials",
        lambda peers: {
            "method": "GET",
            "url": f"http://{peers.http}/refused",
            "authentication": {"type": "bearer", "token": SECRET_REFERENCE},
        },
        "401 UNAUTHORIZED from GET",
        "401",
    ),
    Row(
        "refused certificate",
        lambda peers: {"method": "GET", "url": f"https://{peers.untrusted}/x"},
        "no TLS connection to GET localhost",
        "SSL_HANDSHAKE_FAILED",
    ),
    Row("too large", lambda peers: {"method": "GET", "url": f"http://{peers.http}/large"}, "bytes", retries=0),
)
