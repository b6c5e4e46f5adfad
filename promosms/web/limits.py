"""Rate limits: one rule for every page that has one.

An IPv6 line has 2^64 addresses, and a site 65,536 such lines. So a request counts for its line (an
IPv4 address, or an IPv6 /64) and, with a limit five times as high, for its network (/24, or /48).
"""

import hmac
from collections.abc import Callable
from typing import Any

from flask import request
from limits import parse_many

from promosms.extensions import limiter
from promosms.logs.networks import line_of, network_of
from promosms.settings import settings

LINES = 5  # of one network that may do at the same time what one line may


def limit(value: str, **options: Any) -> Callable[[Any], Any]:
    """Limit a view, such as "10/minute;60/hour" for each line. Options are those of Flask-Limiter.

    With a `key_func`, for example for an address that is typed in, only that key counts.
    """
    near = limiter.limit(value, **{"key_func": _line, **options})
    if "key_func" in options:
        return near
    many = ";".join(
        f"{item.amount * LINES} per {item.multiples} {item.GRANULARITY.name}"
        for item in parse_many(value)
    )
    wide = limiter.limit(many, key_func=_network, **options)
    return lambda view: wide(near(view))


def _line() -> str:
    return hashed("line", line_of(request.remote_addr or ""))


def _network() -> str:
    return hashed("network", network_of(request.remote_addr or ""))


def hashed(kind: str, name: str) -> str:
    """A keyed hash of what is counted, so that no address stands in Redis or its files."""
    key = settings.secret_key.encode()
    return hmac.digest(key, f"{kind} {name}".encode(), "sha256").hex()[:32]
