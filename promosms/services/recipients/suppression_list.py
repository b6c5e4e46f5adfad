"""The page of the suppression list: search it, add numbers by hand, remove mistakes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import Page, id_of, page_of, select_page
from promosms.models import InboundKind, InboundMessage, Suppression, SuppressionSource, table_of
from promosms.services.recipients import held_replies
from promosms.services.recipients.search import search_terms
from promosms.services.sending import opt_outs
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone

PAGE = 50
MOST_ADDED = 1000


@dataclass(frozen=True)
class Added:
    """The result of adding numbers: how many are new or existed already, and the bad ones."""

    new: int
    existing: int
    bad: Sequence[str]


def page(
    account_id: int, words: str = "", after: str = "", *, held: bool = False
) -> Page[Suppression]:
    """A page of suppressed numbers, the newest first, after the one with this public id.

    `held`: only those that are held until a person has read their reply.
    """
    query = select(Suppression).where(Suppression.account_id == account_id)
    if held:
        query = query.where(Suppression.source == SuppressionSource.HELD)
    for term in search_terms(words):
        query = query.where(Suppression.phone.contains(term, autoescape=True))
    last = id_of(table_of(Suppression), account_id, after)
    rows = db.session.scalars(select_page(query, Suppression.id, last, PAGE))
    return page_of(rows, PAGE, lambda suppression: suppression.public_id)


def add(account_id: int, region: str, typed: Sequence[str]) -> Added:
    """Suppress numbers typed in by hand, for recipients who asked in person or on the phone."""
    new, existing, bad = 0, 0, []
    with transaction():
        for number in typed:
            try:
                parsed = phone.parse(number, region)
            except InvalidPhone:
                bad.append(number)
                continue
            if opt_outs.opt_out(account_id, parsed.e164, SuppressionSource.HAND):
                new += 1
            else:
                existing += 1
    return Added(new, existing, bad)


def may_lift(suppression: Suppression) -> bool:
    """Only a number added by hand, and only if the recipient has not sent STOP since."""
    if suppression.source != SuppressionSource.HAND:
        return False
    stopped = exists().where(
        InboundMessage.account_id == suppression.account_id,
        InboundMessage.phone == suppression.phone,
        InboundMessage.kind == InboundKind.STOP,
        InboundMessage.received_at >= suppression.created_at,
    )
    return not db.session.scalar(select(stopped))


def of_number(account_id: int, number: str) -> Suppression | None:
    """The suppression of a number."""
    query = select(Suppression).where(
        Suppression.account_id == account_id, Suppression.phone == number
    )
    return db.session.scalars(query).one_or_none()


def lift(suppression: Suppression) -> bool:
    """Remove a number that was added by hand by mistake; False if that is not allowed.

    It stays on the list, held, if a reply waits to be read.
    """
    account_id, number = suppression.account_id, suppression.phone
    with transaction() as session:
        opt_outs.lock(session, account_id)
        row = opt_outs.locked(session, account_id, number)
        if row is None or not may_lift(row):
            return False
        held_replies.hold_on(session, row)
        return True
