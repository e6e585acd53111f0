"""E-mail polling."""

from collections.abc import Callable, Mapping

from tests.connectors.bad_input.rows import SECRET_REFERENCE, Impossible, Peers, Place, Subscribed

POLLED = {
    "authentication.type": "simple",
    "authentication.username": "alice",
    "authentication.password": SECRET_REFERENCE,
    "data.imapConfig.imapHost": "127.0.0.1",
    "data.imapConfig.imapPort": "9",
    "data.imapConfig.imapCryptographicProtocol": "SSL",
    "data.pollingWaitTime": "PT20S",
    "data.pollingConfigDiscriminator": "unseenPollingConfig",
    "data.pollingConfig.handlingStrategy": "READ",
    "data.pollingConfig.targetFolder": "",
    "emailAccountConfiguration": "",
}
NAMES = {name.rpartition(".")[2]: name for name in POLLED}


def but(**changes: str) -> Mapping[str, str]:
    """Properties that are right but for what is given, by the last part of their names."""
    return {**POLLED, **{NAMES[name]: value for name, value in changes.items()}}


def at(place: Callable[[Peers], str], **changes: str) -> Callable[[Peers], Mapping[str, str]]:
    """Properties that are right but for what answers there."""

    def properties(peers: Peers) -> Mapping[str, str]:
        host, _, port = place(peers).partition(":")
        return but(imapHost=host, imapPort=port, **changes)

    return properties


def mailbox(peers: Peers) -> str:
    return f"127.0.0.1:{peers.server('store').imap}"


ROWS = (
    Subscribed("missing", but(imapHost=" "), "property data.imapConfig.imapHost must not be empty"),
    Subscribed("missing", but(imapPort=""), "property data.imapConfig.imapPort should be a port, 1 to 65535"),
    Subscribed("missing", but(username=""), "property authentication.username must not be empty"),
    Subscribed("missing", but(password="{{secrets.NOBODYS}}"), "'NOBODYS' is not available"),
    Subscribed("missing", but(handlingStrategy=""), "property data.pollingConfig.handlingStrategy must not be empty"),
    Subscribed("missing", but(handlingStrategy="MOVE"), "property data.pollingConfig.targetFolder is missing"),
    Subscribed("wrong type", but(imapPort="port"), "property data.imapConfig.imapPort should be a whole number"),
    Subscribed("wrong type", but(imapPort="65536"), "property data.imapConfig.imapPort should be a port, 1 to 65535"),
    Subscribed("wrong type", but(handlingStrategy="EAT"), "it should be one of READ, DELETE, MOVE"),
    Subscribed("wrong type", but(pollingConfigDiscriminator="allPollingConfig"), "choose DELETE or MOVE"),
    Subscribed("wrong type", but(handlingStrategy="MOVE", targetFolder="inbox"), "is the folder that they come from"),
    Subscribed("wrong type", but(pollingWaitTime="20 s"), "property data.pollingWaitTime: '20 s' is no duration"),
    Subscribed("wrong type", but(pollingWaitTime="PT0S"), "'PT0S' is no interval of PT0.001S to P366D"),
    Subscribed("wrong type", but(emailAccountConfiguration="=x"), "names a configuration of the cluster"),
    Subscribed("unreachable host", at(lambda peers: peers.closed), "no answer from 127.0.0.1", Place.SOURCE),
    Subscribed(
        "refused credentials",
        at(mailbox, imapCryptographicProtocol="NONE"),
        "refused the login: [AUTHENTICATIONFAILED]",
        Place.SOURCE,
    ),
    Subscribed("refused certificate", at(lambda peers: peers.untrusted), "no TLS connection", Place.SOURCE),
    Impossible("too large", "such a mail stays in the mailbox, and stops no other"),
)
