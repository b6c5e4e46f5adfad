"""Speed: how fast a gateway sends, by its rate and by what its kind takes at most."""

import math

from promosms.gateways import KINDS
from promosms.models import Gateway

SLOWEST = 1.0  # parts per second, unless the kind takes less


def of(gateway: Gateway) -> float:
    """Parts per second of all connections."""
    return min(max(SLOWEST, gateway.rate), _most(gateway))


def of_each(gateway: Gateway) -> float:
    """Parts per second of one connection: they share the rate."""
    shared = max(SLOWEST, gateway.rate / gateway.connections)
    return min(shared, _most(gateway) / gateway.connections)


def per_hour(gateway: Gateway) -> int:
    """Parts per hour of a gateway whose kind sets a limit below its rate; 0 for all others."""
    most = _most(gateway)
    return round(most * 3600) if most < gateway.rate else 0


def _most(gateway: Gateway) -> float:
    kind = KINDS.get(gateway.kind)
    return kind.most_rate(gateway.settings) if kind else math.inf
