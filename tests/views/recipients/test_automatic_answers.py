"""The pages of automatic answers: the agreed price, the words, the hours, a text to try."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, InboundMessage, now
from promosms.services.automatic_answers import answers
from promosms.services.inbox import automatic_answers
from promosms.services.ledger import ledger
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.replies import store

LIST = "/recipients/automatic-answers"
NEW, HOURS = f"{LIST}/new", f"{LIST}/hours"
MENU = {"kind": "keyword", "keyword": "Menü", "text": "Soup 3, pie 4."}
CLOSED = {"kind": "closed", "text": "We are closed."}
AGREED = {"agreed": "300"}
WEEK = {
    f"{name}_{day}": time
    for day in range(5)
    for name, time in (("opens", "09:00"), ("closes", "17:00"))
}


def test_it_is_saved_for_the_price_that_was_shown(
    owner: PageClient, stranger: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 2)
    page = owner.post_page(NEW, MENU)
    assert "Nothing is saved yet. Please look at the price" in page.get_text()
    agreed = page.select_one("input[name=agreed]")
    assert agreed is not None
    assert agreed["value"] == "300"
    assert "Save, €0.03 for each answer" in page.get_text()
    assert "MENU" not in owner.get_page(LIST).get_text()
    page = owner.post_page(NEW, {**MENU, **AGREED})
    assert "From now on it goes back by itself." in page.get_text()
    for fields, problem in (
        ({**MENU, "text": "Again"}, "You have an answer for this already."),
        ({**MENU, "keyword": "Stop"}, "It has an answer of its own that nothing may replace."),
        ({**MENU, "keyword": "two words"}, "Choose one word, of letters and digits."),
        ({**MENU, "keyword": ""}, "Write the word that their text begins with."),
        ({**CLOSED, "text": "Hi {first_name}"}, "{first_name} is not filled in."),
        ({**CLOSED, "text": ""}, "Write the text that goes back."),
        ({**CLOSED, "text": "ą" * 700, "agreed": "9000"}, "This is too long for a text."),
    ):
        page = owner.post_page(NEW, {**AGREED, **fields})
        assert problem in page.get_text(), fields
        assert page.select_one("textarea").get_text().strip() == fields["text"]
    plain = owner.post_page(NEW, {**CLOSED, "text": "Menü ą", "action": "plain"})
    assert plain.select_one("textarea").get_text().strip() == "Menü a"
    owner.post_page(NEW, {**CLOSED, **AGREED})
    full = owner.post_page(NEW, {**CLOSED, "kind": "open", **AGREED})
    assert "You have as many answers as there can be." in full.get_text()
    word, closed = (
        str(link["href"]) for link in owner.get_page(LIST).select(".rows:not(.known) a.title")
    )
    for address in (word, f"{word}/delete"):
        assert stranger.send(address, {**MENU, **AGREED}).status_code == 404
    owner.post_page(closed, {**CLOSED, "text": "Come on Monday.", **AGREED})
    assert "Come on Monday." in owner.get_page(LIST).get_text()
    assert "Nothing more goes back by it." in owner.post_page(f"{word}/delete").get_text()
    assert "MENU" not in owner.get_page(LIST).get_text()


def test_a_text_is_tried_without_sending_it(owner: PageClient) -> None:
    owner.post_page(NEW, {**MENU, **AGREED})
    owner.post_page(NEW, {**CLOSED, **AGREED})

    def result(tried: str) -> str:
        page = owner.post_page(LIST, {"tried": tried})
        return page.select_one("#try [role=status]").get_text(" ", strip=True)

    assert "MENU Soup 3, pie 4." in result("MENÚ, what is it today?")
    assert "it waits in the inbox" in result("your menu?")
    assert "It is an opt-out" in result("stop")
    assert "It may be an opt-out" in result("menu and no more of it, leave me alone")
    assert "They ask who writes" in result("help")
    assert "They want texts again" in result("start")
    assert "Write what somebody may write." in owner.post_page(LIST, {"tried": " "}).get_text()
    assert "not said yet" in owner.get_page(LIST).get_text()
    owner.post_page(HOURS, {"opens_0": "00:00", "closes_0": "00:00", "daily_limit": "5"})
    text = result("anything")
    assert "You are closed at this moment." in text or "You are open at this moment." in text


def test_the_hours_are_kept_as_typed(owner: PageClient) -> None:
    owner.post_page(HOURS, {**WEEK, "closed_on_holidays": "y", "daily_limit": "20"})
    text = owner.get_page(LIST).get_text(" ", strip=True)
    assert "Mon – Fri" in text
    assert "Sat – Sun closed" in text
    page = owner.get_page(HOURS)
    assert page.select_one("#opens_4")["value"] == "09:00"
    assert not page.select_one("#opens_5").get("value")
    assert page.select_one("#daily_limit")["value"] == "20"
    for fields, problem in (
        ({"opens_2": "09:00"}, "Give both times of a day, or none if it is closed."),
        ({"closes_6": "17:00"}, "Give both times of a day, or none if it is closed."),
        ({"daily_limit": "0"}, "Choose a number from 1 to 1000."),
        ({"daily_limit": "1001"}, "Choose a number from 1 to 1000."),
    ):
        page = owner.post_page(HOURS, {"daily_limit": "20", **fields})
        assert problem in page.get_text(), fields
    assert "Mon – Fri" in owner.get_page(LIST).get_text(" ", strip=True)
    owner.post_page(HOURS, {"daily_limit": "1000"})
    assert "not said yet" in owner.get_page(LIST).get_text()


def test_a_day_can_have_a_break(owner: PageClient) -> None:
    lunch = {"pauses_0": "12:30", "resumes_0": "13:15", "daily_limit": "20"}
    owner.post_page(HOURS, {**WEEK, **lunch})
    text = owner.get_page(LIST).get_text(" ", strip=True)
    assert "Mon 9:00\u202fAM – 12:30\u202fPM and 1:15\u202fPM – 5:00\u202fPM, Tue – Fri" in text
    page = owner.get_page(HOURS)
    shown = {name: page.select_one(f"#{name}_0").get("value") for name in FIELDS}
    assert shown == dict(zip(FIELDS, ("09:00", "12:30", "13:15", "17:00"), strict=True))
    breaks = page.select("fieldset details")
    assert [day.has_attr("open") for day in breaks] == [True] + 6 * [False]


FIELDS = ("opens", "pauses", "resumes", "closes")
WITHIN = "A break lies within the hours of its day, and before midnight."
BOTH, NO_HOURS = (
    "Give both times of the break, or none.",
    "Give the hours of this day, or no break.",
)


@pytest.mark.parametrize(
    ("clocks", "problem"),
    [
        (("09:00", "12:00", "13:00", "17:00"), ""),
        (("18:00", "20:00", "21:00", "02:00"), ""),
        (("18:00", "20:00", "21:00", "18:00"), ""),
        (("18:00", "20:00", "21:00", "18:01"), WITHIN),
        (("09:00", "12:00", "", "17:00"), BOTH),
        (("09:00", "", "12:00", "17:00"), BOTH),
        (("", "12:00", "13:00", ""), NO_HOURS),
        (("09:00", "13:00", "12:00", "17:00"), WITHIN),
        (("09:00", "12:00", "12:00", "17:00"), WITHIN),
        (("09:00", "09:00", "12:00", "17:00"), WITHIN),
        (("09:00", "12:00", "17:00", "17:00"), WITHIN),
        (("09:00", "14:00", "15:00", "13:00"), WITHIN),
        (("18:00", "23:00", "00:30", "02:00"), WITHIN),
        (("09:00", "noon", "13:00", "17:00"), "Give the time as hours and minutes"),
    ],
)
def test_a_break_lies_within_its_day(
    owner: PageClient, clocks: tuple[str, ...], problem: str
) -> None:
    fields = {f"{name}_3": clock for name, clock in zip(FIELDS, clocks, strict=True)}
    page = owner.post_page(HOURS, {"daily_limit": "20", **fields})
    if not problem:
        assert "The hours are saved." in page.get_text()
        return
    assert problem in page.get_text()
    day = page.select("fieldset details")[3]
    assert day.has_attr("open") or problem == NO_HOURS
    assert "not said yet" in owner.get_page(LIST).get_text()


def test_what_was_not_sent_is_said_with_the_reason(
    owner: PageClient, app: Flask, cast: Cast
) -> None:
    owner.post_page(NEW, {**MENU, **AGREED})
    account_id = cast.owner.account_id
    with app.app_context(), transaction() as session:
        reply = InboundMessage(
            account_id=account_id,
            phone="+48601200100",
            text="menu",
            inbound_number="+48732000001",
            received_at=now(),
        )
        store(session, reply)
        reply_id, public_id = reply.id, reply.public_id
        ledger.adjust(account_id, -100_000, "gone", "A test", "test")
        automatic_answers.lock(session, account_id)
        assert automatic_answers.answer(session, reply) is None
    text = owner.get_page(LIST).get_text(" ", strip=True)
    assert "your balance was too small." in text
    assert "“MENU” was not sent" in owner.get_page("/dashboard").get_text(" ", strip=True)
    with app.app_context(), transaction() as session:
        ledger.adjust(account_id, 300, "back", "A test", "test")
        reply = session.get_one(InboundMessage, reply_id)
        assert automatic_answers.answer(session, reply) is not None
    page = owner.get_page(f"/recipients/replies/{public_id}")
    assert "sent automatically" in page.get_text()
    for address in (LIST, "/dashboard"):
        assert "was not sent" not in owner.get_page(address).get_text()
    with app.app_context():
        assert db.session.get_one(Account, account_id).balance == 0
