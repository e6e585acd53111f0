"""HTTP polling."""

from collections.abc import Mapping

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Place, Subscribed


def poll(url: str, **changes: str) -> Mapping[str, str]:
    plain = {
        "authentication.type": "bearer",
        "authentication.token": SECRET_REFERENCE,
        "method": "GET",
        "url": url,
        "httpRequestInterval": "PT50S",
        "processPollingInterval": "PT5S",
        "correlationKeyExpression": '="k"',
    }
    return {**plain, **{name.replace("_", "."): value for name, value in changes.items()}}


ROWS = (
    Subscribed("missing", poll("https://api.test", authentication_token="{{secrets.NOBODYS}}"), "'NOBODYS' is not"),
    Subscribed("missing", poll(""), "property url must not be empty"),
    Subscribed("missing", poll("https://api.test", authentication_token=""), "token: ", Place.POLL),
    Subscribed("wrong type", poll("https://api.test", httpRequestInterval="soon"), "'soon' is no duration such as"),
    Subscribed("wrong type", poll("https://api.test", processPollingInterval="5"), "'5' is no duration such as"),
    Subscribed(
        "wrong type",
        poll("https://api.test", authenticationConfiguration="=x"),
        "authenticationConfiguration names a configuration of the cluster",
    ),
    Subscribed("wrong type", poll("api.test"), "property url should begin with http:// or https://"),
    Subscribed("wrong type", poll('="api.test"'), "cannot be used: url: Must be a http(s) URL; correct", Place.POLL),
    Subscribed("wrong type", poll("https://api.test", method="FETCH"), "method: ", Place.POLL),
    Subscribed("wrong type", poll("https://api.test", headers="=[1]"), "headers: ", Place.POLL),
    Subscribed("unreachable host", lambda peers: poll(f"http://{peers.closed}"), "no answer from", Place.POLL),
    Subscribed(
        "refused credentials",
        lambda peers: poll(f"http://{peers.http}/refused"),
        "401 UNAUTHORIZED from GET",
        Place.POLL,
    ),
    Subscribed("refused certificate", lambda peers: poll(f"https://{peers.untrusted}"), "certificate", Place.POLL),
    Subscribed(
        "too large", lambda peers: poll(f"http://{peers.http}/large"), "and 1572864 are allowed", Place.DELIVERY
    ),
)
