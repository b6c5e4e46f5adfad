"""Receivers: one limit for all e-mails that a stranger can cause, for each mailbox.

Registration, forgotten password, deletion without signing in, and the confirmation of a changed
address share it. Receipts, invoices and security notices do not count and are never limited. It
is in the database, under the lock of the verification texts, so it holds without Redis.
"""

from datetime import timedelta
from typing import NamedTuple

import idna
from sqlalchemy import delete, func, select

from promosms.db.transactions import transaction
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import EmailAttempt, now
from promosms.services.abuse import refusals, sms_pumping
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.settings import settings

MOST = 5  # in 24 hours
DAY = timedelta(hours=24)


class Provider(NamedTuple):
    """A provider of mailboxes: its domains are names of the same mailboxes.

    The characters of `ignored` in the part before the @ name no other mailbox.
    """

    domains: tuple[str, ...]
    ignored: str = ""


TAG = "+"
"""What follows it names no other mailbox: so it is with most providers (RFC 5233), also with those
that companies use under their own domains. Where it does, the two share a limit."""
PROVIDERS = (
    Provider(("gmail.com", "googlemail.com"), ignored="."),
    Provider(("proton.me", "protonmail.com", "pm.me", "protonmail.ch"), ignored=".-_"),
    Provider(("icloud.com", "me.com", "mac.com")),
    Provider(("yandex.com", "yandex.ru", "ya.ru")),
)
"""Providers whose own pages say so: support.google.com/mail/answer/7436150 for the first."""
BY_DOMAIN = {domain: provider for provider in PROVIDERS for domain in provider.domains}


def normalised(address: str) -> str:
    """One spelling for all addresses that lead to the same mailbox."""
    name, _at, typed = address.strip().lower().rpartition("@")
    domain = _ascii(typed)
    provider = BY_DOMAIN.get(domain) or Provider((domain,))
    ignored = dict.fromkeys(map(ord, provider.ignored))
    plain = name.partition(TAG)[0].translate(ignored)
    return f"{plain or name}@{provider.domains[0]}"


def may_write(address: str, *, proven: bool) -> bool:
    """May such an e-mail go to this address now? Then it counts as sent; else a refusal is noted.

    Every e-mail after the first needs a proof of work: `proven`. The answer must not show on the
    page. Takes the lock of the verification texts, so call it before other rows are locked; do
    not roll back after a refusal, or it is not noted.
    """
    receiver = keyed_hash("e-mail receiver", normalised(address))[:32]
    with transaction() as session:
        sms_pumping.lock()
        same = EmailAttempt.receiver_hash == receiver, EmailAttempt.created_at > now() - DAY
        written = session.scalars(select(func.count(EmailAttempt.id)).where(*same)).one()
        if problem := _problem(written, proven):
            refusals.note(problem)
            return False
        session.add(EmailAttempt(receiver_hash=receiver))
        return True


def forget_old() -> None:
    """Delete what no longer counts."""
    with transaction() as session:
        old = EmailAttempt.created_at <= now() - EmailAttempt.retention.limit
        session.execute(delete(EmailAttempt).where(old))


def _problem(written: int, proven: bool) -> PumpingProblem | None:
    if written >= MOST:
        return PumpingProblem.RECEIVER
    if written and not proven and settings.rate_limits:
        return PumpingProblem.UNPROVEN
    return None


def _ascii(domain: str) -> str:
    """The domain as it is in the DNS, without the dot of the root."""
    try:
        return idna.encode(domain, uts46=True).decode().lower().rstrip(".")
    except idna.IDNAError:
        return domain.rstrip(".")
