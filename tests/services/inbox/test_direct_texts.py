"""Texts to one person: who may be texted, the money, once, and what becomes of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass, Receipt, ReceiptStatus
from promosms.models import (
    Account,
    AccountStatus,
    Consent,
    DirectText,
    Gateway,
    GatewayStatus,
    Guest,
    InboundMessage,
    LedgerEntry,
    Message,
    Price,
    Recipient,
    Suppression,
    SuppressionSource,
    new_public_id,
    now,
)
from promosms.services.inbox import conversation, direct_texts, gateway_inbox
from promosms.services.inbox.direct_texts import (
    ANSWERABLE,
    AlreadySent,
    DirectTextRefused,
    Refusal,
)
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger import ledger, statement
from promosms.services.privacy import erase_recipient
from promosms.services.recipients import recipients
from promosms.services.sending import claiming, exchange, opt_outs, recording, sweep
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import check_books
from tests.support.cast import Cast
from tests.support.guests import confirmed
from tests.support.settings import override

ANNA, REFUSING, LOSING = "+48601444101", "+48601400001", "+48601400006"
THEIRS, TEXT = "+48732000777", "Yes, until 18:00"
Settle = Callable[..., None]


@pytest.fixture
def account(app: Flask, cast: Cast, context: None) -> int:
    """The owner's account, to which three numbers have written."""
    for phone in (ANNA, REFUSING, LOSING):
        write(cast.owner.account_id, phone)
    return cast.owner.account_id


def write(account: int, phone: str, at: datetime | None = None, **values: object) -> None:
    """Somebody writes to the account."""
    received_at = at or now()
    with transaction() as session:
        session.add(
            InboundMessage(
                **{"account_id": account, "phone": phone, "text": "Open?", **values},
                received_at=received_at,
            )
        )


def send(
    account: int, phone: str = ANNA, text: str = TEXT, key: str = "", price: int | None = 300
) -> Message:
    return direct_texts.send(
        of(account), phone, text, key=key or new_public_id(), agreed_price=price
    )


def of(account: int) -> Account:
    return db.session.get_one(Account, account)


def refused(account: int, phone: str = ANNA, text: str = TEXT, price: int | None = 300) -> Refusal:
    with pytest.raises(DirectTextRefused) as caught:
        send(account, phone, text, price=price)
    return caught.value.code


def money(account: int, erased: bool = False) -> tuple[int, int]:
    """Balance and held money, after the books were found correct.

    The counts of gateways keep what was erased.
    """
    if not erased:
        check_books(account)
    db.session.remove()
    assert ledger_audit.audit() == []
    return of(account).balance, of(account).held


def entries(message_id: int) -> list[tuple[str, int, int]]:
    query = select(LedgerEntry.kind, LedgerEntry.amount, LedgerEntry.held)
    mine = LedgerEntry.reference.contains(f":message:{message_id}")
    return [tuple(row) for row in db.session.execute(query.where(mine).order_by(LedgerEntry.id))]


def taken() -> tuple[Claim, list[claiming.Claimed]]:
    claim = Claim(db.session.scalars(select(Gateway.id).order_by(Gateway.id)).first() or 0)
    return claim, claiming.take(claim, 10)


def status_of(message_id: int) -> tuple[str, str]:
    db.session.rollback()
    message = db.session.get_one(Message, message_id, populate_existing=True)
    return message.status, message.reason


def test_it_is_held_then_charged_once_and_nobody_has_to_wake_the_gateway(
    account: int, settle: Settle
) -> None:
    key = new_public_id()
    message_id = send(account, key=key).id
    assert money(account) == (99_700, 300)
    for text, same in ((TEXT, True), ("Another", False)):
        with pytest.raises(AlreadySent) as caught:
            send(account, text=text, key=key)
        assert caught.value.same is same
    assert sweep.gateways_with_work() == list(db.session.scalars(select(Gateway.id)))
    (row,) = statement.page(account).rows[:1]
    assert (row.kind, row.amount, row.held) == ("hold", -300, 300)
    db.session.remove()
    settle()  # the tick alone finds it, as after a kill before the bell
    assert status_of(message_id) == ("delivered", "")
    assert money(account) == (99_700, 0)
    assert entries(message_id) == [("hold", -300, 300), ("charge", 0, -300)]
    rows = statement.page(account).rows
    assert [(row.kind, row.amount, row.held, row.after) for row in rows] == [
        ("hold", -300, 0, 99_700),
        ("credit", 100_000, 0, 100_000),
    ]
    assert statement.totals(account) == statement.Totals(100_000, 300)
    shown = conversation.page(account, ANNA).rows[-1]
    assert (shown.text, shown.message and shown.message.status) == (TEXT, "delivered")


def test_what_no_network_takes_costs_nothing(account: int, settle: Settle) -> None:
    message_id = send(account, REFUSING).id
    settle()
    assert status_of(message_id) == ("failed", "rejected")
    assert money(account) == (100_000, 0)
    assert entries(message_id) == [("hold", -300, 300), ("release", 300, -300)]
    assert statement.totals(account).spent == 0


@pytest.mark.parametrize(("hours", "balance"), [(71, 99_700), (73, 100_000)])
def test_an_unknown_one_is_held_for_72_hours(account: int, hours: int, balance: int) -> None:
    message_id = send(account, LOSING).id
    claim, messages = taken()
    lost = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
    if hours > 72:  # the worker was killed before it got an answer
        with transaction() as session:
            session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))
        assert sweep.take_back_leases() == 1
    else:
        exchange.record_and_claim(claim, [(messages[0], lost)], 0)
    assert status_of(message_id)[0] == "unknown"
    past = now() - timedelta(hours=hours)
    with transaction() as session:
        session.execute(update(DirectText).values(created_at=past))
        session.execute(update(Message).values(final_at=past))
    sweep.release_unsettled_direct()
    assert money(account) == (balance, 100_000 - balance)
    receipt = Receipt("r-9", str(message_id), ReceiptStatus.DELIVERED)  # after all
    gateway_inbox.store(claim.gateway_id, [receipt])
    assert gateway_inbox.apply_batch()
    assert status_of(message_id)[0] == "delivered"
    assert money(account) == (balance, 0)


def test_every_refusal_keeps_the_money(account: int, app: Flask) -> None:
    stranger, other = "+48601444102", "+48601444103"
    assert refused(account, text=" ") == Refusal.EMPTY
    assert refused(account, text="x" * 919, price=9_000) == Refusal.TOO_LONG
    assert refused(account, price=299) == Refusal.NOT_AGREED
    assert refused(account, price=None) == Refusal.NOT_AGREED
    assert refused(account, stranger) == Refusal.NO_CONSENT
    write(account, stranger, now() - ANSWERABLE - timedelta(seconds=1))
    write(account, other, now() - ANSWERABLE + timedelta(minutes=1))
    write(account, stranger, kind="stop")
    write(account, stranger, kind="hold", decision="stop")
    assert refused(account, stranger) == Refusal.NO_CONSENT
    assert direct_texts.permission(account, other).refusal is None
    with transaction() as session:
        session.add(
            Recipient(account_id=account, phone=stranger, country="PL", consent=Consent.GIVEN)
        )
    assert direct_texts.permission(account, stranger).agreed
    for source, refusal in (
        (SuppressionSource.HELD, Refusal.HELD),
        (SuppressionSource.HAND, Refusal.OPTED_OUT),
    ):
        opt_outs.opt_out(account, stranger, source)
        assert refused(account, stranger) == refusal
    write(account, "+990123456789")
    assert refused(account, "+990123456789") == Refusal.NO_PRICE
    with transaction() as session:
        session.execute(update(Price).where(Price.country == "PL").values(amount=60_000))
    with pytest.raises(ledger.InsufficientBalance) as caught:
        send(account, text="x" * 161, price=120_000)
    assert caught.value.missing == 20_000
    with transaction() as session:
        session.execute(update(Account).values(status=AccountStatus.SUSPENDED))
    assert refused(account) == Refusal.SUSPENDED
    with transaction() as session:
        session.execute(update(Account).values(status=AccountStatus.ACTIVE, approved_at=None))
        session.add(Gateway(name="Real", kind="smsapi"))
    assert refused(account, price=60_000) == Refusal.TRIAL_GUEST
    confirmed(of(account), ANNA)
    override(app, trial_texts_per_day=0)
    assert refused(account, price=60_000) == Refusal.TRIAL_DAY
    override(app, trial_texts_per_day=1)
    send(account, price=60_000)
    assert refused(account, price=60_000) == Refusal.TRIAL_DAY
    override(app, trial_texts_per_day=2, production=True)
    assert refused(account, price=60_000) == Refusal.NO_GATEWAY
    assert money(account) == (40_000, 60_000)


def test_an_opt_out_stops_what_waits_also_at_the_claim(account: int) -> None:
    first = send(account).id
    opt_outs.opt_out(account, ANNA, SuppressionSource.KEYWORD)
    assert status_of(first) == ("skipped", "opted_out")
    second = send(account, LOSING).id
    with transaction() as session:  # an opt-out that has not seen it
        session.add(Suppression(account_id=account, phone=LOSING, source="held"))
    assert taken()[1] == []
    assert status_of(second) == ("skipped", "held")
    assert money(account) == (100_000, 0)
    shown = [one.message.status for one in conversation.page(account, ANNA).rows if one.message]
    assert shown == ["skipped"]
    with transaction() as session:
        session.add(Gateway(name="Real", kind="smsapi"))
        session.execute(update(Account).values(approved_at=None))
    confirmed(of(account), REFUSING)
    with transaction() as session:
        session.execute(update(Message).values(created_at=now() - timedelta(days=2)))
    third = send(account, REFUSING).id
    with transaction() as session:
        session.execute(update(Guest).values(removed_at=now()))
    assert [message.priority for message in taken()[1]] == [0]  # the code of the guest
    assert taken()[1] == []
    assert status_of(third) == ("skipped", "trial")
    assert money(account) == (100_000, 0)


def test_a_suspended_account_and_a_paused_gateway_keep_it_and_others_go_on(
    account: int, cast: Cast
) -> None:
    message_id = send(account).id
    other = cast.stranger.account_id
    write(other, ANNA)
    with transaction() as session:
        session.execute(
            update(Account).where(Account.id == account).values(status=AccountStatus.SUSPENDED)
        )
    sent = send(other).id
    with transaction() as session:
        session.execute(update(Gateway).values(status=GatewayStatus.PAUSED))
    assert taken()[1] == []
    with transaction() as session:
        session.execute(update(Gateway).values(status=GatewayStatus.ACTIVE))
    claim, messages = taken()
    assert [message.id for message in messages] == [sent]
    answer = Answer(error_class=ErrorClass.TEMPORARY, reason="busy")
    recording.record(claim, [(messages[0], answer)])
    assert (status_of(message_id)[0], status_of(sent)[0]) == ("queued", "queued")
    assert taken()[1] == []  # its time has not come
    assert (money(account), money(other)) == ((99_700, 300), (99_700, 300))


def test_it_leaves_from_the_number_that_they_wrote_to(account: int) -> None:
    gateway_id = db.session.scalars(select(Gateway.id)).one()
    usual = direct_texts.line(account, ANNA)
    assert (usual.gateway_id, usual.sender, usual.answerable) == (gateway_id, "+48732000001", True)
    write(account, ANNA, gateway_id=gateway_id, inbound_number=THEIRS)
    assert send(account).sender == THEIRS
    write(account, ANNA, gateway_id=gateway_id, inbound_number="SHOP")
    assert direct_texts.line(account, ANNA) == usual
    write(account, ANNA, gateway_id=gateway_id + 1, inbound_number=THEIRS)
    assert direct_texts.line(account, ANNA) == usual


def test_it_is_skipped_when_the_recipient_is_deleted(account: int) -> None:
    with transaction() as session:
        person = Recipient(account_id=account, phone=ANNA, country="PL")
        session.add(person)
    message_id, public_id = send(account).id, person.public_id
    with transaction() as session:  # they have got another number since
        session.execute(update(Recipient).values(phone="+48601444109"))
    assert recipients.delete_many(account, [public_id]) == 1
    assert status_of(message_id) == ("skipped", "deleted")
    assert money(account) == (100_000, 0)


@pytest.mark.only("postgresql")
def test_an_opt_out_waits_for_a_form_and_for_a_claim(app: Flask, account: int) -> None:
    def locked() -> bool:
        """May nobody opt out of this account's texts at the moment?"""
        lock = select(func.pg_try_advisory_xact_lock(opt_outs.LOCKS + account))
        with db.engine.connect() as other:
            return not other.scalar(lock)

    with transaction():
        send(account)
        assert locked()
    assert not locked()
    with transaction():
        assert len(taken()[1]) == 1
        assert locked()
    assert not locked()


def test_two_at_once_neither_send_twice_nor_more_than_there_is(app: Flask, account: int) -> None:
    key, keys = new_public_id(), (new_public_id(), new_public_id())
    assert at_once(app, account, (key, key)) == ["AlreadySent", "sent"]
    assert money(account) == (99_700, 300)
    with transaction() as session:
        session.execute(update(Price).where(Price.country == "PL").values(amount=60_000))
    assert at_once(app, account, keys) == ["InsufficientBalance", "sent"]
    assert money(account) == (39_700, 60_300)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 2


def at_once(app: Flask, account: int, keys: tuple[str, str]) -> list[str]:
    """What becomes of two forms that come at the same moment."""
    barrier, results = Barrier(2), []

    def work(key: str) -> None:
        with app.app_context():
            barrier.wait(20)
            try:
                send(account, key=key, price=60_000)
                results.append("sent")
            except (AlreadySent, ledger.InsufficientBalance) as error:
                results.append(type(error).__name__)
            db.session.remove()

    threads = [Thread(target=work, args=(key,)) for key in keys]
    db.session.remove()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(results)


def test_an_erased_person_leaves_no_text_and_the_money_is_settled(
    account: int, settle: Settle
) -> None:
    send(account)
    settle()
    waiting = send(account, text="One more").id
    assert erase_recipient.erase_number(of(account), ANNA, "somebody")
    assert list(db.session.scalars(select(Message.id))) == []
    assert entries(waiting)[-1][:2] == ("release", 300)
    assert money(account, erased=True) == (99_700, 0)
    # One that came between: its message is gone, its money comes back all the same.
    lost = send(account, LOSING).id
    with transaction() as session:
        session.delete(session.get_one(Message, lost))
        session.execute(update(DirectText).values(created_at=now() - timedelta(hours=73)))
    sweep.release_unsettled_direct()
    assert money(account, erased=True) == (99_700, 0)
