"""Networks: addresses are shortened before they are counted or stored."""

from ipaddress import IPv6Address, ip_address, ip_network

LINE = {4: 32, 6: 64}  # what one line has: every device at home shares it
NETWORK = {4: 24, 6: 48}  # what an office or a customer of a data centre usually has


def network_of(address: str) -> str:
    """The /24 or /48 of an address, such as "192.0.2.0/24"; "" if it is none."""
    return _shortened(address, NETWORK)


def line_of(address: str) -> str:
    """The /32 or /64 of an address, such as "2001:db8:1:2::/64"; "" if it is none."""
    return _shortened(address, LINE)


def _shortened(address: str, bits: dict[int, int]) -> str:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ip_network((ip, bits[ip.version]), strict=False))
