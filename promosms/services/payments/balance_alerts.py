"""Alerts about the balance: it is low, a campaign waits for it, money has come.

Each is queued in the transaction of what it tells, and told once. Amounts in 1/10,000.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale, gettext, money
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    LowBalanceAlert,
    Message,
    Role,
    User,
    now,
)
from promosms.services.mail import emails as account_emails
from promosms.services.mail.emails import EmailText
from promosms.services.mail.outbox import queue_email
from promosms.services.sending import verification_texts
from promosms.settings import setting
from promosms.sms.transliterate import plain_text

MOST_TEXTS = 3  # in 24 hours: they are free, and a threshold can be moved up and down
BATCH = 200
LOW = Account.balance < LowBalanceAlert.below
UNTOLD = LowBalanceAlert.told_at.is_(None)
ACTIVE = Account.status == AccountStatus.ACTIVE


def of(account_id: int) -> LowBalanceAlert | None:
    """What the owner wishes to be told; None if nothing."""
    return db.session.get(LowBalanceAlert, account_id)


def switch_on(account_id: int, below: int, *, by_text: bool) -> None:
    """Tell the owner when the balance falls below an amount, by e-mail and, if wished, by text.

    A balance that is low already is in front of him: he is told the next time.
    """
    with transaction() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        wish = session.get(LowBalanceAlert, account_id)
        if wish is None:
            wish = LowBalanceAlert(account_id=account_id, below=below)
            session.add(wish)
        wish.below, wish.by_text = below, by_text
        wish.told_at = now() if account.balance < below else None


def switch_off(account_id: int) -> None:
    """Tell nothing about a low balance any more."""
    with transaction() as session:
        wish = session.get(LowBalanceAlert, account_id)
        if wish is not None:
            session.delete(wish)


def due() -> list[int]:
    """Accounts whose balance has crossed its mark, up or down, since it was last looked at."""
    crossed = or_(and_(UNTOLD, LOW), and_(~UNTOLD, ~LOW))
    query = select(LowBalanceAlert.account_id).join(
        Account, and_(Account.id == LowBalanceAlert.account_id, ACTIVE)
    )
    return list(db.session.scalars(query.where(crossed).limit(BATCH)))


def check(account_id: int) -> bool:
    """Tell the owner once that the balance is low, or note that it is above the mark again.

    Returns whether he was told. Whoever books money does not ask: the tick does.
    """
    with transaction() as session:
        if _note(session, account_id, UNTOLD, LOW, told=True):
            _tell_low(session, account_id)
            return True
        _note(session, account_id, ~UNTOLD, ~LOW, told=False)
        return False


def credited(account_id: int, amount: int) -> None:
    """A top-up of so much has reached the balance; part of its transaction."""
    with transaction() as session:
        session.flush()
        query = select(Account.balance).where(Account.id == account_id)
        balance = session.scalars(query).one()
        for owner in _owners(session, account_id):
            with force_locale(owner.language):
                letter = account_emails.topped_up(money(amount), money(balance))
            _write(owner, letter)


def blocked(campaign: Campaign) -> None:
    """A campaign lacks money; part of the transaction that stops it. Told once for each."""
    if campaign.told_missing_at is not None:
        return
    with transaction() as session:
        campaign.told_missing_at = now()
        for owner in _owners(session, campaign.account_id):
            with force_locale(owner.language):
                name = campaign.name or gettext("Campaign without a name")
                letter = account_emails.campaign_waits(
                    name, money(campaign.missing), campaign.public_id
                )
            _write(owner, letter)


def _note(
    session: Session,
    account_id: int,
    state: ColumnElement[bool],
    balance: ColumnElement[bool],
    *,
    told: bool,
) -> bool:
    """Change the mark if it stands like this; of two at once one does."""
    fits = select(Account.id).where(Account.id == account_id, ACTIVE, balance)
    changed = session.execute(
        update(LowBalanceAlert)
        .where(LowBalanceAlert.account_id == account_id, state, fits.exists())
        .values(told_at=now() if told else None)
        .returning(LowBalanceAlert.account_id)
        .execution_options(synchronize_session=False)
    )
    return bool(changed.all())


def _tell_low(session: Session, account_id: int) -> None:
    wish = session.get_one(LowBalanceAlert, account_id, populate_existing=True)
    account = session.get_one(Account, account_id, populate_existing=True)
    for owner in _owners(session, account_id):
        with force_locale(owner.language):
            letter = account_emails.balance_low(money(account.balance), money(wish.below))
            words = _wording(account.balance)
        _write(owner, letter)
        if wish.by_text and owner.phone and _texts(session, owner) < MOST_TEXTS:
            verification_texts.queue_verification_text(account_id, owner.phone, words)


def _wording(balance: int) -> str:
    """Plain letters only, so that it stays one part."""
    said: str = gettext(
        "PromoSMS: your balance is low, %(balance)s are left. Top up in time, so that your "
        "campaigns go out.",
        balance=f"{balance / 10_000:.2f} {setting('CURRENCY')}",
    )
    return plain_text(said)


def _texts(session: Session, owner: User) -> int:
    """How many such texts the owner has had in 24 hours."""
    # The lane stands as a literal, or the databases would not use the index of these rows.
    query = select(func.count()).where(
        text("messages.lane = 0"),
        Message.account_id == owner.account_id,
        Message.phone == owner.phone,
        Message.created_at > now() - timedelta(hours=24),
        ~Message.text.contains(verification_texts.DOTS),
    )
    return session.scalars(query.select_from(Message)).one()


def _owners(session: Session, account_id: int) -> list[User]:
    query = select(User).where(User.account_id == account_id, User.role == Role.OWNER)
    return list(session.scalars(query.order_by(User.id)))


def _write(owner: User, letter: EmailText) -> None:
    queue_email(owner.email, *letter, account_id=owner.account_id)
