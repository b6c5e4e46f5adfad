"""Automatic top-ups: their settings, and which accounts are due. Amounts are net in 1/10,000.

`automatic_attempts` makes the payments.
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

RETRY_AFTER = timedelta(hours=1)
POLL_AFTER = timedelta(minutes=1)
BATCH = 50
COUNTED = (TopUpStatus.OPEN, TopUpStatus.PAID)


@dataclass(frozen=True)
class Settings:
    """When to top up, by how much, and the limit for a calendar month (UTC)."""

    below: int
    amount: int
    monthly_cap: int


def of(account_id: int) -> AutomaticTopUp | None:
    """The settings of an account and its card; None if it has none."""
    return db.session.get(AutomaticTopUp, account_id)


def switch_on(account: Account, settings: Settings, actor: str) -> None:
    """Top the account up automatically from now on, as soon as a card is saved."""
    with transaction() as session:
        row = session.get(AutomaticTopUp, account.id) or AutomaticTopUp(account_id=account.id)
        row.below, row.amount = settings.below, settings.amount
        row.monthly_cap = settings.monthly_cap
        row.active, row.stopped_why, row.updated_at = True, "", now()
        session.add(row)
        audit_log.record(actor, "automatic.on", account.public_id)


def switch_off(account: Account, actor: str) -> bool:
    """Start no further attempt; False if it was off already."""
    with transaction() as session:
        row = session.get(AutomaticTopUp, account.id, with_for_update=True, populate_existing=True)
        if row is None or not row.active:
            return False
        row.active = False
        audit_log.record(actor, "automatic.off", account.public_id)
        return True


def spent(account_id: int) -> int:
    """The net sum of this calendar month's automatic top-ups that are open or paid."""
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
    """Accounts that need a top-up now, or whose last attempt has no outcome yet."""
    if not stripe_checkout.available():
        return []
    of_account = TopUp.account_id == Account.id
    has_open = _open().where(of_account).correlate(Account).exists()
    spent_so_far = _spent().where(of_account).correlate(Account).scalar_subquery()
    last_status = _last_status()
    needs_top_up = and_(
        AutomaticTopUp.active,
        AutomaticTopUp.card != "",
        Account.status == AccountStatus.ACTIVE,
        Account.balance < AutomaticTopUp.below,
        # After an attempt that was not paid, the next one waits.
        or_(
            AutomaticTopUp.tried_at.is_(None),
            AutomaticTopUp.tried_at < now() - RETRY_AFTER,
            last_status == TopUpStatus.PAID,
        ),
        ~has_open,
        spent_so_far + AutomaticTopUp.amount <= AutomaticTopUp.monthly_cap,
    )
    unfinished = and_(AutomaticTopUp.tried_at < now() - POLL_AFTER, has_open)
    query = select(Account.id).join(AutomaticTopUp, AutomaticTopUp.account_id == Account.id)
    return list(db.session.scalars(query.where(or_(needs_top_up, unfinished)).limit(BATCH)))


def why(code: str) -> str:
    """Why automatic top-ups were switched off, as a sentence for the owner."""
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
