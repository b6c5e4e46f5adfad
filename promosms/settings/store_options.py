"""How connections to the database and to Redis notice that the other side has vanished.

A host without power says no good-bye, and a firewall may drop every packet: without these options
a process waits for hours. What the operator writes in DATABASE_URL and REDIS_URL goes over them.
"""

import os
import socket
from collections.abc import Mapping

from redis.backoff import ConstantBackoff
from redis.retry import Retry
from sqlalchemy import make_url

from promosms.settings.schema import Settings

PROBES = 3
# What libpq reads from the environment of the process.
ENVIRONMENT = {"connect_timeout": "PGCONNECT_TIMEOUT"}


def engine(settings: Settings) -> dict[str, object]:
    """Options of the SQLAlchemy engine: of libpq for PostgreSQL (its manual, section 34.1.2)."""
    options: dict[str, object] = {
        "pool_pre_ping": True,
        "hide_parameters": True,  # the message of a database error must not quote data
    }
    if settings.database_url.startswith("postgresql"):
        written = make_url(settings.database_url).query
        options["connect_args"] = {
            name: value
            for name, value in _libpq(settings).items()
            if name not in written and ENVIRONMENT.get(name, name) not in os.environ
        }
    return options


def redis(
    settings: Settings,
    *,
    connect: float | None = None,
    answer: float | None = None,
    pause: float = 0.0,
    tries: int = 1,
) -> dict[str, object]:
    """Options of a Redis client; `connect` and `answer` are seconds to wait for each.

    A broken connection is replaced once and at once, or after a `pause` of seconds and more often:
    the client's own ten tries would take minutes.
    """
    silence = settings.store_silence_seconds
    options: dict[str, object] = {
        "socket_connect_timeout": connect or settings.store_connect_seconds,
        "socket_timeout": answer or silence,
        "retry": Retry(ConstantBackoff(pause), tries),
    }
    if settings.redis_url.startswith("redis"):  # the others are on this machine
        options |= {"socket_keepalive": True, "socket_keepalive_options": _tcp(silence)}
    return options


def _libpq(settings: Settings) -> Mapping[str, int]:
    silence = settings.store_silence_seconds
    return {
        "connect_timeout": settings.store_connect_seconds,
        "keepalives": 1,
        "keepalives_idle": _idle(silence),
        "keepalives_interval": _interval(silence),
        "keepalives_count": PROBES,
        "tcp_user_timeout": round(silence * 1000),
    }


def _tcp(silence: float) -> Mapping[int, int]:
    """The same for a socket; a system that lacks an option does without it."""
    values = {
        "TCP_KEEPIDLE": _idle(silence),
        "TCP_KEEPINTVL": _interval(silence),
        "TCP_KEEPCNT": PROBES,
        "TCP_USER_TIMEOUT": round(silence * 1000),
    }
    return {getattr(socket, name): value for name, value in values.items() if hasattr(socket, name)}


def _idle(silence: float) -> int:
    """Whole seconds without data before the first probe: half of the silence."""
    return max(1, round(silence / 2))


def _interval(silence: float) -> int:
    return max(1, round(silence / 2 / PROBES))
