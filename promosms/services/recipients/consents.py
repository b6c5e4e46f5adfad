"""Acts of consent: make one, record it for many, and read which is in force.

An act is never changed. `recipients.consent_id` names the one in force; the database itself notes
the one before it (models/recipients/consent_triggers.py).
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, delete, select, union_all, update
from sqlalchemy.orm import Session

from promosms.db.bulk import among
from promosms.extensions import db
from promosms.models import (
    OF_ONE,
    BulkAction,
    Consent,
    ConsentAct,
    ConsentChange,
    ConsentHow,
    Import,
    ImportStatus,
    Recipient,
    now,
    table_of,
)
from promosms.services.recipients.consent import Basis

RECIPIENTS, ACTS, CHANGES = table_of(Recipient), table_of(ConsentAct), table_of(ConsentChange)
OPEN_IMPORTS = (ImportStatus.QUEUED, ImportStatus.RUNNING)
_EAST = timedelta(hours=14)
"""Nowhere does a day begin earlier."""
NO_EVIDENCE: tuple[str, date | None] = "", None


def make(
    session: Session,
    account_id: int,
    basis: Basis,
    how: ConsentHow,
    by: str = "",
    import_id: int | None = None,
) -> int:
    """Write an act; returns its id. `by` is the public id of the user."""
    act = ConsentAct(account_id=account_id, how=how, by=by, import_id=import_id, **basis.columns())
    session.add(act)
    session.flush()
    return act.id


def of(holder: Recipient | Import | BulkAction) -> ConsentAct | None:
    """The act in force for a recipient, or that is given to many; None if nothing was said."""
    return db.session.get(ConsentAct, holder.consent_id) if holder.consent_id else None


def of_many(ids: Iterable[int | None]) -> dict[int, ConsentAct]:
    """The acts with these ids, which recipients name."""
    wanted = sorted({act_id for act_id in ids if act_id})
    if not wanted:
        return {}
    query = select(ConsentAct).where(among(ACTS.c.id))
    return {act.id: act for act in db.session.scalars(query, {"ids": wanted})}


def evidence_of(ids: Iterable[int | None]) -> dict[int | None, tuple[str, date | None]]:
    """Where or how, and when people agreed, by act."""
    wanted = sorted({act_id for act_id in ids if act_id})
    found: dict[int | None, tuple[str, date | None]] = {}
    query = select(ACTS.c.id, ACTS.c.source, ACTS.c.agreed_on).where(among(ACTS.c.id))
    for act_id, source, day in db.session.execute(query, {"ids": wanted}):
        found[act_id] = source, day
    return found


def basis_of(act: ConsentAct | None) -> Basis:
    """What an act says; without one nothing is known."""
    if act is None:
        return Basis()
    return Basis(Consent(act.state), act.source, act.agreed_on, act.wording_id)


def set_one(
    session: Session,
    recipient: Recipient,
    basis: Basis,
    by: str,
    how: ConsentHow = ConsentHow.HAND,
) -> None:
    """Record what one person has said, if it is news.

    Who withdraws by it may have texts that wait: the caller skips them.
    """
    before = basis_of(of(recipient)).columns()
    if basis.columns() != before or basis.consent != (recipient.consent or Consent.NONE):
        account_id = recipient.account_id
        recipient.consent_id = make(session, account_id, basis, how, by)
        recipient.consent = basis.consent


def record(session: Session, account_id: int, recipient_ids: Collection[int], act_id: int) -> int:
    """Put an act in force for many; returns for how many it is news.

    Who has agreed already keeps the evidence that is there, and whoever has withdrawn on that day
    or later stays withdrawn. An opt-out stays: it counts more than any consent. To repeat it
    changes nothing. ValueError if the act gives no consent.
    """
    basis = basis_of(session.get(ConsentAct, act_id))
    if not basis.given:
        raise ValueError("only a consent is recorded for many")
    none = among(RECIPIENTS.c.id), RECIPIENTS.c.consent == Consent.NONE
    query = select(RECIPIENTS.c.id).where(
        RECIPIENTS.c.account_id == account_id, *none, ~_withdrawn(basis)
    )
    ordered = query.order_by(RECIPIENTS.c.phone).with_for_update()
    ids = session.connection().scalars(ordered, {"ids": sorted(recipient_ids)}).all()
    if ids:
        values = {"consent": basis.consent, "consent_id": act_id, "updated_at": now()}
        changed = update(RECIPIENTS).where(among(RECIPIENTS.c.id)).values(**values)
        session.connection().execute(changed, {"ids": ids})
    return len(ids)


def of_import(
    session: Session, running: Import, evidence: Collection[tuple[str, date]]
) -> dict[tuple[str, date], int]:
    """The acts of an import by where or how, and when people agreed; made if there is none."""
    query = select(ACTS.c.source, ACTS.c.agreed_on, ACTS.c.id).where(
        ACTS.c.import_id == running.id, ACTS.c.agreed_on.in_({day for _source, day in evidence})
    )
    found = {(row.source, row.agreed_on): row.id for row in session.execute(query)}
    own, account_id = of(running), running.account_id
    by = own.by if own else ""
    for source, day in sorted(evidence - found.keys()):
        basis = Basis(Consent.GIVEN, source, day)
        act_id = make(session, account_id, basis, ConsentHow.IMPORT, by, running.id)
        found[source, day] = act_id
    return found


def withdrawn_at() -> ScalarSelect[datetime]:
    """When a recipient has withdrawn their consent; NULL without, or if nothing was ever said."""
    query = select(ACTS.c.created_at).where(
        ACTS.c.id == RECIPIENTS.c.consent_id, RECIPIENTS.c.consent == Consent.NONE
    )
    return query.correlate(RECIPIENTS).scalar_subquery()


def imported_by() -> ScalarSelect[int]:
    """The import that has brought the consent of a recipient; NULL if none has."""
    query = select(ACTS.c.import_id).where(ACTS.c.id == RECIPIENTS.c.consent_id)
    return query.correlate(RECIPIENTS).scalar_subquery()


def _withdrawn(basis: Basis) -> ColumnElement[bool]:
    """Has a recipient withdrawn their consent since they agreed as the basis says?"""
    later = select(ACTS.c.id).where(
        ACTS.c.id == RECIPIENTS.c.consent_id, ACTS.c.created_at >= begin_of(basis.day)
    )
    return and_(RECIPIENTS.c.consent == Consent.NONE, later.correlate(RECIPIENTS).exists())


def begin_of(agreed_on: date | None) -> datetime:
    """The day on which they agreed has begun nowhere before; without a day nobody knows when."""
    return datetime.combine(agreed_on or date(1, 1, 2), time(), UTC) - _EAST


def withdrawn_since(recipient: Recipient, agreed_on: date | None) -> bool:
    """Has one person withdrawn on the day on which they are said to have agreed, or later?"""
    act = of(recipient)
    if act is None or act.state != Consent.NONE:
        return False
    return act.created_at >= begin_of(agreed_on)


def of_persons(session: Session, recipient_ids: Collection[int], *, alone: bool = True) -> set[int]:
    """The acts about these recipients; those about them alone have to go with them."""
    ids = {"ids": sorted(recipient_ids)}
    acts = union_all(
        select(RECIPIENTS.c.consent_id.label("id")).where(among(RECIPIENTS.c.id)),
        select(CHANGES.c.consent_id).where(among(CHANGES.c.recipient_id)),
    ).subquery()
    query = select(ACTS.c.id).where(ACTS.c.id.in_(select(acts.c.id)))
    own = query.where(ACTS.c.how.in_(OF_ONE)) if alone else query
    return {*session.connection().scalars(own, ids)}


def referred(session: Session, account_id: int) -> set[int]:
    """The acts to which a recipient refers, now or by history, or an import that is not over."""
    holders = (
        select(RECIPIENTS.c.consent_id).where(RECIPIENTS.c.account_id == account_id),
        select(CHANGES.c.consent_id).where(CHANGES.c.account_id == account_id),
        select(Import.consent_id).where(
            Import.account_id == account_id, Import.status.in_(OPEN_IMPORTS)
        ),
    )
    found = (session.scalars(query.distinct()) for query in holders)
    return {act_id for ids in found for act_id in ids if act_id}


def forget(session: Session, act_ids: Collection[int]) -> None:
    """Delete acts that nobody refers to any more."""
    if not act_ids:
        return
    ids = {"ids": sorted(act_ids)}
    imports = table_of(Import)
    theirs = imports.c.id.in_(select(ACTS.c.import_id).where(among(ACTS.c.id)))
    session.connection().execute(update(imports).where(theirs).values(consent_id=None), ids)
    session.connection().execute(delete(ACTS).where(among(ACTS.c.id)), ids)
