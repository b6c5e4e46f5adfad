"""Bulk actions: begin one for recipients chosen by name or by a filter, follow and cancel it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    BulkAction,
    BulkKind,
    BulkStatus,
    ConsentHow,
    Recipient,
    RecipientList,
    User,
    now,
)
from promosms.services.recipients import consents, filters, states
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.filters import Search

STALE_AFTER = timedelta(seconds=60)
WAITING = (BulkStatus.QUEUED, BulkStatus.RUNNING)
ON_LISTS = (BulkKind.PUT_ON_LIST, BulkKind.TAKE_OFF_LIST)


@dataclass(frozen=True)
class Chosen:
    """Recipients by their public ids; without any ids all whom a search shows."""

    search: Search
    recipients: Sequence[str] | None = None

    def stored(self) -> dict[str, Any]:
        """As an action stores it."""
        if self.recipients is not None:
            return {"recipients": list(self.recipients)}
        return filters.stored(self.search)

    def conditions(self) -> list[ColumnElement[bool]]:
        """The conditions that a recipient is one of them."""
        if self.recipients is not None:
            own = Recipient.account_id == self.search.account_id
            return [own, Recipient.public_id.in_(self.recipients)]
        return filters.conditions(self.search)


def chosen_of(action: BulkAction) -> Chosen:
    """Whom an action is for; raises FilterGone."""
    stored = action.chosen
    everybody = Search(action.account_id)
    if "recipients" in stored:
        return Chosen(everybody, stored["recipients"])
    return Chosen(filters.of_stored(action.account_id, stored))


def count(chosen: Chosen) -> int:
    """How many recipients are chosen."""
    search = chosen.search
    if chosen.recipients is None and not search.words.strip() and search.segment is None:
        return states.count(search.account_id, search.on_list)[search.state]
    query = select(func.count()).select_from(Recipient).where(*chosen.conditions())
    return db.session.scalar(query) or 0


def begin(
    chosen: Chosen,
    kind: BulkKind,
    by: User,
    target: RecipientList | None = None,
    basis: Basis | None = None,
) -> BulkAction:
    """Queue an action for all who are chosen now; one that is the same and waits is given back.

    `target` is a list that they are put on or taken off, `basis` the consent that is recorded.
    """
    account_id, stored = chosen.search.account_id, chosen.stored()
    list_id, public_id = target.id if target else None, by.public_id
    total = count(chosen)
    with transaction() as session:
        waiting = select(BulkAction).where(
            BulkAction.account_id == account_id,
            BulkAction.status.in_(WAITING),
            BulkAction.kind == kind,
            BulkAction.list_id.is_(None) if list_id is None else BulkAction.list_id == list_id,
        )
        for action in session.scalars(waiting):
            if action.chosen == stored and basis in (None, consents.basis_of(consents.of(action))):
                return action
        own, consent_id = Recipient.account_id == account_id, None
        if basis is not None:
            how = ConsentHow.BULK if total > 1 else ConsentHow.HAND
            consent_id = consents.make(session, account_id, basis, how, public_id)
        action = BulkAction(
            account_id=account_id,
            kind=kind,
            chosen=stored,
            list_id=list_id,
            consent_id=consent_id,
            by=public_id,
            until=session.scalar(select(func.max(Recipient.id)).where(own)) or 0,
            total=total,
        )
        session.add(action)
        session.flush()
    return action


def cancel(action: BulkAction) -> bool:
    """Stop before the next recipients; what is done stays. False if it has ended already."""
    with transaction() as session:
        cancelled = session.execute(
            update(BulkAction)
            .where(BulkAction.id == action.id, BulkAction.status.in_(WAITING))
            .values(status=BulkStatus.CANCELLED, finished_at=now(), chosen={})
            .returning(BulkAction.id)
        )
        return cancelled.scalar() is not None


def running(account_id: int) -> list[BulkAction]:
    """The actions of an account that have not ended, the newest first."""
    query = select(BulkAction).where(
        BulkAction.account_id == account_id, BulkAction.status.in_(WAITING)
    )
    return list(db.session.scalars(query.order_by(BulkAction.id.desc())))


def list_of(action: BulkAction) -> RecipientList | None:
    """The list that recipients are put on or taken off, if it still exists."""
    return db.session.get(RecipientList, action.list_id) if action.list_id else None


def stale() -> list[int]:
    """Ids of actions that wait for a worker, or that none has touched for a minute."""
    query = select(BulkAction.id).where(claimable()).order_by(BulkAction.id).limit(100)
    return list(db.session.scalars(query))


def claimable() -> ColumnElement[bool]:
    """Queued, or not touched for a minute by the worker that claimed it."""
    untouched = or_(BulkAction.touched_at.is_(None), BulkAction.touched_at < now() - STALE_AFTER)
    return or_(
        BulkAction.status == BulkStatus.QUEUED,
        and_(BulkAction.status == BulkStatus.RUNNING, untouched),
    )
