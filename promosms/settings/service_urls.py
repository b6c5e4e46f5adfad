"""The addresses of the database, Redis and the mail server: what is read, and what is refused.

No line quotes an address: it may hold a password.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from redis import ConnectionPool, RedisError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from promosms.settings.schema import Settings

# The same services under other names, as hosting companies write them.
ALIASES = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "valkey": "redis",
    "valkeys": "rediss",
}
DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
REDIS = ("redis", "rediss", "unix")
NUMBERS = ("connect_timeout", "keepalives", "keepalives_idle", "tcp_user_timeout", "port")
MEMORY = "memory"  # counters of one process, for trials
SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30})://", re.IGNORECASE)
HOST = re.compile(r"[^\s/@:]+|\[?[0-9a-f:.]+\]?", re.IGNORECASE)
ORIGIN = re.compile(r"[a-z]+://[^\s/?#@]+/?", re.IGNORECASE)
ESCAPES = "write special characters of the password as %40 (@), %3A (:), %2F (/), %23 (#), %3F (?)"


def plain(url: str) -> str:
    """The address with the scheme that the libraries know, without blanks around it."""
    url = url.strip()
    scheme = _scheme(url)
    return ALIASES.get(scheme, scheme) + url[len(scheme) :]


def split(url: str) -> SplitResult | None:
    """The parts of an address; None if it cannot be read, as with a port that is no number."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port else None
    return None


def problem(settings: Settings) -> str:
    """What is wrong with an address, in one line; empty if nothing is."""
    checks = (
        _public(settings),
        _short_links(settings),
        _database(settings),
        _redis(settings),
        _mail(settings),
    )
    return next((line for check in checks for line in check), "")


def _public(settings: Settings) -> Iterator[str]:
    url = split(settings.public_url)
    if url is None:
        yield "PUBLIC_URL cannot be read: https://sms.example.com is one."
    elif url.netloc and not ORIGIN.fullmatch(settings.public_url):
        yield "PUBLIC_URL must be only https:// and a host, such as https://sms.example.com."


def _short_links(settings: Settings) -> Iterator[str]:
    address = settings.short_link_url
    if address and (split(address) is None or not re.fullmatch(r"https://[^\s/?#@]+/?", address)):
        yield "SHORT_LINK_URL must be only https:// and a host, such as https://sms.example.com."


def _database(settings: Settings) -> Iterator[str]:
    address = settings.database_url
    if not address:
        return
    if _scheme(address) not in DRIVERS:
        yield (
            "DATABASE_URL must begin with postgresql:// or sqlite:///"
            f"{_instead(address)}. Leave it out for SQLite in the folder of the installation."
        )
        return
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        yield f"DATABASE_URL cannot be read: {ESCAPES}."
        return
    if url.drivername.startswith("sqlite"):
        if url.host:
            yield "DATABASE_URL: a file of SQLite needs three strokes, or four for a full path."
        try:
            url.get_dialect()().create_connect_args(url)
        except (ArgumentError, ValueError):
            yield "DATABASE_URL cannot be read: one of its options is wrong."
        return
    parts = split(address)
    if parts is None or (parts.hostname or "") != (url.host or "").lower():
        yield f"DATABASE_URL cannot be read: {ESCAPES}."
    elif not url.database:
        yield "DATABASE_URL names no database: postgresql://USER@HOST/NAME."
    yield from _options(url.query)


def _options(given: Mapping[str, object]) -> Iterator[str]:
    """Options of libpq that it does not know: it would only say so when it connects."""
    if not given:
        return
    from psycopg import pq  # installations with SQLite do without it

    known = [option.keyword.decode() for option in pq.Conninfo.get_defaults()]
    for name, value in given.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "."
            yield f"DATABASE_URL: {name} is no option of PostgreSQL{hint}"
        elif name in NUMBERS and not re.fullmatch(r"-?\d+", str(value), re.ASCII):
            yield f"DATABASE_URL: {name} must be a whole number."


def _redis(settings: Settings) -> Iterator[str]:
    address = settings.redis_url
    scheme = _scheme(address)
    if not address or (scheme == MEMORY and not settings.production):
        return
    if scheme not in REDIS:
        yield f"REDIS_URL must begin with redis://, rediss:// or unix://{_instead(address)}."
        return
    url, known = split(address), True
    try:
        pool = ConnectionPool.from_url(address)
    except ValueError:
        url = None
    else:
        known = _knows_options(pool)
    if url is None or "@" in (url.hostname or "") or url.fragment:
        yield f"REDIS_URL cannot be read: {ESCAPES}."
    elif scheme == "unix" and not url.path:
        yield "REDIS_URL names no socket: unix:///run/valkey.sock."
    elif scheme != "unix" and not re.fullmatch(r"(/\d*)?", url.path):
        yield "REDIS_URL must end with the number of a database: redis://HOST/0."
    elif not known:
        yield "REDIS_URL has an option that is not known, or a wrong value of one."


def _knows_options(pool: ConnectionPool) -> bool:
    """Can a connection be made with its options? It is not opened."""
    try:
        pool.make_connection()
    except (TypeError, ValueError, RedisError):
        return False
    return True


def _mail(settings: Settings) -> Iterator[str]:
    if settings.mail_server and not HOST.fullmatch(settings.mail_server):
        yield "MAIL_SERVER must be a host such as mail.example.com; its port is MAIL_PORT."
    if re.search(r"[\r\n]", settings.mail_sender) or (
        settings.mail_sender and not re.search(r"[^@\s<]+@[^@\s>]+", settings.mail_sender)
    ):
        yield "MAIL_SENDER must be an e-mail address, such as Shop <texts@example.com>."


def _scheme(address: str) -> str:
    match = SCHEME.match(address)
    return match[1].lower() if match else ""


def _instead(address: str) -> str:
    """The scheme that was given, and nothing else of the address."""
    scheme = _scheme(address)
    return f", not {scheme}://" if scheme else ""


def file_problem(name: str, file: str) -> str:
    """Why the file of a setting cannot be read, in one line; empty if it can."""
    if not file:
        return ""
    try:
        with Path(file).open("rb"):
            return ""
    except OSError as error:
        reason = (error.strerror or "").lower()
        return f"{name} {file} cannot be read ({reason}): correct the path, or leave it out."
