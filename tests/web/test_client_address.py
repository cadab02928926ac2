"""Which address a request counts for."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleetprompt.web.client_address import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("127.0.0.1/32"))

trusted = st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fd00::/8")
foreign = st.ip_addresses().filter(
    lambda address: not any(address in network for network in PROXIES) and getattr(address, "ipv4_mapped", None) is None
)
garbage = st.sampled_from(["unknown", "_hidden", "1.2.3", "1.2.3.4.5", "999.1.1.1", "01.2.3.4", "::g", "[::1", "<x>"])
anything = st.text(max_size=40) | foreign.map(str) | trusted.map(str) | garbage


def shown(address: IPv4Address | IPv6Address) -> str:
    return str(address) if address.version == 4 else str(IPv6Network((int(address), 64), strict=False))


@given(peer=foreign, headers=st.lists(anything, max_size=4))
def test_a_peer_that_is_not_a_trusted_proxy_is_the_client_whatever_it_forwards(
    peer: IPv4Address | IPv6Address, headers: list[str]
) -> None:
    assert client_address(str(peer), headers, PROXIES) == shown(peer)


@given(
    claimed=st.lists(anything, max_size=4),
    client=foreign,
    hops=st.lists(trusted, max_size=4),
    peer=trusted,
    split=st.integers(0, 9),
    glue=st.sampled_from([",", ", ", " ,\t", ", ,"]),
)
def test_the_client_is_the_right_most_forwarded_address_that_is_not_a_trusted_proxy(
    claimed: list[str],
    client: IPv4Address | IPv6Address,
    hops: list[IPv4Address | IPv6Address],
    peer: IPv4Address | IPv6Address,
    split: int,
    glue: str,
) -> None:
    elements = [*claimed, str(client), *map(str, hops)]
    headers = [glue.join(elements[:split]), glue.join(elements[split:])]
    assert client_address(str(peer), headers, PROXIES) == shown(client)


@given(claimed=st.lists(anything, max_size=3), bad=garbage, hops=st.lists(trusted, max_size=3), peer=trusted)
def test_garbage_behind_the_proxies_makes_the_peer_the_client(
    claimed: list[str],
    bad: str,
    hops: list[IPv4Address | IPv6Address],
    peer: IPv4Address | IPv6Address,
) -> None:
    header = ",".join([*claimed, bad, *map(str, hops)])
    assert client_address(str(peer), [header], PROXIES) == shown(peer)


@given(peer=trusted, hops=st.lists(trusted, max_size=3))
def test_where_only_trusted_proxies_are_named_the_peer_is_the_client(
    peer: IPv4Address | IPv6Address, hops: list[IPv4Address | IPv6Address]
) -> None:
    assert client_address(str(peer), [",".join(map(str, hops))], PROXIES) == shown(peer)


@given(network=st.integers(1, 2**64 - 1), one=st.integers(0, 2**64 - 1), other=st.integers(0, 2**64 - 1))
def test_all_of_an_ipv6_network_of_64_bits_count_as_one(network: int, one: int, other: int) -> None:
    first, second = (client_address(str(IPv6Address(network << 64 | host)), [], ()) for host in (one, other))
    assert first == second == f"{IPv6Address(network << 64)}/64"


@given(address=st.ip_addresses(v=4))
def test_an_ipv4_address_mapped_into_ipv6_is_the_ipv4_address(address: IPv4Address) -> None:
    assert client_address(f"::ffff:{address}", [], ()) == str(address)


def test_a_mapped_peer_is_trusted_like_the_address_that_it_maps() -> None:
    assert client_address("::ffff:10.0.0.1", ["203.0.113.9"], PROXIES) == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("2001:db8::1%eth0", "2001:db8::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("[203.0.113.9", "10.0.0.1"),
        ("203.0.113.9:", "10.0.0.1"),
        ("", "10.0.0.1"),
        ("1" * 10_000, "10.0.0.1"),
        ("," * 10_000, "10.0.0.1"),
    ],
)
def test_forwarded_addresses_are_read_with_ports_and_brackets_and_nothing_else(forwarded: str, expected: str) -> None:
    assert client_address("10.0.0.1", [forwarded], PROXIES) == expected


@given(peer=st.text(max_size=200), headers=st.lists(st.text(), max_size=3))
def test_no_input_raises_and_a_peer_without_an_address_is_itself(peer: str, headers: list[str]) -> None:
    result = client_address(peer, headers, PROXIES)
    try:
        ip_address(peer)
    except ValueError:
        assert result == peer[:64] or peer[-1:].isdigit() or peer.endswith("]")
