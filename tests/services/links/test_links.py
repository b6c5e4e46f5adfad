"""Short links: what stands in texts, where it leads, and who is counted."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.lib import short_codes
from promosms.models import Account, Click, Consent, Link, Message, RecipientActivity, now
from promosms.services.campaigns import audience, drafts, launch, live_estimate, own_test, text_cost
from promosms.services.campaigns import clicks as clicks_of
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.services.links import clicks, links
from promosms.services.privacy import purge_messages
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.settings import settings
from promosms.sms import segments
from promosms.urls import short_address
from tests.support import links as sent
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.links import BOOKING, MENU, PHONES
from tests.support.settings import override

OLA, JAN, EWA = PHONES


def rows() -> dict[tuple[str, int], int]:
    """How often whom has opened what."""
    db.session.expire_all()
    query = select(Link.target, Click.recipient_id, Click.times)
    found = db.session.execute(query.join(Click, Click.link_id == Link.id))
    return {(target, recipient): times for target, recipient, times in found}


def counts() -> dict[str, tuple[int, int]]:
    db.session.expire_all()
    return {link.target: (link.people, link.clicks) for link in db.session.scalars(select(Link))}


def test_each_person_gets_links_of_their_own(context: None, cast: Cast) -> None:
    campaign = sent.send(cast.owner)
    texts = {row.phone: row.text for row in db.session.scalars(select(Message))}
    codes = sent.codes(campaign)
    start = short_address("/l/")
    for phone in PHONES:
        menu, book = codes[phone]
        assert texts[phone].startswith(f"Hi there! Menu: {start}{menu}, book at {start}{book}.")
        assert clicks.target(menu) == MENU
        assert clicks.target(book) == BOOKING
    assert len({code for pair in codes.values() for code in pair}) == 6
    # What was shown before and measured is as long, and an example that leads nowhere.
    shown = audience.render(campaign, None)
    assert len(shown) == len(texts[OLA])
    assert sent.FOUND.findall(shown) == ["example", "example"]
    assert clicks.follow(shown.split("/l/")[1][:9]) is None
    assert counts() == {MENU: (0, 0), BOOKING: (0, 0)}


@pytest.mark.parametrize("short", [True, False])
def test_composer_review_and_preparation_measure_the_same(
    context: None, cast: Cast, short: bool
) -> None:
    text = "{first_name|You}: kawa.pl/" + "menu-" * 60
    campaign = sent.send(cast.owner, text, short_links=short)
    message = db.session.scalars(select(Message)).first()
    assert message is not None
    account = db.session.get_one(Account, cast.owner.account_id)
    cost = text_cost.text_cost(account, text, opt_out_line=True, language="en", short_links=short)
    live = live_estimate.estimate(account, drafts.read(campaign))
    parts = segments.measure(message.text).parts
    assert {message.parts, cost.parts, cost.longest_parts, live.most} == {parts}
    assert parts == (1 if short else 3)


def test_a_long_address_fits_when_it_is_shortened(context: None, cast: Cast) -> None:
    text = "https://kawa.pl/" + "a" * 1500
    asked = {"opt_out_line": False, "language": "en"}
    assert text_cost.problem(text, **asked) == text_cost.TextProblem.TOO_LONG
    assert text_cost.problem(text, **asked, short_links=True) is None
    with pytest.raises(LaunchError):
        launch.check_text(text)
    assert len(sent.codes(sent.send(cast.owner, text))[OLA]) == 1


def test_clicks_are_counted_once_for_each_person(context: None, cast: Cast, clock: Clock) -> None:
    campaign = sent.send(cast.owner)
    codes, account_id = sent.codes(campaign), cast.owner.account_id
    ola, jan = (sent.person(phone, account_id).id for phone in (OLA, JAN))
    start = now()
    for code in (codes[OLA][0], codes[OLA][0], codes[OLA][1], codes[JAN][0]):
        assert clicks.follow(code) in (MENU, BOOKING)
        clock.move(minutes=1)
    assert clicks.target(codes[EWA][0]) == MENU
    assert rows() == {(MENU, ola): 2, (BOOKING, ola): 1, (MENU, jan): 1}
    assert counts() == {MENU: (2, 3), BOOKING: (1, 1)}
    found = clicks_of.of(campaign)
    assert (found.people, found.known) == (2, 2)
    assert set(db.session.scalars(clicks_of.clicked(campaign))) == {OLA, JAN}
    both = select(Click).where(Click.recipient_id == ola).order_by(Click.first_at)
    first = db.session.scalars(both).first()
    assert first is not None
    assert timedelta(0) <= first.first_at - start < timedelta(seconds=50)
    assert timedelta(seconds=50) < first.last_at - first.first_at < timedelta(seconds=70)
    activity = db.session.get_one(RecipientActivity, ola)
    assert activity.clicked_at is not None
    assert activity.clicked_at > first.last_at


def test_those_who_open_at_the_same_moment_are_all_counted(
    app: Flask, context: None, cast: Cast
) -> None:
    codes = sent.codes(sent.send(cast.owner))
    db.session.remove()
    answers: list[str | None] = []

    def open_links() -> None:
        with app.app_context():
            answers.extend(clicks.follow(codes[phone][0]) for phone in PHONES)

    threads = [threading.Thread(target=open_links) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [MENU] * 12
    assert counts()[MENU] == (3, 12)
    assert set(rows().values()) == {4}


def test_those_who_come_while_one_is_stored_are_stored_by_the_next_transaction(
    app: Flask, context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = sent.codes(sent.send(cast.owner))
    db.session.remove()
    store, add = clicks._store, clicks._storing._add
    sizes: list[int] = []
    added: list[Any] = []
    begun, all_there = threading.Event(), threading.Event()

    def slowly(visits: Sequence[clicks._Visit]) -> list[bool]:
        sizes.append(len(visits))
        begun.set()
        assert all_there.wait(240)
        return store(visits)

    def note(asked: Any) -> None:
        add(asked)
        added.append(asked)
        if len(added) == 1 + len(PHONES):
            all_there.set()

    def open_link(code: str) -> str | None:
        with app.app_context():
            return clicks.follow(code)

    monkeypatch.setattr(clicks._storing, "work", slowly)
    monkeypatch.setattr(clicks._storing, "_add", note)
    with ThreadPoolExecutor(4) as people:
        first = people.submit(open_link, codes[EWA][0])
        assert begun.wait(240)
        others = [people.submit(open_link, codes[phone][0]) for phone in PHONES]
        assert {each.result() for each in (first, *others)} == {MENU}
    assert sizes == [1, 3]
    assert counts()[MENU] == (3, 4)
    assert clicks._storing._working is False


def test_one_visit_that_cannot_be_stored_keeps_nobody_from_the_target(
    app: Flask, context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = sent.codes(sent.send(cast.owner))
    monkeypatch.setattr(clicks, "_count", lambda *_: 1 / 0)
    assert [clicks.follow(codes[phone][0]) for phone in PHONES] == [MENU] * 3
    assert rows() == {}
    monkeypatch.undo()
    assert clicks.follow(codes[OLA][0]) == MENU
    assert counts()[MENU] == (1, 1)


def test_nobody_else_is_counted(context: None, cast: Cast, clock: Clock) -> None:
    campaign = sent.send(cast.owner)
    link = db.session.scalars(select(Link).where(Link.target == MENU)).one()
    sent.send(cast.stranger, phones=["+48602222222"])
    theirs = sent.person("+48602222222", cast.stranger.account_id)
    account = db.session.get_one(Account, cast.owner.account_id)
    clock.move(hours=1)
    later = recipients.add(account, {"phone": "+48603333333"}, Basis(Consent.NONE, ""))
    codes = links._codes("")  # of another key
    ours = links._codes(link_key())
    for recipient_id in (links.NOBODY, theirs.id, 10**6, later.id):
        [code] = ours.encode(link.id, [recipient_id])
        assert clicks.follow(code) == MENU  # it still leads there
    [foreign] = codes.encode(link.id, [sent.person(OLA, account.id).id])
    assert clicks.follow(foreign) is None
    assert clicks.follow("zzzzzzzzz") is None
    assert rows() == {}
    assert clicks_of.of(campaign).people == 0


def link_key() -> str:
    return settings.secret_key


def test_a_new_key_of_the_installation_keeps_the_links_that_were_sent(
    app: Flask, context: None, cast: Cast
) -> None:
    campaign = sent.send(cast.owner)
    [code, _] = sent.codes(campaign)[OLA]
    override(app, secret_key="a new key", secret_key_fallbacks=(link_key(),))
    assert clicks.follow(code) == MENU
    assert clicks_of.of(campaign).people == 1
    override(app, secret_key_fallbacks=())
    assert clicks.follow(code) is None


def test_links_work_after_the_texts_are_deleted_and_clicks_are_forgotten(
    context: None, cast: Cast, clock: Clock
) -> None:
    campaign = sent.send(cast.owner)
    codes = sent.codes(campaign)
    account = db.session.get_one(Account, cast.owner.account_id)
    clock.move(days=account.retention_days, hours=-1)
    assert clicks.follow(codes[OLA][0]) == MENU
    clock.move(days=account.retention_days, hours=-1)
    assert purge_messages.clicks({}, lambda: False) is False
    assert rows() != {}
    clock.move(hours=2)
    place: dict[str, object] = {}
    assert purge_messages.clicks(place, lambda: False) is False
    assert place == {"deleted": ["clicks"]}
    assert rows() == {}
    # How many there were stays, and nobody counts twice.
    assert clicks.follow(codes[OLA][0]) == MENU
    assert clicks.follow(codes[JAN][0]) == MENU
    assert counts()[MENU] == (1, 1)
    assert clicks_of.of(campaign).people == 1


def test_a_deleted_recipient_takes_their_clicks_along(context: None, cast: Cast) -> None:
    campaign = sent.send(cast.owner)
    [code, _] = sent.codes(campaign)[EWA]
    clicks.follow(code)
    gone = sent.person(EWA, cast.owner.account_id).id
    recipients.delete_many(
        cast.owner.account_id, [sent.person(EWA, cast.owner.account_id).public_id]
    )
    assert rows() == {}
    assert clicks.follow(code) == MENU
    assert counts()[MENU] == (1, 1)
    # On SQLite a new recipient may get the same id.
    account = db.session.get_one(Account, cast.owner.account_id)
    again = recipients.add(account, {"phone": "+48603333333"}, Basis(Consent.NONE, ""))
    assert again.id in {gone, gone + 1}
    assert clicks.follow(code) == MENU
    assert rows() == {}


@pytest.mark.parametrize("status", ["suspended", "deleting"])
def test_links_of_accounts_that_are_not_active_lead_nowhere(
    context: None, cast: Cast, status: str
) -> None:
    campaign = sent.send(cast.owner)
    [code, _] = sent.codes(campaign)[OLA]
    sent.change(db.session.get_one(Account, cast.owner.account_id), status=status)
    assert clicks.follow(code) is None
    assert clicks.target(code) is None
    assert rows() == {}


def test_codes_get_longer_when_numbers_have_outgrown_them(
    context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = short_codes.SIZES[1]
    monkeypatch.setattr(short_codes, "SIZES", (short_codes.Size(2, 2, 9), long))
    campaign = sent.send(cast.owner)
    codes = [code for pair in sent.codes(campaign).values() for code in pair]
    assert {len(code) for code in codes} <= {9, 12}
    assert {clicks.follow(code) for code in codes} == {MENU, BOOKING}
    assert len(audience.render(campaign, None).split("/l/")[1].split(",")[0]) == 12


def test_a_test_leads_there_and_counts_nobody(context: None, cast: Cast) -> None:
    account = db.session.get_one(Account, cast.owner.account_id)
    campaign = drafts.create(account, Draft(text="A: kawa.pl/a", short_links=True), "")
    for text, target in (("A: kawa.pl/a", "a"), ("B: kawa.pl/b", "b"), ("B: kawa.pl/b", "b")):
        sent.change(campaign, text=text)
        test = own_test.send(campaign, OLA)
        [code] = sent.FOUND.findall(test.text)
        assert clicks.follow(code) == f"http://kawa.pl/{target}"
    assert counts() == {"http://kawa.pl/b": (0, 0)}
    drafts.remove(campaign)
    assert clicks.follow(code) is None
