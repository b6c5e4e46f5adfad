"""The numbers that an account on trial may text: those of its users and its confirmed guests."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from promosms.models import Guest, User

NOT_GUEST = "trial"  # the reason of a message to somebody who is not a guest
UNCONFIRMED = "unconfirmed"  # or to a guest who has not given the code yet


def of(session: Session, account_id: int) -> set[str]:
    """The numbers proved by users of the account, and those of guests who gave their code."""
    proved = User.account_id == account_id, User.phone != "", User.password_hash.is_not(None)
    guests = select(Guest.phone).where(
        Guest.account_id == account_id,
        Guest.removed_at.is_(None),
        Guest.confirmed_at.is_not(None),
    )
    return set(session.scalars(select(User.phone).where(*proved).union(guests)))


def unconfirmed(session: Session, account_id: int) -> set[str]:
    """The numbers of guests who have not given their code."""
    query = select(Guest.phone).where(
        Guest.account_id == account_id, Guest.removed_at.is_(None), Guest.confirmed_at.is_(None)
    )
    return set(session.scalars(query)) - of(session, account_id)
