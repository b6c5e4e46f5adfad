"""Audit entries: what admins and owners did, without personal data, in a chain of digests."""

from datetime import datetime, time

from sqlalchemy import (
    ColumnElement,
    String,
    case,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.accounts.account import Account
from promosms.models.auth.former_colleague import people_of
from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import ACTS, NotPersonal, Processing
from promosms.models.registry import (
    CHANGE,
    KEY,
    N_,
    NOBODYS,
    ONLY_ADD,
    REPEATED,
    WITH_ACCOUNT,
    WITH_INSTALLATION,
    Export,
    Retention,
)


def _actor(account_id: int) -> ColumnElement[str]:
    """Who did it: a person of the account by name, of the others only that it was the operator."""
    by_account = AuditEntry.actor.in_(people_of(account_id))
    return case((by_account, AuditEntry.actor), else_=literal("operator"))


class AuditEntry(Model):
    """`actor` and `subject` are public ids, `action` a verb such as `account.suspend`.

    `digest` covers the whole entry and the digest of the one before it (`previous`), so
    no entry can be changed, removed or inserted. It covers the actor by `actor_digest`, and by
    `detail_digest` the subject, the detail and the time. Both are salted: when an account has left,
    its entries are emptied together with the salt, and nobody can guess what stood there; the
    action and the day stay, and so does an actor who is no user of the account. Older entries have
    no `actor_digest`, and those from before there was a chain no digest.
    """

    __tablename__ = "audit_entries"
    privacy = Privacy.SYSTEM
    customer_rights = ONLY_ADD
    export = Export(
        "audit",
        N_("What owners, members and the operator have done to the account."),
        without={
            "salt": KEY,
            "actor_digest": REPEATED,
            "detail_digest": REPEATED,
            "previous": REPEATED,
            "digest": REPEATED,
        },
        words={
            "actor": N_("who did it: a user, or the operator"),
            "action": N_("what was done"),
            "subject": N_("to what it was done"),
            "detail": N_("the reason"),
        },
        values={"actor": _actor},
    )
    retention = Retention(
        "the installation ends: when an account is gone, its random names lead to nobody",
        words=N_(
            "It stays, because nothing may be taken out of such a record. When the account is "
            "deleted, the random names in it lead to nobody."
        ),
    )
    processing = (
        Processing(
            ACTS, N_("Who did what, when and to what, with random names for people and accounts")
        ),
        Processing(ACTS, N_("Reasons and amounts in it"), kept=WITH_ACCOUNT),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
    salt: Mapped[str] = mapped_column(String(32), default="", server_default="")
    actor_digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    detail_digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    previous: Mapped[str] = mapped_column(String(64), default="", server_default="")
    digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)

    @property
    def emptied(self) -> bool:
        """Is it about an account that has left? Then it says only what was done, and the day."""
        return not self.subject and self.created_at.time() == time()

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """What was done to the account, or by its people."""
        name = select(Account.public_id).where(Account.id == account_id)
        return or_(cls.subject.in_(name), cls.actor.in_(people_of(account_id)))


class AuditHead(Model):
    """The end of the chain, one row, locked to add an entry; it shows if last entries are gone."""

    __tablename__ = "audit_head"
    privacy = Privacy.SYSTEM
    customer_rights = CHANGE
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("The end of the chain of audit entries.")

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
