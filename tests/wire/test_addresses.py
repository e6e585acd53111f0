from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector_sdk.errors import DeniedAddress
from connector_sdk.wire.addresses import DENIED, denied_because
from connector_sdk.wire.dial import checked_addresses, resolve

DENIED_ADDRESSES = """169.254.1.1
    169.254.169.254 169.254.170.2 fd00:ec2::254 127.0.0.1 ::1 0.0.0.0 0.0.0.1 :: 10.0.0.1 172.16.0.1
    172.31.255.255 192.168.0.1 100.64.0.1 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255 198.51.100.1
    203.0.113.1 240.0.0.1 255.255.255.255 224.0.0.1 ff02::2 fe80::1 fec0::1 fc00::1 64:ff9b::a00:1 64:ff9b::808:808
    64:ff9b:1::1 100::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:a00:1::1
    3fff::1 5f00::1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::169.254.169.254"""
PUBLIC_ADDRESSES = """8.8.8.8 1.1.1.1 100.63.255.254 100.128.0.1 172.15.255.255 172.32.0.1 2606:4700:4700::1111
    2001:4860:4860::8888 ::ffff:8.8.8.8"""


@pytest.mark.parametrize("address", DENIED_ADDRESSES.split())
def test_an_address_that_is_not_public_is_denied(address: str) -> None:
    assert denied_because(ip_address(address)) is not None


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES.split())
def test_a_public_address_is_allowed(address: str) -> None:
    assert denied_because(ip_address(address)) is None


def test_every_row_of_the_table_is_the_reason_for_some_address_here() -> None:
    reasons = {denied_because(ip_address(address)) for address in DENIED_ADDRESSES.split()}
    assert {reason for _, reason in DENIED} <= reasons


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "::1"])
def test_no_spelling_of_loopback_gets_through(host: str) -> None:
    with pytest.raises(DeniedAddress, match="this machine itself"):
        checked_addresses(host, 80)


def test_the_error_names_the_address_and_the_setting() -> None:
    with pytest.raises(DeniedAddress) as denied:
        checked_addresses("inner.test", 80, resolver=lambda host, port: ["10.1.2.3"])
    assert str(denied.value) == (
        "inner.test resolves to 10.1.2.3, which is private (RFC 1918); "
        "CONNECTORS_ALLOW_ADDRESSES=10.1.2.3 (an address or a CIDR) would allow it"
    )


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("169.254.169.254", "the cloud's metadata service"),
        ("::ffff:169.254.169.254", "the cloud's metadata service"),
        ("fd00:ec2::254", "the cloud's metadata service"),
        ("169.254.170.2", "the container's credentials service"),
        ("169.254.170.23", "the container's credentials service"),
        ("fd00:ec2::23", "the container's credentials service"),
    ],
)
def test_nobody_is_told_to_open_what_hands_out_credentials(address: str, reason: str) -> None:
    with pytest.raises(DeniedAddress) as denied:
        checked_addresses("inner.test", 80, resolver=lambda host, port: [address])
    assert str(denied.value).endswith(f"which is {reason}: it hands out credentials, no task may ask it")
    assert "CONNECTORS_ALLOW_ADDRESSES" not in str(denied.value)


def test_an_operator_may_open_a_range() -> None:
    assert checked_addresses("127.0.0.1", 80, [ip_network("127.0.0.0/8")]) == ("127.0.0.1",)


def test_an_opened_range_covers_the_mapped_form_too() -> None:
    assert denied_because(ip_address("::ffff:10.0.0.1"), [ip_network("10.0.0.0/8")]) is None


def test_one_private_answer_among_public_ones_is_enough() -> None:
    with pytest.raises(DeniedAddress):
        checked_addresses("mixed.test", 80, resolver=lambda host, port: ["8.8.8.8", "127.0.0.1"])


def test_a_scope_is_no_way_around() -> None:
    with pytest.raises(DeniedAddress, match="link-local"):
        checked_addresses("scoped.test", 80, resolver=lambda host, port: ["fe80::1%eth0"])


def test_a_host_without_an_address_is_a_system_error() -> None:
    with pytest.raises(OSError, match=r".+"):
        resolve("no-such-host.invalid", 80)


@given(st.ip_addresses())
def test_only_global_unicast_addresses_are_allowed(address: object) -> None:
    parsed = ip_address(str(address))
    if denied_because(parsed) is None:
        assert parsed.is_global or (parsed.version == 6 and parsed.ipv4_mapped is not None)
        assert not parsed.is_multicast
