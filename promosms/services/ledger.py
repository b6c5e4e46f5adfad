"""The ledger: credit, hold, charge, release, adjust. Amounts in 1/10,000 of the currency."""

from sqlalchemy import bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from promosms.database import transaction
from promosms.models import Account, EntryKind, Hold, LedgerEntry, now, table_of

# For what happens with every window of messages.
HOLDS, ENTRIES, ACCOUNTS = table_of(Hold), table_of(LedgerEntry), table_of(Account)
_LEFT = HOLDS.c.remaining - bindparam("taken")
TAKE_FROM_HOLD = (
    update(HOLDS)
    .where(HOLDS.c.campaign_id == bindparam("campaign"))
    .values(remaining=_LEFT, closed_at=case((_LEFT == 0, bindparam("moment")), else_=None))
    .returning(HOLDS.c.account_id)
)
ENTER = insert(ENTRIES)
BALANCE = (
    update(ACCOUNTS)
    .where(ACCOUNTS.c.id == bindparam("account"))
    .values(
        balance=ACCOUNTS.c.balance + bindparam("back"), held=ACCOUNTS.c.held - bindparam("taken")
    )
)


class InsufficientBalance(Exception):
    """The balance is too small; `missing` is by how much, in 1/10,000."""

    def __init__(self, missing: int) -> None:
        super().__init__(missing)
        self.missing = missing


def credit(
    account_id: int, amount: int, reference: str, note: str = "", actor: str = ""
) -> LedgerEntry:
    """Add money to the balance. The reference is unique, so that nothing is credited twice."""
    if amount <= 0:
        raise ValueError("a credit is positive")
    with transaction() as session:
        return _enter(
            session, account_id, EntryKind.CREDIT, amount, 0, reference, note=note, actor=actor
        )


def adjust(account_id: int, amount: int, reference: str, note: str, actor: str) -> LedgerEntry:
    """Correct the balance up or down; raises InsufficientBalance rather than go below zero."""
    with transaction() as session:
        account = _locked(session, account_id)
        if account.balance + amount < 0:
            raise InsufficientBalance(-(account.balance + amount))
        return _enter(
            session, account_id, EntryKind.ADJUSTMENT, amount, 0, reference, note=note, actor=actor
        )


def hold(account_id: int, campaign_id: int, amount: int) -> None:
    """Set the price of a campaign aside; raises InsufficientBalance and then changes nothing."""
    with transaction() as session:
        account = _locked(session, account_id)
        if account.balance < amount:
            raise InsufficientBalance(amount - account.balance)
        session.add(
            Hold(campaign_id=campaign_id, account_id=account_id, amount=amount, remaining=amount)
        )
        session.flush()
        _enter(
            session,
            account_id,
            EntryKind.HOLD,
            -amount,
            amount,
            f"hold:{campaign_id}",
            campaign_id=campaign_id,
        )
        _close_if_empty(session, campaign_id)


def charge(campaign_id: int, amount: int, reference: str) -> None:
    """Take money from the hold for what a gateway has accepted."""
    _take(campaign_id, (EntryKind.CHARGE, amount, reference))


def release(campaign_id: int, amount: int, reference: str) -> None:
    """Give money from the hold back for what was not accepted."""
    _take(campaign_id, (EntryKind.RELEASE, amount, reference))


def release_if_held(campaign_id: int, amount: int, reference: str) -> None:
    """Release, unless the campaign has not come to its hold yet (it is still being prepared)."""
    with transaction() as session:
        if session.get(Hold, campaign_id) is not None:
            release(campaign_id, amount, reference)


def pay(account_id: int, amount: int, reference: str) -> None:
    """Charge the balance at once, without a hold, for a single text."""
    with transaction() as session:
        account = _locked(session, account_id)
        if account.balance < amount:
            raise InsufficientBalance(amount - account.balance)
        _enter(session, account_id, EntryKind.CHARGE, -amount, 0, reference)


def give_back(account_id: int, amount: int, reference: str) -> None:
    """Return what was paid for a single text that was not accepted."""
    with transaction() as session:
        _enter(session, account_id, EntryKind.RELEASE, amount, 0, reference)


def settle(campaign_id: int, charged: int, released: int, reference: str) -> None:
    """Charge and release at once; the references of the entries are `charge:…` and `release:…`."""
    _take(
        campaign_id,
        (EntryKind.CHARGE, charged, f"charge:{reference}"),
        (EntryKind.RELEASE, released, f"release:{reference}"),
    )


def _take(campaign_id: int, *entries: tuple[EntryKind, int, str]) -> None:
    taken = sum(amount for _, amount, _ in entries)
    back = sum(amount for kind, amount, _ in entries if kind == EntryKind.RELEASE)
    if taken == 0:
        return
    with transaction() as session:
        connection = session.connection()
        hold = {"campaign": campaign_id, "taken": taken, "moment": now()}
        account_id = connection.execute(TAKE_FROM_HOLD, hold).scalar_one()
        for kind, amount, reference in entries:
            if amount:
                entry = {
                    "account_id": account_id,
                    "campaign_id": campaign_id,
                    "kind": kind,
                    "amount": amount if kind == EntryKind.RELEASE else 0,
                    "held": -amount,
                    "reference": reference,
                }
                connection.execute(ENTER, entry)
        connection.execute(BALANCE, {"account": account_id, "back": back, "taken": taken})


def _close_if_empty(session: Session, campaign_id: int) -> None:
    session.execute(
        update(Hold)
        .where(Hold.campaign_id == campaign_id, Hold.remaining == 0, Hold.closed_at.is_(None))
        .values(closed_at=now())
    )


def _locked(session: Session, account_id: int) -> Account:
    query = select(Account).where(Account.id == account_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _enter(
    session: Session,
    account_id: int,
    kind: EntryKind,
    amount: int,
    held: int,
    reference: str,
    *,
    campaign_id: int | None = None,
    note: str = "",
    actor: str = "",
) -> LedgerEntry:
    entry = LedgerEntry(
        account_id=account_id,
        campaign_id=campaign_id,
        kind=kind,
        amount=amount,
        held=held,
        reference=reference,
        note=note,
        actor=actor,
    )
    session.add(entry)
    session.flush()
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(balance=Account.balance + amount, held=Account.held + held)
        .execution_options(synchronize_session="fetch")
    )
    return entry
