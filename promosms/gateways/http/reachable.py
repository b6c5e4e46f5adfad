"""Which addresses gateways may be asked at: those of the Internet, and inside only if allowed."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

# Metadata services of clouds, which return the credentials of a machine: never allowed.
METADATA = [ip_network(net) for net in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128")]
METADATA += [ip_network(net) for net in ("100.100.100.200/32", "168.63.129.16/32")]
METADATA += [ip_network("255.255.255.255/32")]  # broadcast
# IPv6 addresses that may contain an internal IPv4 address: NAT64, 6to4, Teredo.
WRAPPED = [ip_network(net) for net in ("64:ff9b::/96", "2002::/16", "2001::/32")]


def is_allowed(text: str) -> bool:
    """Is it allowed for a gateway in our own network? No multicast, no metadata services."""
    address = _unwrapped(text)
    if address is None or address.is_multicast or address.is_unspecified:
        return False
    return not any(address in network for network in METADATA)


def is_public(text: str) -> bool:
    """Is it an address of the Internet, not of this machine or an internal network?"""
    address = _unwrapped(text)
    return address is not None and address.is_global and is_allowed(text)


def _unwrapped(text: str) -> IPv4Address | IPv6Address | None:
    """The address that is reached; None if another address may be hidden in it."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    hidden = any(address in network for network in WRAPPED)
    return address.ipv4_mapped or (None if hidden else address)


def is_refused(url: str, *, private: bool) -> bool:
    """Is it seen in the address itself that no gateway will connect to it?

    A name is looked up only when there is something to send: this asks no network.
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return not private
    try:
        ip_address(host)
    except ValueError:
        return False
    return not (is_allowed if private else is_public)(host)
