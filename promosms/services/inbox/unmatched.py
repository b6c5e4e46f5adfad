"""Unmatched opt-outs: wishes to stop that belong to nobody are kept until an admin settles them.

What an admin sees of one: when it came, by which gateway, to which of our numbers, how it was
understood, and the last three digits of its sender; names and short codes in full. That is enough
to choose among the accounts that come into question, or to ask the provider for the number. The
text is not shown.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.encryption import decrypt, encrypt
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import (
    Account,
    Gateway,
    InboundKind,
    UnmatchedOptOut,
    UnmatchedStatus,
    now,
)
from promosms.services.gateways import countries
from promosms.services.inbox import emails as inbox_emails
from promosms.services.inbox import last_digits
from promosms.services.inbox.concatenation import Reply
from promosms.services.inbox.last_digits import Fit
from promosms.services.mail import notify
from promosms.sms.phone import mask

PURPOSE = "unmatched opt-outs"
EMAIL_PAUSE = timedelta(hours=1)
"""After an e-mail admins get no other for so long; the page shows each of them."""
PAGE = 50
MOST_TIMES = 30_000
SHOWN = 3  # digits of a number that admins see
SHORT_CODE = 6  # digits at most


@dataclass(frozen=True)
class Candidate:
    """An account and a number that come into question; `key` names both without the number."""

    account_id: int
    account: str
    phone: str
    masked: str
    key: str


@dataclass(frozen=True)
class Waiting:
    """An opt-out that waits, as admins see it; `is_known` if the number of its sender is clear."""

    row: UnmatchedOptOut
    gateway: str
    sender: str
    inbound_number: str
    is_known: bool
    candidates: list[Candidate]


def keep(reply: Reply, kind: InboundKind) -> bool:
    """Keep an opt-out, once for each address, and tell the admins; always True.

    Part of the transaction that removes it from the inbox.
    """
    address = reply.address or reply.phone
    address_hash = keyed_hash(PURPOSE, str(reply.gateway_id), address)
    with transaction() as session:
        _lock(session)
        same = UnmatchedOptOut.address_hash == address_hash
        row = session.scalar(select(UnmatchedOptOut).where(_waits(), same).limit(1))
        if row is None:
            row = UnmatchedOptOut(
                gateway_id=reply.gateway_id,
                kind=kind,
                encrypted_reply=_sealed(reply),
                address_hash=address_hash,
                received_at=reply.received_at,
            )
            session.add(row)
        else:
            row.times = min(row.times + 1, MOST_TIMES)
            if row.kind != InboundKind.STOP and kind == InboundKind.STOP:
                row.kind, row.encrypted_reply = kind, _sealed(reply)
        _tell_admins(session, row)
    return True


def count() -> int:
    """How many wait for an admin."""
    return db.session.scalar(select(func.count()).where(_waits())) or 0


def find(public_id: str) -> UnmatchedOptOut | None:
    """An unmatched opt-out by its public id."""
    return db.session.scalar(select(UnmatchedOptOut).where(UnmatchedOptOut.public_id == public_id))


def waiting() -> list[Waiting]:
    """Those that wait, the oldest first: a page of them, the rest follows when they are settled."""
    query = select(UnmatchedOptOut).where(_waits()).order_by(UnmatchedOptOut.id).limit(PAGE)
    names = {row.id: row.name for row in db.session.execute(select(Gateway.id, Gateway.name))}
    return [shown(row, names.get(row.gateway_id, "")) for row in db.session.scalars(query)]


def settled() -> list[tuple[UnmatchedOptOut, str]]:
    """Those that were settled lately, with the account if it is one; the newest first."""
    query = (
        select(UnmatchedOptOut, Account.public_id)
        .outerjoin(Account, Account.id == UnmatchedOptOut.account_id)
        .where(UnmatchedOptOut.status != UnmatchedStatus.WAITING)
    )
    rows = db.session.execute(query.order_by(UnmatchedOptOut.decided_at.desc()).limit(PAGE))
    return [(row[0], row[1] or "") for row in rows]


def shown(row: UnmatchedOptOut, gateway: str = "") -> Waiting:
    """One that waits, as admins see it."""
    reply = reply_of(row)
    sender, known = masked(reply.address or reply.phone), bool(number_of(reply))
    return Waiting(row, gateway, sender, reply.inbound_number, known, candidates(row))


def number_of(reply: Reply) -> str:
    """The number of its sender in E.164, as far as the address could be read; or else empty."""
    return reply.phone if reply.phone.startswith("+") and reply.phone != reply.address else ""


def candidates(row: UnmatchedOptOut) -> list[Candidate]:
    """The accounts that have texted a number like that lately."""
    found = {(fit.account_id, fit.phone): fit for fit in fitting(db.session(), row)}
    ids = {account_id for account_id, _ in found}
    accounts = select(Account.id, Account.public_id).where(Account.id.in_(ids))
    names = {account.id: account.public_id for account in db.session.execute(accounts)}
    return [
        Candidate(
            account_id,
            names[account_id],
            phone,
            mask(phone),
            keyed_hash(PURPOSE, str(account_id), phone)[:20],
        )
        for account_id, phone in found
        if account_id in names
    ]


def forget_account(account_id: int) -> None:
    """Delete those that fit an account and no other, while its messages still exist.

    One that fits others too is still needed: it may be theirs.
    """
    with transaction() as session:
        for row in session.scalars(select(UnmatchedOptOut).where(_waits())).all():
            if {fit.account_id for fit in fitting(session, row)} == {account_id}:
                session.delete(row)


def forget_person(account_id: int, phone: str) -> bool:
    """Delete those that fit this number of an account and no other; True if one fits it at all.

    Then it may have come from this person, and the account must not text the number again.
    """
    fits = False
    with transaction() as session:
        for row in session.scalars(select(UnmatchedOptOut).where(_waits())).all():
            reply = reply_of(row)
            if number_of(reply) != phone and not last_digits.fits(reply.address, phone):
                continue
            fits = True
            others = {(fit.account_id, fit.phone) for fit in fitting(session, row)}
            if not others - {(account_id, phone)}:
                session.delete(row)
    return fits


def fitting(session: Session, row: UnmatchedOptOut) -> list[Fit]:
    """What its gateway has texted lately that fits it."""
    address, country = reply_of(row).address, countries.of(row.gateway_id)
    return last_digits.fitting(session, row.gateway_id, address, country)


def reply_of(row: UnmatchedOptOut) -> Reply:
    """The reply as it came; without sender and text if the key of the installation has changed."""
    content = decrypt(PURPOSE, row.encrypted_reply) if row.encrypted_reply else None
    if content is None:
        return Reply(row.gateway_id, "", "", row.kind.upper(), "", row.received_at)
    fields = json.loads(content)
    fields["received_at"] = datetime.fromisoformat(fields["received_at"])
    return Reply(**fields)


def masked(address: str) -> str:
    """An address as admins see it: of a number the last digits, names and short codes in full."""
    if address.startswith("+") and (known := mask(address)) != "***":
        return known
    digits = [char for char in address if char.isdigit()]
    if len(digits) <= SHORT_CODE:
        return address
    return "*" * (len(digits) - SHOWN) + "".join(digits[-SHOWN:])


def _sealed(reply: Reply) -> bytes:
    fields = {**asdict(reply), "received_at": reply.received_at.isoformat()}
    return encrypt(PURPOSE, json.dumps(fields))


def _waits() -> ColumnElement[bool]:
    return UnmatchedOptOut.status == UnmatchedStatus.WAITING


def _lock(session: Session) -> None:
    """One after the other, so that an address is kept once and the admins are told once."""
    first = select(Gateway.id).order_by(Gateway.id).limit(1)
    session.execute(first.with_for_update(key_share=True))


def _tell_admins(session: Session, row: UnmatchedOptOut) -> None:
    told = UnmatchedOptOut.told_at > now() - EMAIL_PAUSE
    if session.scalar(select(UnmatchedOptOut.id).where(told).limit(1)) is None:
        row.told_at = now()
        notify.tell_admins(inbox_emails.unmatched)
