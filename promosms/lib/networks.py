"""Networks: what an address is shortened to before anything is counted or kept by it."""

from ipaddress import IPv6Address, ip_address, ip_network

BITS = {4: 24, 6: 48}  # what one line of a home or an office usually has


def network_of(address: str) -> str:
    """The /24 or /48 of an address, such as "192.0.2.0/24"; "" if it is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, BITS[found.version]), strict=False))
