"""How often a key may call, and how often somebody may try keys.

The counters are in Redis. When it does not answer, requests are not counted: no work waits for it.
"""

import time

from flask import g, request
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter
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


def count(key: str) -> None:
    """Count a request of a key; raises Problem when its minute is used up."""
    item = RateLimitItemPerMinute(settings.api_requests_per_minute)
    counted = _counted(item, f"api-key-{key}")
    if counted is None:
        return
    allowed, left, seconds = counted
    g.rate_headers = {
        "RateLimit-Policy": f'"{POLICY}";q={item.amount};w=60',
        "RateLimit": f'"{POLICY}";r={left};t={seconds}',
    }
    if not allowed:
        raise Problem("too-many-requests", headers={"Retry-After": str(seconds)})


def headers() -> dict[str, str]:
    """How many requests are left, for the response (draft-ietf-httpapi-ratelimit-headers)."""
    found: dict[str, str] = g.get("rate_headers", {})
    return found


def count_guess() -> None:
    """Count a request without a working key; raises Problem after too many."""
    counted = _counted(GUESSES, hashed("api guesses", line_of(request.remote_addr or "")))
    if counted is not None and not counted[0]:
        raise Problem("too-many-requests", headers={"Retry-After": str(counted[2])})


def _counted(item: RateLimitItem, name: str) -> tuple[bool, int, int] | None:
    """Is it allowed, how many more are, and for how many seconds; None if nothing is counted."""
    if not limiter.enabled:
        return None
    counter = FixedWindowRateLimiter(limiter.storage)
    try:
        allowed = counter.hit(item, name)
        window = counter.get_window_stats(item, name)
    except RedisError:
        log.warning("api.not_counted", extra={"code": "redis"})
        return None
    return allowed, max(window.remaining, 0), max(1, round(window.reset_time - time.time()))
