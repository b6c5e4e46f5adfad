"""The suppression list as a page: search it, add by hand, take back what was added by mistake."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import InboundKind, InboundMessage, Suppression, SuppressionSource
from promosms.services.recipients.recipients import search_terms
from promosms.services.sending import opt_outs
from promosms.sms import phone
from promosms.sms.phone import InvalidPhone

PAGE = 50
MOST_ADDED = 1000


@dataclass(frozen=True)
class Added:
    """What became of numbers typed in: how many are new, how many were there, which were bad."""

    new: int
    known: int
    bad: Sequence[str]


def page(account_id: int, words: str = "", after: str = "") -> tuple[list[Suppression], str]:
    """Suppressed numbers, the newest first, and where the next page goes on ("" at the end)."""
    query = select(Suppression).where(Suppression.account_id == account_id)
    for term in search_terms(words):
        query = query.where(Suppression.phone.contains(term, autoescape=True))
    last = db.session.scalar(
        select(Suppression.id).where(
            Suppression.account_id == account_id, Suppression.public_id == after
        )
    )
    if last is not None:
        query = query.where(Suppression.id < last)
    found = list(db.session.scalars(query.order_by(Suppression.id.desc()).limit(PAGE + 1)))
    return found[:PAGE], found[PAGE - 1].public_id if len(found) > PAGE else ""


def add(account_id: int, region: str, typed: Sequence[str]) -> Added:
    """Suppress numbers that were typed in, as the recipients asked for by word of mouth."""
    new, known, bad = 0, 0, []
    with transaction():
        for raw in typed:
            try:
                number = phone.parse(raw, region)
            except InvalidPhone:
                bad.append(raw)
                continue
            if opt_outs.opt_out(account_id, number.e164, SuppressionSource.HAND):
                new += 1
            else:
                known += 1
    return Added(new, known, bad)


def may_lift(which: Suppression) -> bool:
    """Only what was added by hand, and only if the recipient has not said STOP since."""
    if which.source != SuppressionSource.HAND:
        return False
    said_stop = exists().where(
        InboundMessage.account_id == which.account_id,
        InboundMessage.phone == which.phone,
        InboundMessage.kind.in_((InboundKind.STOP, InboundKind.HOLD)),
        InboundMessage.received_at >= which.created_at,
    )
    return not db.session.scalar(select(said_stop))


def lift(which: Suppression) -> bool:
    """Take back a number that was added by hand by mistake; False if that may not be."""
    with transaction():
        return may_lift(which) and opt_outs.lift(which.account_id, which.phone)
