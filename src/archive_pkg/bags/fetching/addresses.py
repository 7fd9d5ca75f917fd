"""Distinguish public network addresses from private ones, also inside IPv6 addresses."""

from __future__ import annotations

import ipaddress

_LOCAL_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def is_public(address: str) -> bool:
    """Return whether an address can be reached from the Internet.

    An IPv6 address can embed an IPv4 address (IPv4-mapped and -compatible, NAT64, 6to4, Teredo).
    It is public only if the embedded address is.

    Args:
        address: An address as `getaddrinfo` returns it, for example `fe80::1%eth0`.
    """
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv4Address):
        return _is_global(known)
    if known in _LOCAL_NAT64:
        return False
    inner = [*(known.teredo or ()), known.sixtofour, known.ipv4_mapped]
    if known in _NAT64 or known in _COMPATIBLE:
        inner.append(ipaddress.IPv4Address(int(known) & 0xFFFFFFFF))
    embedded = [each for each in inner if each is not None]
    return all(map(_is_global, embedded)) if embedded else _is_global(known)


def _is_global(known: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return known.is_global and not known.is_multicast
