"""Which connections are one client's."""

from __future__ import annotations

import ipaddress


def network_of(address: str) -> str:
    """What one client can have many addresses of: of IPv6, a network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
