"""Which addresses a connector may dial: the public Internet, and what an operator opened.

The decision is made on the address that is about to be dialled, never on the name: a name may resolve to something
else the second time it is asked (DNS rebinding), and `2130706433` is 127.0.0.1 as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

METADATA = "the cloud's metadata service"
AGENT = "the container's credentials service"
HAND_OUT_CREDENTIALS = frozenset({METADATA, AGENT})
"""Reasons after which nobody is told how to open the address."""

# The first row that matches gives the reason; what no row matches is public.
DENIED: tuple[tuple[str, str], ...] = (
    ("169.254.169.254/32", METADATA),
    ("169.254.170.2/32", AGENT),
    ("169.254.170.23/32", AGENT),
    ("fd00:ec2::23/128", AGENT),
    ("fd00:ec2::/32", METADATA),
    ("127.0.0.0/8", "this machine itself (RFC 1122)"),
    ("::1/128", "this machine itself (RFC 4291)"),
    ("0.0.0.0/8", "this network (RFC 791)"),
    ("::/128", "unspecified (RFC 4291)"),
    ("169.254.0.0/16", "link-local (RFC 3927)"),
    ("fe80::/10", "link-local (RFC 4291)"),
    ("10.0.0.0/8", "private (RFC 1918)"),
    ("172.16.0.0/12", "private (RFC 1918)"),
    ("192.168.0.0/16", "private (RFC 1918)"),
    ("fc00::/7", "private (RFC 4193)"),
    ("fec0::/10", "private (RFC 3879)"),
    ("100.64.0.0/10", "shared behind a carrier's NAT (RFC 6598)"),
    ("192.0.0.0/24", "for protocols (RFC 6890)"),
    ("192.88.99.0/24", "a relay into IPv6 (RFC 7526)"),
    ("192.0.2.0/24", "for documentation (RFC 5737)"),
    ("198.51.100.0/24", "for documentation (RFC 5737)"),
    ("203.0.113.0/24", "for documentation (RFC 5737)"),
    ("2001:db8::/32", "for documentation (RFC 3849)"),
    ("3fff::/20", "for documentation (RFC 9637)"),
    ("198.18.0.0/15", "for benchmarks (RFC 2544)"),
    ("2001:2::/48", "for benchmarks (RFC 5180)"),
    ("224.0.0.0/4", "multicast (RFC 5771)"),
    ("ff00::/8", "multicast (RFC 4291)"),
    ("240.0.0.0/4", "reserved (RFC 1112)"),
    ("::/96", "an IPv4 address in IPv6 clothes (RFC 4291)"),
    ("64:ff9b::/96", "an IPv4 address behind a translator (RFC 6052)"),
    ("64:ff9b:1::/48", "an IPv4 address behind a translator (RFC 8215)"),
    ("100::/64", "discarded (RFC 6666)"),
    ("2001::/32", "a Teredo tunnel (RFC 4380)"),
    ("2002::/16", "a 6to4 tunnel (RFC 3056)"),
    ("2001:10::/28", "an identifier, no address (RFC 4843)"),
    ("2001:20::/28", "an identifier, no address (RFC 7343)"),
    ("5f00::/16", "for segment routing (RFC 9602)"),
)
_DENIED = tuple((ip_network(network), reason) for network, reason in DENIED)


def denied_because(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """Why the address may not be dialled, or None if it may. `allowed` are the ranges that the operator opened."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(_within(address, network) for network in allowed):
        return None
    for network, reason in _DENIED:
        if _within(address, network):
            return reason
    return None if address.is_global else "not a public address"


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network
