"""Requests: a customer asks for a sender name, sees what became of it, and withdraws it."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Sender, SenderDecision, SenderStatus
from promosms.services.audit import log as audit_log
from promosms.services.mail import emails, notify
from promosms.sms.senders import protected, spelling

MOST_OPEN = 5


class NotAName(ValueError):
    """Networks do not carry it."""


class NameTaken(Exception):
    """The account has asked for this name already."""


class TooMany(Exception):
    """The account has as many open requests as it may have."""


class Decided(Exception):
    """It was decided about meanwhile: there is nothing to withdraw."""


@dataclass(frozen=True)
class Requested:
    """A sender name and the decision about it, if there is one."""

    sender: Sender
    decision: SenderDecision | None

    @property
    def status(self) -> SenderStatus:
        """How far it is."""
        if self.decision is None:
            return SenderStatus.REQUESTED
        return SenderStatus(self.decision.status)

    @property
    def registered(self) -> frozenset[str]:
        """The countries where it was registered."""
        written = self.decision.countries if self.decision else ""
        return frozenset(written.split(",")) - {""}


@dataclass(frozen=True)
class Evidence:
    """What the customer says about a name."""

    purpose: str = ""
    company: str = ""
    website: str = ""


def ask(account: Account, name: str, evidence: Evidence, actor: str) -> Sender:
    """Ask for a name. One that was refused before can be asked for again, with other words.

    Raises NotAName, NameTaken, TooMany.
    """
    if not spelling.is_name(name):
        raise NotAName
    try:
        with transaction() as session:
            # Two requests at once would each see fewer than the limit.
            session.get_one(Account, account.id, with_for_update=True)
            _make_room(session, account.id, name)
            found = protected.find(name)
            sender = Sender(
                account_id=account.id,
                name=name,
                key=name.lower(),
                purpose=evidence.purpose,
                company=evidence.company,
                website=evidence.website,
                held_as=found.kind if found else "",
                protected_name=found.name if found else "",
            )
            session.add(sender)
            session.flush()
            audit_log.record(actor, "sender.ask", account.public_id, name)
            notify.tell_admins(lambda: emails.sender_waits(name))
            return sender
    except IntegrityError as error:  # another request was faster
        raise NameTaken from error


def withdraw(sender: Sender, actor: str) -> None:
    """Take a request back, or remove one that was refused. Raises Decided for all others."""
    with transaction() as session:
        account = session.get_one(Account, sender.account_id, with_for_update=True)
        decision = session.get(SenderDecision, sender.id)
        if decision is not None and decision.status != SenderStatus.REFUSED:
            raise Decided
        audit_log.record(actor, "sender.withdraw", account.public_id, sender.name)
        session.delete(sender)


def of_account(account_id: int) -> list[Requested]:
    """All names of an account, the newest first."""
    query = query_all().where(Sender.account_id == account_id).order_by(Sender.id.desc())
    return [Requested(row[0], row[1]) for row in db.session.execute(query)]


def approved(account_id: int) -> list[Requested]:
    """The names that an account may use, by the alphabet."""
    names = [row for row in of_account(account_id) if row.status == SenderStatus.APPROVED]
    return sorted(names, key=lambda row: row.sender.key)


def query_all() -> Select[Sender, SenderDecision]:
    """A query for names with their decisions."""
    return select(Sender, SenderDecision).outerjoin(
        SenderDecision, SenderDecision.sender_id == Sender.id
    )


def _make_room(session: Session, account_id: int, name: str) -> None:
    """Remove a refused request for the same name; raises NameTaken and TooMany."""
    rows = of_account(account_id)
    same = next((row for row in rows if row.sender.key == name.lower()), None)
    if same is not None and same.status != SenderStatus.REFUSED:
        raise NameTaken
    if sum(row.status == SenderStatus.REQUESTED for row in rows) >= MOST_OPEN:
        raise TooMany
    if same is not None:
        session.delete(same.sender)
        session.flush()
