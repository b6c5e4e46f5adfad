"""How often a key may call, and how often somebody may try keys.

The counters are in Redis. When it does not answer, requests are not counted: no work waits for it.
"""

import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from flask import g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from redis.exceptions import RedisError

from promosms import logs
from promosms.extensions import limiter
from promosms.logs.networks import line_of
from promosms.settings import settings
from promosms.web.api.problems import Problem
from promosms.web.limits import hashed

log = logs.get(__name__)
POLICY = "key"
GUESSES = RateLimitItemPerMinute(30)
"""So many requests without a working key one address may make in a minute."""


class Counted(NamedTuple):
    """Which one of its minute a request is, and how many seconds of the minute are left."""

    place: int
    seconds: int


def count_all(keys: Sequence[str]) -> list[Counted | None]:
    """Count a request for each of these keys, of which one may come several times."""
    if not limiter.enabled:
        return [None] * len(keys)
    item = RateLimitItemPerMinute(settings.api_requests_per_minute)
    return _counted(item, [f"api-key-{key}" for key in keys])


def check(counted: Counted | None) -> None:
    """Note for the response how many requests are left; raises Problem if the minute is over."""
    if counted is None:
        return
    most = settings.api_requests_per_minute
    g.rate_headers = {
        "RateLimit-Policy": f'"{POLICY}";q={most};w=60',
        "RateLimit": f'"{POLICY}";r={max(most - counted.place, 0)};t={counted.seconds}',
    }
    if counted.place > most:
        raise Problem("too-many-requests", headers={"Retry-After": str(counted.seconds)})


def headers() -> dict[str, str]:
    """How many requests are left, for the response (draft-ietf-httpapi-ratelimit-headers)."""
    found: dict[str, str] = g.get("rate_headers", {})
    return found


def count_guess() -> None:
    """Count a request without a working key; raises Problem after too many."""
    if not limiter.enabled:
        return
    name = hashed("api guesses", line_of(request.remote_addr or ""))
    counted = _counted(GUESSES, [name])[0]
    if counted is not None and counted.place > GUESSES.amount:
        raise Problem("too-many-requests", headers={"Retry-After": str(counted.seconds)})


def _counted(item: RateLimitItem, names: Sequence[str]) -> list[Counted | None]:
    """Count a request for each of the names, in a fixed window; None where nothing is counted."""
    places: dict[str, int] = {}
    seconds: dict[str, int] = {}
    try:
        for name, times in Counter(names).items():
            window = item.key_for(name)
            after = limiter.storage.incr(window, item.get_expiry(), amount=times)
            over = limiter.storage.get_expiry(window) - time.time()
            places[name], seconds[name] = after - times, max(1, round(over))
    except RedisError:
        log.warning("api.not_counted", extra={"code": "redis"})
        return [None] * len(names)
    counted: list[Counted | None] = []
    for name in names:
        places[name] += 1
        counted.append(Counted(places[name], seconds[name]))
    return counted
