"""E-mails about replies: when they leave, once, and what of the replies is in them."""

import threading
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import mail, sweep
from promosms.models import (
    Account,
    AccountStatus,
    Email,
    InboundMessage,
    Recipient,
    ReplyDetail,
    ReplyEmails,
    ReplyMode,
    now,
)
from promosms.services.accounts import preferences as places
from promosms.services.inbox import replies
from promosms.services.mail import outbox
from promosms.services.privacy import erase_recipient
from promosms.services.reply_emails import preferences, sending
from promosms.services.reply_emails.preferences import Choice
from tests.support import two_transactions
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.replies import store

ANNA, STRANGER = "+48601200100", "+48601200321"
LONG = "Do you still have the blue vases from the window, the small ones?"


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    account = db.session.get_one(Account, cast.owner.account_id)
    with transaction() as session:
        values = {"account_id": account.id, "phone": ANNA, "country": "PL"}
        session.add(Recipient(**values, first_name="Anna", last_name="Nowak"))
    return account


def come(account: Account, text: str, phone: str = ANNA, kind: str = "reply") -> None:
    with transaction() as session:
        reply = InboundMessage(
            account_id=account.id, phone=phone, text=text, kind=kind, received_at=now()
        )
        store(session, reply)


def written() -> list[str]:
    """The subjects of the e-mails so far, after the tick has looked."""
    sweep.run()
    return list(db.session.scalars(select(Email.subject).order_by(Email.id)))


def body() -> str:
    """The newest e-mail as it leaves."""
    newest = db.session.scalars(select(Email).order_by(Email.id.desc())).first()
    assert newest is not None
    claimed = outbox.Claimed(
        newest.id,
        newest.recipient,
        newest.subject,
        newest.body,
        1,
        newest.created_at,
        account_id=newest.account_id,
        of_replies=newest.of_replies,
    )
    assert "vases" not in newest.body
    return str(mail.message_of(claimed).get_content())


def test_they_come_at_once_and_those_of_ten_minutes_together(
    account: Account, clock: Clock
) -> None:
    come(account, "Before it was chosen")
    preferences.save(account.id, Choice(ReplyMode.EACH))
    come(account, "STOP", kind="stop")
    come(account, "who?", kind="help")
    assert written() == []
    come(account, LONG)
    come(account, "Hello")
    assert written() == written() == ["2 new replies"]
    come(account, "One more")
    clock.move(minutes=9)
    assert len(written()) == 1
    come(account, "Please no more?", kind="hold")
    clock.move(minutes=1, seconds=1)
    assert written()[1:] == ["2 new replies"]
    clock.move(minutes=11)
    come(account, "Read at once")
    replies.mark_all_read(account.id)
    assert len(written()) == 2
    with transaction() as session:
        session.execute(update(Account).values(status=AccountStatus.SUSPENDED))
    come(account, "Later")
    assert len(written()) == 2
    with transaction() as session:
        session.execute(update(Account).values(status=AccountStatus.ACTIVE))
    assert written()[2:] == ["1 new reply"]
    preferences.save(account.id, Choice())
    clock.move(minutes=11)
    come(account, "After it was ended")
    assert len(written()) == 3


def test_the_daily_one_leaves_once_a_day_if_there_is_news(account: Account, clock: Clock) -> None:
    preferences.save(account.id, Choice(ReplyMode.DAILY))
    come(account, LONG)
    come(account, "Hello", STRANGER)
    assert written() == []
    clock.move(hours=24)
    assert written() == written() == ["2 replies wait for you"]
    assert not sending.write(account.id)  # another process has looked at the same time
    clock.move(hours=24)
    assert len(written()) == 1  # nothing new
    come(account, "News")
    clock.move(hours=24)
    assert written()[1:] == ["3 replies wait for you"]
    clock.move(hours=72)  # the service stood still
    assert len(written()) == 2


@pytest.mark.parametrize(
    ("zone", "hour", "after", "expected"),
    [
        ("Europe/Warsaw", 8, "2026-06-01T05:59", "2026-06-01T06:00"),
        ("Europe/Warsaw", 8, "2026-06-01T06:00", "2026-06-02T06:00"),
        ("Europe/Warsaw", 2, "2026-03-28T12:00", "2026-03-29T01:00"),  # 2:00 does not come: 3:00
        ("Europe/Warsaw", 2, "2026-03-29T01:00", "2026-03-30T00:00"),
        ("Europe/Warsaw", 2, "2026-10-24T12:00", "2026-10-25T00:00"),
        ("Europe/Warsaw", 2, "2026-10-25T00:00", "2026-10-26T01:00"),  # not once more at 2:00
        ("Pacific/Auckland", 0, "2026-06-01T11:59", "2026-06-01T12:00"),
    ],
)
def test_the_hour_is_that_of_the_account_also_when_clocks_change(
    zone: str, hour: int, after: str, expected: str
) -> None:
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = preferences.next_time(Account(timezone=zone), hour, moment)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(ReplyMode.DAILY, "2027-03-06 08:00"), (ReplyMode.EACH, "2027-03-05 03:00")],
)
def test_the_daily_one_keeps_its_day_and_its_hour_by_other_clocks(
    account: Account, clock: Clock, mode: ReplyMode, expected: str
) -> None:
    clock.stop()
    noon = datetime(2027, 3, 5, 12, tzinfo=ZoneInfo("Europe/Warsaw"))
    clock.move(seconds=(noon - clock.now()).total_seconds())
    preferences.save(account.id, Choice(mode))
    zone = "America/Los_Angeles"
    places.choose_place(account.id, "PL", zone, "Flowers", moves=[preferences.move])
    row = db.session.get_one(ReplyEmails, account.id)
    db.session.refresh(row)
    assert f"{row.next_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == expected


def test_no_more_of_the_words_leaves_than_the_owner_wants(account: Account) -> None:
    preferences.save(account.id, Choice(ReplyMode.EACH, ReplyDetail.BEGINNING))
    come(account, LONG)
    come(account, "Hello", STRANGER)
    assert written() == ["2 new replies"]
    text = body()
    assert "Anna Nowak: “Do you still have the blue vases from th…”" in text
    assert "A number that ends in 321: “Hello”" in text
    assert STRANGER not in text
    assert "/recipients/replies/emails" in text
    change(detail=ReplyDetail.FULL)
    assert LONG in body()
    change(detail=ReplyDetail.COUNT)
    assert "Anna" not in body()
    assert "Hello" not in body()
    change(detail=ReplyDetail.FULL)
    assert erase_recipient.erase_number(account, ANNA, "somebody")
    assert "Anna" not in body()
    assert "Hello" in body()
    change(told_id=0)
    replies.mark_all_read(account.id)
    assert "Hello" not in body()


def change(**values: object) -> None:
    with transaction() as session:
        session.execute(update(ReplyEmails).values(values))


@pytest.mark.only("postgresql")
def test_choosing_while_one_is_written_is_no_deadlock(app: Flask, account: Account) -> None:
    preferences.save(account.id, Choice(ReplyMode.EACH))
    account_id = account.id

    def choose() -> None:
        with app.app_context():
            preferences.save(account_id, Choice(ReplyMode.DAILY, hour=9))

    thread = threading.Thread(target=choose)
    with two_transactions.connection() as writer:
        # As the writer does it: the row, and then the account for the new e-mail.
        writer.execute("SELECT 1 FROM reply_emails FOR UPDATE")
        thread.start()
        end = time.monotonic() + two_transactions.PATIENCE
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not writer.execute(waiting).fetchone()[0]:
            assert time.monotonic() < end
        writer.execute("SELECT 1 FROM accounts FOR KEY SHARE NOWAIT")
    thread.join(two_transactions.PATIENCE)
    assert not thread.is_alive()
    db.session.rollback()
    assert preferences.of(account_id) == Choice(ReplyMode.DAILY, hour=9)
