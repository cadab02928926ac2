"""Whose request it is, for limits and logs: the client's address behind the proxies that we trust (spec 6.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

ADDRESS_CHARS_MAX: Final = 64
IPV6_HOST_BITS: Final = 64
_WITH_PORT: Final = re.compile(r"\[([^\[\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5}", re.ASCII)


@lru_cache(maxsize=4_096)
def _parse(text: str) -> Address | None:
    """The address, IPv4 where it is mapped into IPv6, with or without a port or a zone; None for anything else."""
    if match := _WITH_PORT.fullmatch(text):
        text = match[1] or match[2] or ""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address


def _rightmost_first(headers: Sequence[str]) -> Iterator[str]:
    for header in reversed(headers):
        while header:
            header, _, last = header.rpartition(",")
            if element := last.strip(" \t"):  # lists may have empty elements (RFC 9110, 5.6.1)
                yield element


def _is_trusted(address: Address, trusted_proxies: Sequence[Network]) -> bool:
    return any(address in network for network in trusted_proxies)


@lru_cache(maxsize=4_096)
def _shown(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> IPV6_HOST_BITS << IPV6_HOST_BITS, 128 - IPV6_HOST_BITS)))
    return str(address)


def is_trusted_proxy(peer: str, trusted_proxies: Sequence[Network]) -> bool:
    """Whether what the connected peer says of others is believed."""
    connected = _parse(peer) if trusted_proxies else None
    return connected is not None and _is_trusted(connected, trusted_proxies)


def client_address(peer: str, forwarded_for_headers: Sequence[str], trusted_proxies: Sequence[Network]) -> str:
    """The address that a request counts for: an IPv4 address, or the /64 network of an IPv6 one.

    peer: who is connected to us. forwarded_for_headers: the values of `X-Forwarded-For`, in their order; they are
    read only where the peer is a trusted proxy. The client is the right-most address in them that is not a trusted
    proxy. Where there is none, or what stands there is not an address, it is the peer; a peer that is not an IP
    address (a Unix socket's) is itself.
    """
    connected = _parse(peer)
    if connected is None:
        return peer[:ADDRESS_CHARS_MAX]
    if _is_trusted(connected, trusted_proxies):
        for element in _rightmost_first(forwarded_for_headers):
            forwarded = _parse(element) if len(element) <= ADDRESS_CHARS_MAX else None
            if forwarded is None:
                break
            if not _is_trusted(forwarded, trusted_proxies):
                return _shown(forwarded)
    return _shown(connected)
