"""Networks: what an address is shortened to."""

import pytest

from promosms.logs.networks import line_of, network_of


@pytest.mark.parametrize(
    ("address", "network", "line"),
    [
        ("192.0.2.77", "192.0.2.0/24", "192.0.2.77/32"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.77", "192.0.2.0/24", "192.0.2.77/32"),
        ("fe80::1%eth0", "fe80::/48", "fe80::/64"),
        ("", "", ""),
        ("unix:", "", ""),
    ],
)
def test_it_shortens(address: str, network: str, line: str) -> None:
    assert network_of(address) == network
    assert line_of(address) == line
