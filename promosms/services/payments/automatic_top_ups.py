"""Automatic top-ups: what an owner wishes, and whose balance has fallen low. Money in 1/10,000.

Amounts are net. `automatic_attempts` does what is due.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ScalarSelect, Select, and_, func, or_, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import Account, AccountStatus, AutomaticTopUp, TopUp, TopUpStatus, now
from promosms.services.audit import log as audit_log
from promosms.services.payments import stripe_checkout

REST = timedelta(hours=1)
ASK_AGAIN = timedelta(minutes=1)
AT_ONCE = 50
COUNTED = (TopUpStatus.OPEN, TopUpStatus.PAID)


@dataclass(frozen=True)
class Wishes:
    """When to top up, by how much, and how much a calendar month (UTC) may cost at most."""

    below: int
    amount: int
    monthly_cap: int


def of(account_id: int) -> AutomaticTopUp | None:
    """What an account wishes, and its card."""
    return db.session.get(AutomaticTopUp, account_id)


def switch_on(account: Account, wishes: Wishes, actor: str) -> None:
    """From now on top up automatically, as soon as there is a card."""
    with transaction() as session:
        row = session.get(AutomaticTopUp, account.id) or AutomaticTopUp(account_id=account.id)
        row.below, row.amount, row.monthly_cap = wishes.below, wishes.amount, wishes.monthly_cap
        row.active, row.stopped_why, row.updated_at = True, "", now()
        session.add(row)
        audit_log.record(actor, "automatic.on", account.public_id)


def switch_off(account: Account, actor: str) -> bool:
    """Try nothing more from this moment on; False if it was off."""
    with transaction() as session:
        row = session.get(AutomaticTopUp, account.id, with_for_update=True, populate_existing=True)
        if row is None or not row.active:
            return False
        row.active = False
        audit_log.record(actor, "automatic.off", account.public_id)
        return True


def spent(account_id: int) -> int:
    """What was ordered automatically in this calendar month and not called off, net."""
    return db.session.scalar(_spent().where(TopUp.account_id == account_id)) or 0


def why_not(row: AutomaticTopUp, account: Account) -> str | None:
    """Why nothing is ordered now: "off", "card", "account", "balance", "open" or "cap"."""
    if not row.active:
        return "off"
    if not row.card:
        return "card"
    if account.status != AccountStatus.ACTIVE:
        return "account"
    if account.balance >= row.below:
        return "balance"
    if db.session.scalar(_open().where(TopUp.account_id == account.id).limit(1)) is not None:
        return "open"
    return "cap" if spent(account.id) + row.amount > row.monthly_cap else None


def due() -> list[int]:
    """Accounts that are to be topped up now, or whose attempt still waits for its outcome."""
    if not stripe_checkout.available():
        return []
    own = TopUp.account_id == Account.id
    open_one = _open().where(own).correlate(Account).exists()
    spent_here = _spent().where(own).correlate(Account).scalar_subquery()
    last = _last_status()
    fresh = and_(
        AutomaticTopUp.active,
        AutomaticTopUp.card != "",
        Account.status == AccountStatus.ACTIVE,
        Account.balance < AutomaticTopUp.below,
        # One attempt for a dip: the next one only after that was paid, or much later.
        or_(
            AutomaticTopUp.tried_at.is_(None),
            AutomaticTopUp.tried_at < now() - REST,
            last == TopUpStatus.PAID,
        ),
        ~open_one,
        spent_here + AutomaticTopUp.amount <= AutomaticTopUp.monthly_cap,
    )
    waiting = and_(AutomaticTopUp.tried_at < now() - ASK_AGAIN, open_one)
    query = select(Account.id).join(AutomaticTopUp, AutomaticTopUp.account_id == Account.id)
    return list(db.session.scalars(query.where(or_(fresh, waiting)).limit(AT_ONCE)))


def why(code: str) -> str:
    """Why it has stopped, in plain words."""
    if code == "authentication_required":
        return str(_("Your bank wants you to confirm each payment with this card yourself."))
    if code == "card_gone":
        return str(_("Stripe does not know the saved card any more."))
    if code == "expired_card":
        return str(_("The saved card has expired."))
    return str(_("Your bank has declined the payment with the saved card."))


def _open() -> Select[int]:
    return select(TopUp.id).where(TopUp.automatic, TopUp.status == TopUpStatus.OPEN)


def _spent() -> Select[int]:
    start = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    query = select(func.coalesce(func.sum(TopUp.net), 0))
    return query.where(TopUp.automatic, TopUp.created_at >= start, TopUp.status.in_(COUNTED))


def _last_status() -> ScalarSelect[str]:
    query = select(TopUp.status).where(TopUp.automatic, TopUp.account_id == Account.id)
    return query.order_by(TopUp.id.desc()).limit(1).correlate(Account).scalar_subquery()
