"""Automations: write one, review it, switch it on, see what it did, pause and delete it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import tick
from promosms.models import Automation, AutomationStatus, Campaign, Consent, Recipient
from promosms.services.automations import problems
from promosms.services.recipients import lists
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.engine import settle
from tests.support.html import Page
from tests.support.pages import PageClient, words

FORM = {
    "trigger": "birthday",
    "name": "Birthday",
    "text": "All the best, {first_name|friend}!",
    "audience": "everyone",
    "language": "en",
    "days": "0",
    "at": "10:00",
    "kind": "promotional",
    "opt_out_line": "y",
    "line_for": "promotional",
}


@pytest.fixture
def people(app: Flask, cast: Cast, clock: Clock) -> str:
    """Ola has her birthday, and it is soon ten o'clock in Warsaw. Returns the id of a list."""
    clock.stop()
    clock.move(
        seconds=(datetime(2027, 5, 17, 7, 50, tzinfo=UTC) - clock.now()) / timedelta(seconds=1)
    )
    with app.app_context():
        group = lists.create(cast.owner.account_id, "Regulars").public_id
        with transaction() as session:
            for name, birthday in (("Ola", "1990-05-17"), ("Jan", "--11-30")):
                session.add(
                    Recipient(
                        account_id=cast.owner.account_id,
                        phone=f"+4860111111{len(name + birthday) % 10}",
                        country="PL",
                        first_name=name,
                        birthday=birthday,
                        consent=Consent.GIVEN,
                    )
                )
        db.session.remove()
    return group


@pytest.fixture
def owner(cast: Cast, people: str) -> PageClient:
    """The browser of the owner, who signs in on that day."""
    return cast.owner.browser()


def said(page: Page) -> str:
    """What stands on a page."""
    return words(page.get_text())


def made(owner: PageClient, **changed: object) -> str:
    """The address of a new automation, which is reviewed next."""
    answer = owner.send("/automations/new", {**FORM, **changed})
    assert answer.status_code == 303, answer.text
    return str(answer.location).removeprefix("https://localhost").removesuffix("/review")


def agreed(owner: PageClient, address: str) -> dict[str, str]:
    review = owner.get_page(f"{address}/review")
    return {"agreed": str(review.select_one("input[name=agreed]")["value"])}


def test_it_goes_by_itself_from_the_review_to_the_report(
    app: Flask, owner: PageClient, people: str, clock: Clock
) -> None:
    assert "Texts that go by themselves" in said(owner.get_page("/automations"))
    assert "Somebody joins a list" in said(owner.get_page("/automations/new"))
    assert owner.get_page("/automations/new?trigger=birthday").select_one("[name=days]")
    address = made(owner)
    review = owner.get_page(f"{address}/review")
    assert "On the birthday, 10:00. In the next 30 days 1 text would go" in said(review)
    assert "All the best, Ola!" in said(review)
    assert str(owner.get(address).location).endswith("/review")  # it is off
    assert owner.send(f"{address}/switch-on", {"agreed": "forged"}).location.endswith("/review")
    owner.send(f"{address}/switch-on", agreed(owner, address))
    assert "Nobody has got a text of it yet." in said(owner.get_page(address))
    clock.move(minutes=11)
    settle(app)
    page = owner.get_page(address)
    assert re.search(r"17 May 2027\s*1 person\s*Finished", said(page))
    report = owner.get_page(str(page.select_one(".rows a.title")["href"]))
    assert "All the best, Ola!" in said(report)
    assert len(owner.get_page("/campaigns").select(".rows a.title")) == 1  # without its prototype
    owner.send(f"{address}/pause")
    assert "Review and switch on" in said(owner.get_page(address))
    owner.send(f"{address}/delete")
    assert owner.get("/automations").status_code == 200
    owner.get_page(address, 404)
    owner.get_page(str(page.select_one(".rows a.title")["href"]))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"days": "61"}, "Write a number from 0 to 60."),
        ({"days": ""}, "Write how many days."),
        ({"at": "05:59"}, "Choose a time from 06:00 to 20:00."),
        ({"at": "20:01"}, "Choose a time from 06:00 to 20:00."),
        ({"at": "soon"}, "Give the time as hours and minutes"),
        ({"text": ""}, "Write the text first"),
        ({"audience": []}, "Choose who gets it"),
        ({"month_limit": "-5"}, "Enter an amount, such as 25."),
        ({"trigger": "joined", "days": "2"}, "Choose the list."),
        ({"trigger": "weekly"}, "Choose at least one day of the week."),
        ({"trigger": "monthly", "month_day": "32"}, "Choose the day of the month."),
        ({"trigger": "no_text", "days": "6"}, "Write a number from 7 to 730."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    app: Flask, owner: PageClient, people: str, changed: dict[str, object], problem: str
) -> None:
    page = owner.post_page("/automations/new", {**FORM, **changed})
    assert problem in said(page)
    typed = page.select_one("textarea[name=text]").get_text()
    assert typed.strip() == changed.get("text", FORM["text"])
    with app.app_context():
        assert db.session.query(Automation).count() == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"days": "3"}, "3 days before the birthday, 10:00"),
        ({"trigger": "no_text", "days": "60"}, "After 60 days without a text, 10:00"),
        ({"trigger": "weekly", "weekdays": ["4", "0"]}, "Every week: Monday and Friday, 10:00"),
        ({"trigger": "monthly", "month_day": "31"}, "On the last day of each month, 10:00"),
        ({"trigger": "monthly", "month_day": "5"}, "On day 5 of each month, 10:00"),
        ({"trigger": "joined", "days": "2"}, "2 days after joining “Regulars”, 10:00"),
    ],
)
def test_every_trigger_is_kept_and_changed(
    app: Flask, owner: PageClient, people: str, changed: dict[str, object], sentence: str
) -> None:
    if changed.get("trigger") == "joined":
        changed = {**changed, "joined": people}
    address = made(owner, **changed)
    assert sentence in said(owner.get_page(f"{address}/review"))
    owner.send(f"{address}/switch-on", agreed(owner, address))
    edit = owner.get_page(f"{address}/edit")
    stamp = str(edit.select_one("input[name=stamp]")["value"])
    other = {**FORM, **changed, "stamp": stamp, "at": "11:30", "text": "Another text"}
    owner.send(f"{address}/edit", other)
    review = said(owner.get_page(f"{address}/review"))  # it is off again
    assert sentence.replace("10:00", "11:30") in review
    assert "Another text" in review
    late = owner.post_page(f"{address}/edit", {**other, "text": "From an old window"})
    assert "changed in another window" in said(late)
    with app.app_context():
        automation = db.session.query(Automation).one()
        assert automation.status == AutomationStatus.OFF
        assert db.session.query(Campaign).one().text == "Another text"


def test_one_that_has_paused_itself_is_said_on_the_dashboard(
    app: Flask, owner: PageClient, people: str
) -> None:
    address = made(owner)
    owner.send(f"{address}/switch-on", agreed(owner, address))
    with app.app_context():
        automation = db.session.query(Automation).one()
        problems.pause(automation, automation.next_at, "money")
        tick.tick()
        db.session.remove()
    for place in ("/dashboard", address, f"{address}/review"):
        assert "It has paused itself: Your balance was too small" in said(owner.get_page(place))


def test_a_list_says_before_it_is_deleted_which_of_them_need_it(
    owner: PageClient, people: str
) -> None:
    joined = made(owner, trigger="joined", joined=people, name="Welcome", days="2")
    without = made(owner, without=[people], name="Not for regulars")
    made(owner, name="For everyone")
    page = owner.get_page(f"/lists/{people}/delete")
    sentence = "leave it out send nothing until you choose again who gets their texts:"
    assert f"{sentence} Not for regulars, Welcome." in said(page)
    assert [link["href"] for link in page.select("main section p a")] == [without, joined]
    owner.post_page(f"/lists/{people}/delete")
    assert "A list or a segment was deleted" in said(owner.get_page(f"{joined}/review"))
