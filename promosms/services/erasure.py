"""Erasure: an account leaves, and with it every row and file that holds something of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session as Transaction

from promosms.config import instance_file
from promosms.database import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Confirmation,
    Email,
    GatewayEvent,
    Import,
    ImportStatus,
    Message,
    MessagePart,
    MessageStatus,
    Model,
    Privacy,
    Recipient,
    RecipientList,
    Session,
    Suppression,
    User,
    now,
)
from promosms.services import audit, phone, scrub

BATCH = 5_000
FLIGHT = timedelta(seconds=30)
PASSES = 5
RUNNING = (
    CampaignStatus.PREPARING,
    CampaignStatus.SENDING,
    CampaignStatus.PAUSED,
    CampaignStatus.BLOCKED,
)


class Unfinished(Exception):
    """Something still holds on to the data; the erasure has to be run again."""


@dataclass(frozen=True)
class Losses:
    """What an owner gives up, counted."""

    recipients: int
    lists: int
    suppressions: int
    campaigns: int
    users: int
    running: int


def losses(account_id: int) -> Losses:
    """Count what goes with the account."""

    def number(model: type[Model], *more: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(model).filter_by(account_id=account_id)
        return db.session.scalar(query.where(*more)) or 0

    return Losses(
        recipients=number(Recipient),
        lists=number(RecipientList),
        suppressions=number(Suppression),
        campaigns=number(Campaign),
        users=number(User),
        running=number(Campaign, Campaign.status.in_(RUNNING)),
    )


def begin(account_id: int, actor: str) -> bool:
    """Shut the account at once: nobody is signed in and nothing starts; False if it was shut."""
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
        if account is None or account.status == AccountStatus.DELETING:
            return False
        account.status = AccountStatus.DELETING
        session.flush()
        for model in (Session, Confirmation, Email):
            session.execute(delete(model).where(PATHS[model.__tablename__](account_id)))
        _stop(session, account_id)
        audit.record(actor, "account.leave", account.public_id)
        return True


def stale_erasures() -> list[int]:
    """Accounts that are still to be erased."""
    query = select(Account.id).where(Account.status == AccountStatus.DELETING)
    return list(db.session.scalars(query.order_by(Account.id)))


def erase(account_id: int) -> bool:
    """Remove everything; False when there is nothing to do. Can be killed and run again.

    The account's own row, which says nothing about anybody, goes last: as long as it is there
    the work is not known to be complete. Raises Unfinished.
    """
    db.session.rollback()
    account = db.session.get(Account, account_id)
    if account is None or account.status != AccountStatus.DELETING:
        return False
    public_id = account.public_id
    _await_flight(account_id)
    _remove_files(account_id)
    phone.forget_account(account_id)
    _remove_rows(account_id)
    with transaction() as session:
        audit.empty_details(session, public_id)
    db.session.remove()
    if not scrub.scrub():
        raise Unfinished("the database files are in use")
    with transaction() as session:
        session.execute(delete(Account).where(Account.id == account_id))
        audit.record("system", "account.erase", public_id)
    db.session.remove()
    return True


def tables() -> Iterator[Table]:
    """The tables that hold something of accounts, those that refer to others first."""
    classes = {mapper.local_table.name: mapper.class_ for mapper in Model.registry.mappers}
    for table in reversed(Model.metadata.sorted_tables):
        privacy = classes[table.name].privacy if table.name in classes else None
        if privacy in (Privacy.COLLECTED, Privacy.ACCOUNT) and table.name != "accounts":
            yield table


def belonging(table: Table, account_id: int) -> ColumnElement[bool]:
    """The rows of a table that belong to an account; KeyError if nobody has said how."""
    if table.name in PATHS:
        return PATHS[table.name](account_id)
    own: ColumnElement[bool] = table.c["account_id"] == account_id
    return own


def _users(account_id: int) -> ColumnElement[bool]:
    return User.account_id == account_id


def _sessions(account_id: int) -> ColumnElement[bool]:
    return Session.user_id.in_(select(User.id).where(_users(account_id)))


def _confirmations(account_id: int) -> ColumnElement[bool]:
    return or_(
        Confirmation.user_id.in_(select(User.id).where(_users(account_id))),
        Confirmation.email.in_(select(User.email).where(_users(account_id))),
    )


def _emails(account_id: int) -> ColumnElement[bool]:
    written_to = Email.recipient.in_(select(User.email).where(_users(account_id)))
    return or_(Email.account_id == account_id, written_to)


def _events(account_id: int) -> ColumnElement[bool]:
    """Its own events, and those that nobody has been found for but that fit its messages."""
    parts = select(MessagePart.reference).where(MessagePart.account_id == account_id)
    phones = select(Message.phone).where(Message.account_id == account_id)
    fits = or_(GatewayEvent.reference.in_(parts), GatewayEvent.phone.in_(phones))
    return or_(GatewayEvent.account_id == account_id, and_(GatewayEvent.account_id.is_(None), fits))


# Tables whose rows are not found by an `account_id` alone.
PATHS: dict[str, Callable[[int], ColumnElement[bool]]] = {
    "sessions": _sessions,
    "confirmations": _confirmations,
    "emails": _emails,
    "gateway_events": _events,
}


def _stop(session: Transaction, account_id: int) -> None:
    """Campaigns, imports and single texts that have not left yet end here."""
    session.execute(
        update(Campaign)
        .where(Campaign.account_id == account_id, Campaign.status.in_(RUNNING))
        .values(status=CampaignStatus.CANCELLED, finished_at=now())
    )
    open_imports = (ImportStatus.MAPPING, ImportStatus.QUEUED, ImportStatus.RUNNING)
    session.execute(
        update(Import)
        .where(Import.account_id == account_id, Import.status.in_(open_imports))
        .values(status=ImportStatus.CANCELLED)
    )
    session.execute(
        update(Message)
        .where(
            Message.account_id == account_id,
            Message.campaign_id.is_(None),
            Message.status == MessageStatus.QUEUED,
        )
        .values(status=MessageStatus.CANCELLED, final_at=now(), sealed=None)
    )


def _await_flight(account_id: int) -> None:
    """Give texts that a worker is just submitting the time to come to an end."""
    in_flight = (
        select(Message.id)
        .where(
            Message.account_id == account_id,
            Message.status == MessageStatus.SENDING,
            Message.lease_until > now(),
        )
        .limit(1)
    )
    end = time.monotonic() + FLIGHT.total_seconds()
    while db.session.scalar(in_flight) is not None and time.monotonic() < end:
        db.session.rollback()
        time.sleep(0.2)
    db.session.rollback()


def _remove_files(account_id: int) -> None:
    query = select(Import.stored_as).where(Import.account_id == account_id)
    for name in db.session.scalars(query):
        if name:
            instance_file("uploads", name).unlink(missing_ok=True)
    db.session.rollback()


def _remove_rows(account_id: int) -> None:
    """All tables, again and again until nothing is left: a worker may just have added a row."""
    for _ in range(PASSES):
        if sum(_remove_from(table, account_id) for table in tables()) == 0:
            return
    raise Unfinished("rows keep coming")


def _remove_from(table: Table, account_id: int) -> int:
    key = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(belonging(table, account_id)).limit(BATCH)
    total = 0
    while True:
        with transaction() as session:
            result = session.execute(
                delete(table).where(key.in_(some)).returning(*table.primary_key.columns)
            )
            removed = len(result.all())
        total += removed
        if removed < BATCH:
            return total
