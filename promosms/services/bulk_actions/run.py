"""The worker's side of a bulk action: some recipients at a time, a restart at any point."""

from collections.abc import Callable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.models import (
    Account,
    BulkAction,
    BulkKind,
    BulkStatus,
    Recipient,
    now,
)
from promosms.services.bulk_actions import actions, field_types
from promosms.services.bulk_actions.actions import ON_LISTS, Chosen
from promosms.services.privacy import erase_recipient
from promosms.services.recipients import consents, lists, recipients
from promosms.services.recipients.filters import FilterGone

BATCH = 2000
SECONDS = 15.0


class ListGone(Exception):
    """The list that recipients were to be put on does not exist any more."""


def work(
    action_id: int,
    seconds: float | None = None,
    others_wait: Callable[[], bool] = time_slice.nobody,
) -> bool:
    """Claim an action and work on it for one time slice; True if there is more to do."""
    if not _claim(action_id):
        return False
    over = time_slice.begin(SECONDS if seconds is None else seconds, others_wait)
    try:
        while _some(action_id):
            if over():
                return _hand_over(action_id)
    except (FilterGone, ListGone):
        _end(action_id, BulkStatus.FAILED)
    return False


def _claim(action_id: int) -> bool:
    with transaction() as session:
        claimed = session.scalar(
            select(BulkAction)
            .where(BulkAction.id == action_id, actions.claimable())
            .with_for_update()
        )
        if claimed is None:
            return False
        claimed.status, claimed.touched_at = BulkStatus.RUNNING, now()
        return True


def _some(action_id: int) -> bool:
    """Do it for the next recipients; False if it has ended."""
    action = db.session.get_one(BulkAction, action_id, populate_existing=True)
    if action.status != BulkStatus.RUNNING:
        return False
    chosen, position = actions.chosen_of(action), action.position
    # Found before the transaction: who are few of many may take a second to find.
    ids = db.session.scalars(
        select(Recipient.id)
        .where(*chosen.conditions(), Recipient.id > position, Recipient.id <= action.until)
        .order_by(Recipient.id)
        .limit(BATCH)
    ).all()
    erasing = action.kind == BulkKind.ERASE
    db.session.commit()
    if not ids:
        _end(action_id, BulkStatus.FINISHED)
        return False
    if erasing:
        return all(_erase(action_id, chosen, recipient_id) for recipient_id in ids)
    return _change(action_id, position, chosen, ids)


def _change(action_id: int, position: int, chosen: Chosen, ids: Sequence[int]) -> bool:
    """Change those who are still meant; False if the action was cancelled or taken over."""
    with transaction() as session:
        action = _locked(session, action_id)
        if action is None or action.position != position:
            return False
        still = session.scalars(
            select(Recipient.id)
            .where(*chosen.conditions(), Recipient.id.in_(ids))
            .order_by(Recipient.id)
        ).all()
        action.changed += _apply(session, action, still)
        action.seen += len(ids)
        action.position, action.touched_at = ids[-1], now()
        return True


def _apply(session: Session, action: BulkAction, ids: Sequence[int]) -> int:
    """Returns how many were not so before."""
    if action.kind in ON_LISTS:
        target = lists.lock(session, [action.list_id] if action.list_id else [])
        if not target:
            raise ListGone
        if action.kind == BulkKind.PUT_ON_LIST:
            return lists.put_on_locked(session, action.account_id, ids, target)
        return lists.take_off_locked(session, ids, target)
    if action.kind == BulkKind.RECORD_CONSENT:
        assert action.consent_id is not None
        return consents.record(session, action.account_id, ids, action.consent_id)
    if action.kind == BulkKind.READ_VALUES:
        return field_types.read_values(session, action, ids)
    return recipients.delete_people(session, action.account_id, ids)


def _erase(action_id: int, chosen: Chosen, recipient_id: int) -> bool:
    """Erase one person everywhere; False if the action was cancelled."""
    action = db.session.get_one(BulkAction, action_id, populate_existing=True)
    if action.status != BulkStatus.RUNNING:
        return False
    meant = select(Recipient.phone).where(*chosen.conditions(), Recipient.id == recipient_id)
    phone = db.session.scalar(meant)
    account = db.session.get_one(Account, action.account_id)
    by, erased, left = action.by, False, False
    if phone is not None:
        try:
            erased = erase_recipient.erase_number(account, phone, by)
        except erase_recipient.StillActive:
            left = True
    with transaction() as session:
        locked = _locked(session, action_id)
        if locked is None:
            return False
        locked.seen += 1
        locked.changed += erased
        locked.left += left
        locked.position, locked.touched_at = recipient_id, now()
    return True


def _locked(session: Session, action_id: int) -> BulkAction | None:
    query = select(BulkAction).where(
        BulkAction.id == action_id, BulkAction.status == BulkStatus.RUNNING
    )
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _hand_over(action_id: int) -> bool:
    with transaction() as session:
        session.execute(
            update(BulkAction)
            .where(BulkAction.id == action_id, BulkAction.status == BulkStatus.RUNNING)
            .values(status=BulkStatus.QUEUED, touched_at=None)
        )
    return True


def _end(action_id: int, status: BulkStatus) -> None:
    """Whom it was for is not kept: the words of a search may be a name."""
    with transaction() as session:
        session.execute(
            update(BulkAction)
            .where(BulkAction.id == action_id, BulkAction.status == BulkStatus.RUNNING)
            .values(status=status, finished_at=now(), chosen={})
        )
