"""Decisions about sender names: admins approve with evidence, refuse with a reason, or revoke."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Sender,
    SenderDecision,
    SenderStatus,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.mail import emails, notify
from promosms.services.senders.requests import Requested, query_all

LATEST = 100


class NotWaiting(Exception):
    """Somebody has decided already, or the name was withdrawn."""


class EvidenceMissing(Exception):
    """A name like a protected one needs the evidence in words."""


def find(public_id: str) -> tuple[Requested, Account] | None:
    """A name with its account."""
    query = query_all().add_columns(Account).join(Account, Account.id == Sender.account_id)
    row = db.session.execute(query.where(Sender.public_id == public_id)).one_or_none()
    return None if row is None else (Requested(row[0], row[1]), row[2])


def waiting() -> list[tuple[Requested, Account]]:
    """What waits for a decision: names like protected ones first, then the oldest."""
    query = query_all().add_columns(Account).join(Account, Account.id == Sender.account_id)
    query = query.where(SenderDecision.sender_id.is_(None))
    query = query.order_by(Sender.held_as == "", Sender.id)
    return [(Requested(row[0], row[1]), row[2]) for row in db.session.execute(query)]


def decided() -> list[tuple[Requested, Account]]:
    """What was decided last, the newest first."""
    query = query_all().add_columns(Account).join(Account, Account.id == Sender.account_id)
    query = query.where(SenderDecision.sender_id.is_not(None))
    query = query.order_by(SenderDecision.decided_at.desc(), Sender.id.desc()).limit(LATEST)
    return [(Requested(row[0], row[1]), row[2]) for row in db.session.execute(query)]


def count_waiting() -> int:
    """How many names wait for a decision."""
    query = select(func.count()).select_from(Sender)
    query = query.outerjoin(SenderDecision, SenderDecision.sender_id == Sender.id)
    return db.session.scalar(query.where(SenderDecision.sender_id.is_(None))) or 0


def others(requested: Requested) -> int:
    """How many other accounts have the same name, or wait for it."""
    query = select(func.count()).where(
        Sender.key == requested.sender.key, Sender.id != requested.sender.id
    )
    return db.session.scalar(query) or 0


def approve(sender_id: int, evidence: str, countries: Collection[str], actor: str) -> None:
    """Approve a name, or change where it is registered. Raises NotWaiting and EvidenceMissing.

    A name that was refused or revoked can be approved later. `countries` are ISO 3166 codes.
    """
    with transaction() as session:
        sender, decision = _locked(session, sender_id)
        if sender.held_as and not evidence:
            raise EvidenceMissing
        news = decision is None or decision.status != SenderStatus.APPROVED
        decision = _decide(session, sender, decision, SenderStatus.APPROVED, actor)
        decision.reason, decision.evidence = "", evidence
        decision.countries = ",".join(sorted(countries))
        _note(session, sender, actor, "approve", f"{sender.name}: {evidence}")
        if news:
            notify.tell_owner(sender.account_id, lambda: emails.sender_approved(sender.name))


def refuse(sender_id: int, reason: str, actor: str) -> None:
    """Refuse a name that waits, with a reason for the customer. Raises NotWaiting."""
    with transaction() as session:
        sender, decision = _locked(session, sender_id)
        if decision is not None:
            raise NotWaiting
        _decide(session, sender, decision, SenderStatus.REFUSED, actor).reason = reason
        _note(session, sender, actor, "refuse", f"{sender.name}: {reason}")
        notify.tell_owner(sender.account_id, lambda: emails.sender_refused(sender.name, reason))


def revoke(sender_id: int, reason: str, actor: str) -> None:
    """Take an approved name back, and pause what is sent under it. Raises NotWaiting.

    What is being prepared is blocked at its end, which waits for this transaction or sees it.
    """
    with transaction() as session:
        sender, decision = _locked(session, sender_id)
        if decision is None or decision.status != SenderStatus.APPROVED:
            raise NotWaiting
        _decide(session, sender, decision, SenderStatus.REVOKED, actor).reason = reason
        session.flush()
        session.execute(
            update_rows(Campaign)
            .where(Campaign.sender_id == sender.id, Campaign.status == CampaignStatus.SENDING)
            .values(status=CampaignStatus.PAUSED, updated_at=now())
        )
        _note(session, sender, actor, "revoke", f"{sender.name}: {reason}")
        notify.tell_owner(sender.account_id, lambda: emails.sender_revoked(sender.name, reason))


def _locked(session: Session, sender_id: int) -> tuple[Sender, SenderDecision | None]:
    sender = session.get(Sender, sender_id, with_for_update=True, populate_existing=True)
    if sender is None:
        raise NotWaiting
    decision = session.get(SenderDecision, sender_id, with_for_update=True, populate_existing=True)
    return sender, decision


def _decide(
    session: Session,
    sender: Sender,
    decision: SenderDecision | None,
    status: SenderStatus,
    actor: str,
) -> SenderDecision:
    if decision is None:
        decision = SenderDecision(sender_id=sender.id, account_id=sender.account_id)
        session.add(decision)
    decision.status, decision.by, decision.decided_at = status, actor, now()
    return decision


def _note(session: Session, sender: Sender, actor: str, verb: str, detail: str) -> None:
    account = session.get_one(Account, sender.account_id)
    audit_log.record(actor, f"sender.{verb}", account.public_id, detail)
