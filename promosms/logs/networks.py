"""Networks: addresses are shortened before they are counted or stored."""

from ipaddress import IPv6Address, ip_address, ip_network

BITS = {4: 24, 6: 48}  # what a home or an office usually has


def network_of(address: str) -> str:
    """The /24 or /48 of an address, such as "192.0.2.0/24"; "" if it is none."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ip_network((ip, BITS[ip.version]), strict=False))
