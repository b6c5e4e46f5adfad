"""Alerts about the balance: it is low, a campaign waits for money, a top-up was credited.

Each is sent once, and queued in the same transaction as its event. Amounts in 1/10,000.
"""

from datetime import timedelta

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale, gettext, money, plain_money
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    LowBalanceAlert,
    Message,
    Role,
    User,
    WebhookEvent,
    now,
)
from promosms.services.gateways import routing
from promosms.services.mail import emails as account_emails
from promosms.services.mail import notify
from promosms.services.recipients import detail_names
from promosms.services.sending import verification_texts
from promosms.services.webhooks import noting
from promosms.sms.phone import country_of
from promosms.sms.transliterate import plain_text

# In 24 hours. The texts are free, and changing the threshold again and again would cause more.
MOST_TEXTS = 3
BATCH = 200
LOW = Account.balance < LowBalanceAlert.below
NOTIFIED = LowBalanceAlert.notified_at.is_not(None)
ACTIVE = Account.status == AccountStatus.ACTIVE


def of(account_id: int) -> LowBalanceAlert | None:
    """The low-balance alert of an account; None while it is off."""
    return db.session.get(LowBalanceAlert, account_id)


def switch_on(account_id: int, below: int, *, by_text: bool) -> None:
    """Tell the owner by e-mail, and with `by_text` also by text, when the balance falls below.

    A balance that is low already causes no alert: the owner sees it on the page.
    """
    with transaction() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        alert = session.get(LowBalanceAlert, account_id)
        if alert is None:
            alert = LowBalanceAlert(account_id=account_id, below=below)
            session.add(alert)
        alert.below, alert.by_text = below, by_text
        alert.notified_at = now() if account.balance < below else None


def switch_off(account_id: int) -> None:
    """Send no further low-balance alert."""
    with transaction() as session:
        alert = session.get(LowBalanceAlert, account_id)
        if alert is not None:
            session.delete(alert)


def due() -> list[int]:
    """Accounts whose balance has crossed the threshold, up or down, since the last check."""
    crossed = or_(and_(~NOTIFIED, LOW), and_(NOTIFIED, ~LOW))
    query = select(LowBalanceAlert.account_id).join(
        Account, and_(Account.id == LowBalanceAlert.account_id, ACTIVE)
    )
    return list(db.session.scalars(query.where(crossed).limit(BATCH)))


def check(account_id: int) -> bool:
    """Tell the owner once that the balance is low, or arm the alert again when it has risen.

    Returns whether the owner was told. Only the tick calls this, not the booking of money.
    """
    with transaction() as session:
        if _set_notified(session, account_id, notified=True):
            _tell_low(session, account_id)
            return True
        _set_notified(session, account_id, notified=False)
        return False


def credited(account_id: int, amount: int) -> None:
    """Tell the owners of a credited top-up of `amount`; part of its transaction."""
    with transaction() as session:
        session.flush()
        query = select(Account.balance).where(Account.id == account_id)
        balance = session.scalars(query).one()
        notify.tell_owner(
            account_id, lambda: account_emails.topped_up(money(amount), money(balance))
        )


def blocked(campaign: Campaign) -> None:
    """Tell the owners once that a campaign lacks money; part of the transaction that stops it."""
    if campaign.told_missing_at is not None:
        return
    with transaction():
        campaign.told_missing_at = now()
        notify.tell_owner(
            campaign.account_id,
            lambda: account_emails.campaign_waits(
                detail_names.campaign_title(campaign),
                money(campaign.missing),
                campaign.public_id,
            ),
        )


def _set_notified(session: Session, account_id: int, *, notified: bool) -> bool:
    """Set or clear `notified_at` if the balance asks for it; only one of two processes does."""
    balance, before = (LOW, ~NOTIFIED) if notified else (~LOW, NOTIFIED)
    account = select(Account.id).where(Account.id == account_id, ACTIVE, balance)
    changed = session.execute(
        update_rows(LowBalanceAlert)
        .where(LowBalanceAlert.account_id == account_id, before, account.exists())
        .values(notified_at=now() if notified else None)
        .returning(LowBalanceAlert.account_id)
    )
    return bool(changed.all())


def _tell_low(session: Session, account_id: int) -> None:
    alert = session.get_one(LowBalanceAlert, account_id, populate_existing=True)
    balance = session.get_one(Account, account_id, populate_existing=True).balance
    notify.tell_owner(
        account_id, lambda: account_emails.balance_low(money(balance), money(alert.below))
    )
    event = WebhookEvent.BALANCE_LOW
    noting.note(session, [noting.Happening(account_id, event, amount=balance)])
    if not alert.by_text:
        return
    for owner in _owners(session, account_id):
        reached = owner.phone and routing.can_verify(country_of(owner.phone))
        if reached and _recent_texts(session, owner) < MOST_TEXTS:
            with force_locale(owner.language):
                wording = _wording(balance)
            verification_texts.queue_verification_text(account_id, owner.phone, wording)


def _wording(balance: int) -> str:
    """The text, transliterated: other letters would need a second part."""
    wording: str = gettext(
        "PromoSMS: your balance is low, %(balance)s are left. Top up in time, so that your "
        "campaigns go out.",
        balance=plain_money(balance),
    )
    return plain_text(wording)


def _recent_texts(session: Session, owner: User) -> int:
    """How many low-balance texts the owner was sent in 24 hours."""
    # The priority is a literal: with a parameter the databases do not use the partial index.
    query = select(func.count()).where(
        text("messages.priority = 0"),
        Message.account_id == owner.account_id,
        Message.phone == owner.phone,
        Message.created_at > now() - timedelta(hours=24),
        ~Message.text.contains(verification_texts.DOTS),
    )
    return session.scalars(query.select_from(Message)).one()


def _owners(session: Session, account_id: int) -> list[User]:
    query = select(User).where(User.account_id == account_id, User.role == Role.OWNER)
    return list(session.scalars(query.order_by(User.id)))
