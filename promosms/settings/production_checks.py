"""What a public installation must not do: checked at every start, each failure one line.

`problem` refuses the start, `warnings` are said at the start and by `config-check`.
"""

import re
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from promosms.settings.schema import Settings

SHORTEST_KEY = 32
FEWEST_SIGNS = 10  # different ones: fewer are typed, not drawn
SAMPLES = re.compile("change|default|example|insert|password|secret|xxxx", re.IGNORECASE)
# OWASP Password Storage Cheat Sheet, Argon2id: memory in KiB and rounds that weigh the same.
ARGON2 = ((47_104, 1), (19_456, 2))
OTHERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH
SECRET_FILES = ("secret_key", "config.py", "certificate.pem", "promosms.sqlite3")
HERE = ("localhost", "127.0.0.1", "::1", "")
MAILBOX = re.compile(r"[^@\s]+@[^@\s]+")


def problem(settings: Settings, folder: Path, *, debug: bool = False, testing: bool = False) -> str:
    """The first thing that is wrong, as one line that says what to do; empty if nothing is."""
    checks: tuple[Callable[[Settings], Iterator[str]], ...] = (_address, _proxies, _mailbox)
    if settings.production:
        checks += (_switches, _keys, _hosts, _redis, _mail, _argon2, _operator)
    problems = (line for check in checks for line in check(settings))
    if wrong := next(problems, ""):
        return wrong
    if not settings.production:
        return ""
    if debug:
        return "Debug mode is on: it shows the inside of the program. Switch it off in production."
    if testing:
        return "TESTING is on: switch it off in production."
    return next(_files(folder), "")


def warnings(settings: Settings) -> Iterator[str]:
    """What may be meant, and is worth a second look."""
    host = urlsplit(settings.public_url).hostname or ""
    redis = urlsplit(settings.redis_url)
    if settings.hsts_subdomains:
        yield (
            f"HSTS_SUBDOMAINS is on: browsers refuse plain http for every name below {host} "
            "for a year, also for services that are not PromoSMS."
        )
    if not settings.production:
        return
    if settings.database_url.startswith("sqlite") and _foreign(redis.hostname):
        yield (
            "The database is SQLite and Redis is on another machine: several machines need "
            "PostgreSQL, because SQLite cannot be shared over a network."
        )
    if redis.scheme == "redis" and _foreign(redis.hostname):
        yield "REDIS_URL is not encrypted: use rediss:// unless the network is yours alone."
    database = urlsplit(settings.database_url)
    if _foreign(database.hostname) and "sslmode=" not in database.query:
        yield (
            "DATABASE_URL does not ask for encryption: add ?sslmode=verify-full unless the "
            "network is yours alone."
        )


def _address(settings: Settings) -> Iterator[str]:
    url = urlsplit(settings.public_url)
    if url.scheme != "https" or not url.hostname:
        yield "PUBLIC_URL must begin with https://."
    if not any(_covers(host, url.hostname or "") for host in settings.trusted_hosts):
        yield "TRUSTED_HOSTS must name the host of PUBLIC_URL, or nobody could open a page."


def _covers(trusted: str, host: str) -> bool:
    return trusted == host or (trusted.startswith(".") and f".{host}".endswith(trusted))


def _proxies(settings: Settings) -> Iterator[str]:
    try:
        networks = [ip_network(one) for one in settings.proxy_networks]
    except ValueError:
        yield "PROXY_NETWORKS must be addresses or networks such as 10.0.0.0/8."
        return
    if settings.trusted_proxies and any(network.prefixlen == 0 for network in networks):
        yield "PROXY_NETWORKS holds everybody: name the addresses of your proxies."


def _mailbox(settings: Settings) -> Iterator[str]:
    mailbox = settings.security_contact
    if mailbox and not (mailbox.startswith("https://") or MAILBOX.fullmatch(mailbox)):
        yield "SECURITY_CONTACT must be an e-mail address, or a page that begins with https://."


def _switches(settings: Settings) -> Iterator[str]:
    if not settings.rate_limits:
        yield "RATE_LIMITS is off: passwords could be guessed. Switch it on in production."


def _keys(settings: Settings) -> Iterator[str]:
    keys = [("SECRET_KEY", settings.secret_key)]
    keys += [("SECRET_KEY_FALLBACKS", key) for key in settings.secret_key_fallbacks]
    for name, key in keys:
        if len(key) < SHORTEST_KEY:
            yield f"{name} is too short: use at least {SHORTEST_KEY} characters."
        if len(set(key)) < FEWEST_SIGNS or SAMPLES.search(key):
            yield f"{name} can be guessed: leave it out, then one is drawn at the first start."


def _hosts(settings: Settings) -> Iterator[str]:
    host = urlsplit(settings.public_url).hostname or ""
    if not _foreign(host) or host.endswith((".localhost", ".local")):
        yield f"PUBLIC_URL names this machine ({host}): set the address that people use."
    for trusted in settings.trusted_hosts:
        if "*" in trusted or trusted.startswith("."):
            yield f"TRUSTED_HOSTS must name each host in full, not {trusted!r}."


def _redis(settings: Settings) -> Iterator[str]:
    url = urlsplit(settings.redis_url)
    if _foreign(url.hostname) and not url.password:
        yield (
            "REDIS_URL names another machine without a password: anybody who reaches it could give "
            "orders to the workers. Use rediss://:PASSWORD@HOST."
        )


def _mail(settings: Settings) -> Iterator[str]:
    if not settings.mail_server:
        yield "MAIL_SERVER is not set: registration needs e-mail in production."
    if not settings.mail_starttls and _foreign(settings.mail_server):
        yield "MAIL_STARTTLS is off: e-mails with links that open accounts would travel in clear."


def _argon2(settings: Settings) -> Iterator[str]:
    memory, rounds = settings.argon2_memory_kib, settings.argon2_time
    if not any(memory >= least and rounds >= times for least, times in ARGON2):
        yield (
            "ARGON2_MEMORY_KIB and ARGON2_TIME make passwords too easy to try: at least 19456 "
            "and 2 are needed."
        )


def _operator(settings: Settings) -> Iterator[str]:
    if line := controller_missing(settings):
        yield f"{line}, also where nothing is sold."


def controller_missing(settings: Settings) -> str:
    """Which settings lack for the controller of article 13 of the GDPR; empty if none does."""
    given = {
        "OPERATOR_NAME": settings.operator_name.strip(),
        "OPERATOR_EMAIL": MAILBOX.fullmatch(settings.operator_email.strip()),
    }
    absent = [name for name, value in given.items() if not value]
    if not absent:
        return ""
    are = "are" if len(absent) > 1 else "is"
    return (
        f"{' and '.join(absent)} {are} not set: the privacy page must name who is responsible, and "
        "an e-mail address"
    )


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
