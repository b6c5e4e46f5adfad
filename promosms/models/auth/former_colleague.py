"""Former colleagues: so that what somebody did in an account keeps a name after they have left."""

from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, ForeignKey, String, select, union_all
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now, users_of
from promosms.models.processing import ACTS, Processing
from promosms.models.registry import ADD, N_, WITH_ACCOUNT, Export


class FormerColleague(Model):
    """Somebody who had a sign-in to the account. `public_id` is that of the user who is gone."""

    __tablename__ = "former_colleagues"
    privacy = Privacy.ACCOUNT
    customer_rights = ADD
    export = Export(
        "former-colleagues",
        N_("The people who do not sign in to your account any more."),
        words={
            "role": N_("what the user might do at the end"),
            "left_at": N_("when the sign-in ended"),
        },
    )
    retention = WITH_ACCOUNT
    processing = Processing(ACTS, N_("E-mail address and role of those who have left"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(8))
    left_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def people_of(account_id: int) -> CompoundSelect[Any]:
    """The public ids of those who sign in to an account, and of those who have, as a subquery."""
    former = select(FormerColleague.public_id).where(FormerColleague.account_id == account_id)
    return union_all(users_of(account_id, "public_id"), former)
