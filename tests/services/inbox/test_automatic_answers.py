"""Answers that go back by themselves: to whom, how often, when, for how much, and once."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    AccountStatus,
    AnswerKind,
    AutomaticAnswer,
    Conversation,
    DirectText,
    Gateway,
    GatewayInboxRow,
    InboundMessage,
    LedgerEntry,
    Message,
    Price,
    SuppressionSource,
    now,
)
from promosms.services.automatic_answers import answers, choice, opening_hours
from promosms.services.automatic_answers.answers import Draft
from promosms.services.automatic_answers.opening_hours import Hours, Settings
from promosms.services.inbox import conversation, gateway_inbox
from promosms.services.installation import defaults
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger import statement
from promosms.services.recipients import lists
from promosms.services.sending import opt_outs, sweep
from promosms.services.sign_ups import forms
from promosms.sms.keywords import BadWord
from tests.services.sending.inbox import NUMBER, PHONE, gateway_id, reply, stopped, texted
from tests.support.cast import Cast
from tests.support.sign_ups import ENGLISH

PRICE = 300
MENU, CLOSED, OPEN = "Soup 3, pie 4.", "We are closed.", "We answer soon."
WARSAW = ZoneInfo("Europe/Warsaw")
ALWAYS = (((time(0), time(0)),),) * 7
NEVER: tuple[Hours, ...] = ((),) * 7


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    """The owner's account, which has texted the phone and answers MENU by itself."""
    texted(cast.owner.account_id)
    account = db.session.get_one(Account, cast.owner.account_id)
    keep(account, MENU, "menu")
    return account


def keep(account: Account, text: str, word: str = "", kind: str = "keyword") -> None:
    answers.save(account, Draft(AnswerKind(kind), text, word), PRICE)


def sent() -> list[str]:
    """The texts that went by themselves."""
    query = (
        select(Message.text)
        .join(DirectText, DirectText.message_id == Message.id)
        .where(DirectText.automatic_answer_id.is_not(None))
    )
    return list(db.session.scalars(query.order_by(Message.id)))


def missed() -> list[str]:
    return list(
        db.session.scalars(select(AutomaticAnswer.reason).where(AutomaticAnswer.reason > ""))
    )


def earlier(hours: float) -> None:
    """All that was sent by itself was sent so many hours earlier."""
    with transaction() as session:
        values = {"created_at": now() - timedelta(hours=hours)}
        session.execute(update(DirectText).values(values))


def change(**values: object) -> None:
    with transaction() as session:
        session.execute(update(Account).values(values))


def test_who_writes_the_word_gets_the_text_once_from_the_number_they_wrote_to(
    account: Account,
) -> None:
    reply("Ménu? For two please", "1")
    reply("Ménu? For two please", "1")  # reported twice by the gateway
    reply("your menu", "2")  # not the first word
    assert sent() == [MENU]
    message = db.session.query(Message).filter_by(text=MENU).one()
    assert (message.sender, message.price, message.status) == (NUMBER, PRICE, "queued")
    assert sweep.gateways_with_work() == [gateway_id()]  # the tick alone finds it
    asked = db.session.query(InboundMessage).order_by(InboundMessage.id).first()
    assert asked is not None
    assert db.session.query(DirectText).one().key == asked.public_id
    db.session.refresh(account)
    assert (account.balance, account.held) == (100_000 - PRICE, PRICE)
    assert ledger_audit.audit() == []
    (row, *_) = statement.page(account.id).rows
    assert (row.kind, row.held, row.automatic) == ("hold", PRICE, True)
    shown = [(one.text, one.automatic) for one in conversation.page(account.id, PHONE).rows]
    assert shown[-3:] == [("Ménu? For two please", False), (MENU, True), ("your menu", False)]
    talk = db.session.query(Conversation).one()
    assert (talk.unread, talk.answer_id, talk.done_at) == (2, None, None)


def test_two_machines_that_text_each_other_stop(account: Account) -> None:
    for hours, number in ((0, 1), (11.9, 1), (12.1, 2), (0, 2)):
        if hours:
            earlier(hours)
        reply("menu", f"{hours}{number}{len(sent())}")
        assert len(sent()) == number, hours
    for word in ("pies", "cakes", "jams"):
        keep(account, word.title(), word)
    earlier(13)  # two answers are younger than a day
    reply("pies", "a")
    reply("cakes", "b")
    assert sent() == [MENU, MENU, "Pies"]
    assert missed() == []  # nobody has to do anything about it
    earlier(24.1)
    reply("cakes", "c")
    assert sent()[-1] == "Cakes"


def test_who_opted_out_or_may_want_to_gets_nothing(account: Account, cast: Cast) -> None:
    keep(account, CLOSED, kind="closed")
    opening_hours.save(account.id, Settings(NEVER))
    for number, words in enumerate(("STOP", "menu, stop texting me", "HELP", "START")):
        reply(words, str(number))
    assert sent() == []
    for source in (SuppressionSource.HAND, SuppressionSource.KEYWORD, SuppressionSource.HELD):
        opt_outs.opt_out(account.id, PHONE, source)
        reply("menu", f"{source}")
        reply("anything", f"other {source}")
        assert sent() == []
        opt_outs.lift(account.id, PHONE)
    assert missed() == []
    form_list = lists.create(account.id, "Regulars")
    forms.add(account.id, forms.Draft(form_list.id, {"en": ENGLISH}, keyword="pizza"), "u")
    reply("pizza", "joined")
    reply("pizza for two", "asked")
    assert sent() == []
    texted(cast.stranger.account_id)
    reply("menu", "another's")  # the other shop has texted them last
    assert sent() == []
    texted(account.id)
    reply("menu", "now")
    assert sent() == [MENU]
    opt_outs.opt_out(account.id, PHONE, SuppressionSource.KEYWORD)  # before it has left
    assert db.session.query(Message).filter_by(text=MENU).one().status == "skipped"
    assert stopped() == [account.id]


@pytest.mark.parametrize("typed", ["stop", "Pomoc", "START", "unsubscribe", "two words", ""])
def test_words_with_a_meaning_of_their_own_cannot_be_chosen(account: Account, typed: str) -> None:
    with pytest.raises(BadWord):
        keep(account, MENU, typed)


def test_a_word_has_one_answer_and_none_of_a_form(account: Account, cast: Cast) -> None:
    with pytest.raises(answers.AnswerTaken):
        keep(account, "Other", "MENÚ")
    other = cast.stranger.account_id
    form_list = lists.create(other, "Regulars")
    forms.add(other, forms.Draft(form_list.id, {"en": ENGLISH}, keyword="pizza"), "u")
    with pytest.raises(answers.SignUpWord):
        keep(account, MENU, "Pizza")


def test_without_money_nothing_is_sent_and_its_owner_sees_it(account: Account) -> None:
    change(balance=PRICE - 1)
    reply("menu", "1")
    assert (sent(), missed()) == ([], ["money"])
    assert [one.keyword for one in answers.missed(account.id)] == ["MENU"]
    assert db.session.query(InboundMessage).one().text == "menu"
    assert db.session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.held > 0)) == 0
    assert db.session.query(Message).filter_by(text=MENU).count() == 0
    change(balance=PRICE)
    reply("menu", "2")
    assert (sent(), missed()) == ([MENU], [])
    earlier(25)
    with transaction() as session:
        session.execute(update(Price).where(Price.country == "PL").values(amount=PRICE + 1))
    change(balance=100_000)
    reply("menu", "3")
    assert (len(sent()), missed()) == (1, ["not_agreed"])
    with pytest.raises(answers.NotAgreed):
        answers.save(account, Draft(AnswerKind.KEYWORD, MENU, "price"), PRICE)


@pytest.mark.parametrize(
    ("values", "reason"),
    [({"status": AccountStatus.SUSPENDED}, "suspended"), ({"approved_at": None}, "trial_guest")],
)
def test_an_account_that_may_not_send_answers_nobody(
    account: Account, values: dict[str, object], reason: str
) -> None:
    with transaction() as session:
        session.add(Gateway(name="Real", kind="smsapi"))
    change(**values)
    gateway_inbox.store(first_gateway(), [Inbound("1", PHONE, NUMBER, "menu")])
    gateway_inbox.apply_batch()
    assert (sent(), missed()) == ([], [reason])


def first_gateway() -> int:
    return db.session.scalars(select(Gateway.id).order_by(Gateway.id)).first() or 0


def test_an_account_sends_so_many_a_day_as_its_owner_says(account: Account) -> None:
    opening_hours.save(account.id, Settings(daily_limit=1))
    texted(account.id, phone="+48601200101")
    reply("menu", "1")
    reply("menu", "2", phone="+48601200101")
    assert (sent(), missed()) == ([MENU], ["daily_limit"])
    earlier(24.1)
    reply("menu", "3", phone="+48601200101")
    assert (sent(), missed()) == ([MENU, MENU], [])


def test_it_leaves_from_no_other_number_and_not_late(account: Account) -> None:
    route = defaults.default_route()
    texted(account.id, sender="+48732000009")
    with transaction() as session:
        session.execute(update(Gateway).values(status="paused"))
    reply("menu", "1", "+48732000009")
    assert (sent(), missed()) == ([], ["no_gateway"])
    with transaction() as session:
        session.execute(update(Gateway).values(status="active"))
    assert route.sender == NUMBER
    for minutes, number in ((61, 0), (59, 1)):
        gateway_inbox.store(gateway_id(), [Inbound(str(minutes), PHONE, "+48732000009", "menu")])
        with transaction() as session:
            moment = now() - timedelta(minutes=minutes)
            session.execute(update(GatewayInboxRow).values(received_at=moment))
        gateway_inbox.apply_batch()
        assert len(sent()) == number, minutes
    assert db.session.query(Message).filter_by(text=MENU).one().sender == "+48732000009"


def test_the_hours_answer_what_no_word_does(account: Account) -> None:
    keep(account, CLOSED, kind="closed")
    keep(account, OPEN, kind="open")
    reply("hello", "unsaid")
    assert sent() == []
    for number, (hours, text) in enumerate(((NEVER, CLOSED), (ALWAYS, OPEN))):
        opening_hours.save(account.id, Settings(hours, closed_on_holidays=False))
        reply("hello", str(number))
        assert sent()[-1] == text
    reply("menu", "word")
    assert sent()[-1] == MENU
    moment = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)  # a holiday in Poland
    opening_hours.save(account.id, Settings(ALWAYS))
    chosen = choice.choose(account, "hello", moment)
    assert chosen is not None
    assert chosen.kind == AnswerKind.CLOSED


NIGHT = Settings((((time(18), time(2)),), *NEVER[:6]), closed_on_holidays=False)
DAY = Settings((((time(9), time(17)),),) * 5 + NEVER[:2])
SPLIT = Settings((((time(9), time(12, 30)), (time(13, 30), time(1))), *NEVER[:6]))


@pytest.mark.parametrize(
    ("settings", "local", "expected"),
    [
        (DAY, "2026-04-27T08:59", False),
        (DAY, "2026-04-27T09:00", True),
        (DAY, "2026-04-27T16:59", True),
        (DAY, "2026-04-27T17:00", False),
        (DAY, "2026-05-01T12:00", False),  # a Friday, and a public holiday
        (Settings(DAY.hours, closed_on_holidays=False), "2026-05-01T12:00", True),
        (DAY, "2026-05-02T12:00", False),
        (SPLIT, "2026-04-27T12:29", True),
        (SPLIT, "2026-04-27T12:30", False),
        (SPLIT, "2026-04-27T13:29", False),
        (SPLIT, "2026-04-27T13:30", True),
        (SPLIT, "2026-04-28T00:59", True),
        (SPLIT, "2026-04-28T01:00", False),
        (NIGHT, "2026-04-27T17:59", False),
        (NIGHT, "2026-04-27T23:59", True),
        (NIGHT, "2026-04-28T01:59", True),
        (NIGHT, "2026-04-28T02:00", False),
        (Settings(ALWAYS, closed_on_holidays=False), "2026-04-28T02:00", True),
        (Settings(), "2026-04-28T02:00", None),
    ],
)
def test_it_is_open_by_the_clocks_of_the_account(
    settings: Settings, local: str, expected: bool | None
) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=WARSAW).astimezone(UTC)
    assert opening_hours.is_open(settings, moment, WARSAW, "PL") is expected


def test_spans_that_are_not_in_their_order_are_not_kept(account: Account) -> None:
    morning, noon, evening = (time(9), time(12)), (time(12), time(18)), (time(13), time(18))
    for day in ((evening, morning), (morning, noon), (morning, (time(13), time(10)))):
        with pytest.raises(ValueError, match="each span"):
            opening_hours.save(account.id, Settings((day, *NEVER[:6])))
    assert opening_hours.of(account.id).hours is None
    for day in ((morning, evening), (morning, (time(13), time(9))), (evening,), ()):
        opening_hours.save(account.id, Settings((day, *NEVER[:6])))
        assert opening_hours.of(account.id).hours == (day, *NEVER[:6])


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2026-03-29T00:59", False),  # 01:59
        ("2026-03-29T01:00", True),  # 03:00: from 02:30 on, which does not come
        ("2026-10-25T00:29", False),  # 02:29
        ("2026-10-25T00:30", True),  # 02:30
        ("2026-10-25T01:00", False),  # 02:00 once more
        ("2026-10-25T01:30", True),  # 02:30 once more
    ],
)
def test_the_nights_in_which_clocks_change(utc: str, expected: bool) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    settings = Settings((((time(2, 30), time(5)),),) * 7, closed_on_holidays=False)
    assert opening_hours.is_open(settings, moment, WARSAW, "PL") is expected


def test_a_worker_that_is_killed_before_the_end_leaves_nothing_half_done(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    gateway_inbox.store(gateway_id(), [Inbound("1", PHONE, NUMBER, "menu")])
    monkeypatch.setattr(answers, "note_sent", die)
    with pytest.raises(Killed):
        gateway_inbox.apply_batch()
    assert (sent(), db.session.query(InboundMessage).count()) == ([], 0)
    monkeypatch.undo()
    gateway_inbox.apply_batch()
    assert (sent(), db.session.query(InboundMessage).count()) == ([MENU], 1)
