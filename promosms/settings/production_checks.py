"""What a public installation must not do: checked at every start, each failure one line.

`problem` refuses the start, `warnings` are said at the start and by `config-check`.
"""

import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Config = Mapping[str, Any]

SHORTEST_KEY = 32
FEWEST_SIGNS = 10  # different ones: fewer are typed, not drawn
SAMPLES = re.compile("change|default|example|insert|password|secret|xxxx", re.IGNORECASE)
# OWASP Password Storage Cheat Sheet, Argon2id: memory in KiB and rounds that weigh the same.
ARGON2 = ((47_104, 1), (19_456, 2))
OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH
SECRET_FILES = ("secret_key", "config.py", "certificate.pem", "promosms.sqlite3")
HERE = ("localhost", "127.0.0.1", "::1", "")
LARGEST_UPLOAD = 1024**3
MAILBOX = re.compile(r"[^@\s]+@[^@\s]+")


def problem(config: Config, folder: Path, debug: bool = False) -> str:
    """The first thing that is wrong, as one line that says what to do; empty if nothing is."""
    checks: tuple[Callable[[Config], Iterator[str]], ...] = (_address, _proxies, _uploads, _mailbox)
    if config["PRODUCTION"]:
        checks += (_switches, _keys, _hosts, _redis, _mail, _argon2, _operator)
    found = (line for check in checks for line in check(config))
    if wrong := next(found, ""):
        return wrong
    if not config["PRODUCTION"]:
        return ""
    if debug:
        return "Debug mode is on: it shows the inside of the program. Switch it off in production."
    return next(_files(folder), "")


def warnings(config: Config) -> Iterator[str]:
    """What may be meant, and is worth a second look."""
    host = urlsplit(str(config["PUBLIC_URL"])).hostname or ""
    redis = urlsplit(str(config["REDIS_URL"]))
    if config["HSTS_SUBDOMAINS"]:
        yield (
            f"HSTS_SUBDOMAINS is on: browsers refuse plain http for every name below {host} "
            "for a year, also for services that are not PromoSMS."
        )
    if not config["PRODUCTION"]:
        return
    if str(config["DATABASE_URL"]).startswith("sqlite") and _foreign(redis.hostname):
        yield (
            "The database is SQLite and Redis is on another machine: several machines need "
            "PostgreSQL, because SQLite cannot be shared over a network."
        )
    if redis.scheme == "redis" and _foreign(redis.hostname):
        yield "REDIS_URL is not encrypted: use rediss:// unless the network is yours alone."
    database = urlsplit(str(config["DATABASE_URL"]))
    if _foreign(database.hostname) and "sslmode=" not in database.query:
        yield (
            "DATABASE_URL does not ask for encryption: add ?sslmode=verify-full unless the "
            "network is yours alone."
        )


def _address(config: Config) -> Iterator[str]:
    url = urlsplit(str(config["PUBLIC_URL"]))
    if url.scheme != "https" or not url.hostname:
        yield "PUBLIC_URL must begin with https://."
    if not any(_covers(one, url.hostname or "") for one in config["TRUSTED_HOSTS"]):
        yield "TRUSTED_HOSTS must name the host of PUBLIC_URL, or nobody could open a page."


def _covers(trusted: str, host: str) -> bool:
    return trusted == host or (trusted.startswith(".") and f".{host}".endswith(trusted))


def _proxies(config: Config) -> Iterator[str]:
    if not 0 <= config["TRUSTED_PROXIES"] <= 10:
        yield "TRUSTED_PROXIES must be the number of your proxies: 0 to 10."
    try:
        networks = [ip_network(one) for one in config["PROXY_NETWORKS"]]
    except ValueError:
        yield "PROXY_NETWORKS must be addresses or networks such as 10.0.0.0/8."
        return
    if config["TRUSTED_PROXIES"] and any(network.prefixlen == 0 for network in networks):
        yield "PROXY_NETWORKS holds everybody: name the addresses of your proxies."


def _uploads(config: Config) -> Iterator[str]:
    size = config["MAX_CONTENT_LENGTH"]
    if not isinstance(size, int) or not 0 < size <= LARGEST_UPLOAD:
        yield f"MAX_CONTENT_LENGTH must be a number of bytes from 1 to {LARGEST_UPLOAD}."


def _mailbox(config: Config) -> Iterator[str]:
    given = str(config["SECURITY_CONTACT"])
    if given and not (given.startswith("https://") or MAILBOX.fullmatch(given)):
        yield "SECURITY_CONTACT must be an e-mail address, or a page that begins with https://."


def _switches(config: Config) -> Iterator[str]:
    if config.get("DEBUG"):
        yield "DEBUG is on: it shows the inside of the program. Switch it off in production."
    if config.get("TESTING"):
        yield "TESTING is on: switch it off in production."
    if not config["RATE_LIMITS"]:
        yield "RATE_LIMITS is off: passwords could be guessed. Switch it on in production."


def _keys(config: Config) -> Iterator[str]:
    for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS"):
        keys = config[name] if isinstance(config[name], list) else [config[name]]
        for key in map(str, keys):
            if len(key) < SHORTEST_KEY:
                yield f"{name} is too short: use at least {SHORTEST_KEY} characters."
            if len(set(key)) < FEWEST_SIGNS or SAMPLES.search(key):
                yield f"{name} can be guessed: leave it out, then one is drawn at the first start."


def _hosts(config: Config) -> Iterator[str]:
    host = urlsplit(str(config["PUBLIC_URL"])).hostname or ""
    if not _foreign(host) or host.endswith((".localhost", ".local")):
        yield f"PUBLIC_URL names this machine ({host}): set the address that people use."
    for trusted in config["TRUSTED_HOSTS"]:
        if "*" in trusted or trusted.startswith("."):
            yield f"TRUSTED_HOSTS must name each host in full, not {trusted!r}."


def _redis(config: Config) -> Iterator[str]:
    url = urlsplit(str(config["REDIS_URL"]))
    if _foreign(url.hostname) and not url.password:
        yield (
            "REDIS_URL names another machine without a password: whoever reaches it could give "
            "orders to the workers. Use rediss://:PASSWORD@HOST."
        )


def _mail(config: Config) -> Iterator[str]:
    if not config["MAIL_SERVER"]:
        yield "MAIL_SERVER is not set: registration needs e-mail in production."
    if not config["MAIL_STARTTLS"] and _foreign(str(config["MAIL_SERVER"])):
        yield "MAIL_STARTTLS is off: e-mails with links that open accounts would travel in clear."


def _argon2(config: Config) -> Iterator[str]:
    memory, rounds = config["ARGON2_MEMORY_KIB"], config["ARGON2_TIME"]
    if not any(memory >= least and rounds >= times for least, times in ARGON2):
        yield (
            "ARGON2_MEMORY_KIB and ARGON2_TIME make passwords too easy to try: at least 19456 "
            "and 2 are needed."
        )


def _operator(config: Config) -> Iterator[str]:
    if not config["OPERATOR_EMAIL"]:
        yield "OPERATOR_EMAIL is not set: the privacy policy must name you."


def _files(folder: Path) -> Iterator[str]:
    for name in SECRET_FILES:
        path = folder / name
        with suppress(FileNotFoundError):
            if path.stat().st_mode & OTHERS:
                yield f"{path} can be read by everybody on this machine: chmod o= {path}"


def _foreign(host: str | None) -> bool:
    """Is it another machine? A name that says nothing else counts as one."""
    if (host or "") in HERE:
        return False
    try:
        return not ip_address(host or "").is_loopback
    except ValueError:
        return True
