"""The link with which one opts out of texts that nobody can answer."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    Consent,
    Link,
    LinkKind,
    Message,
    MessageStatus,
    Recipient,
    SenderKind,
    Suppression,
)
from promosms.services.campaigns import audience, launch, own_test
from promosms.services.installation import defaults
from promosms.services.privacy import erasure, purge_messages
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.support import engine
from tests.support import links as sent
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.links import PHONES
from tests.support.pages import PageClient, words

OLA, JAN, EWA = PHONES
ROBOT = {"User-Agent": "WhatsApp/2.23.20.0 A", "Sec-Purpose": "prefetch"}
Codes = dict[str, str]


@pytest.fixture
def campaign(app: Flask, cast: Cast) -> int:
    """A campaign under a name, to three people."""
    with app.app_context():
        with transaction():
            route = defaults.default_route()
            route.sender_kind, route.sender = SenderKind.NAME, "Kwiaciarnia"
        campaign_id = sent.send(cast.owner, "Tulips today", short_links=False).id
        db.session.remove()
    return campaign_id


@pytest.fixture
def codes(app: Flask, campaign: int) -> Codes:
    with app.app_context():
        found = sent.codes(db.session.get_one(Campaign, campaign))
    return {phone: code for phone, [code] in found.items()}


@pytest.fixture
def phone(app: Flask) -> PageClient:
    """The browser of a recipient, which has nothing to do with the site."""
    return PageClient(app)


def listed(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        query = select(Suppression.phone, Suppression.source).order_by(Suppression.phone)
        return [(row[0], row[1]) for row in db.session.execute(query)]


def test_what_is_shown_before_is_as_long_as_what_each_person_gets(
    app: Flask, campaign: int, codes: Codes
) -> None:
    with app.app_context():
        stored = db.session.get_one(Campaign, campaign)
        texts = db.session.scalars(select(Message.text)).all()
        assert len({len(text) for text in (*texts, audience.render(stored, None))}) == 1
        assert all(re.search(r"\nOpt out: https://\S+/l/\w{9}$", text) for text in texts)
    assert len(set(codes.values())) == 3


def test_opening_it_shows_and_the_button_does(app: Flask, phone: PageClient, codes: Codes) -> None:
    page = phone.get_page(f"/l/{codes[OLA]}")
    assert "No more texts from Kwiaciarnia?" in page.get_text()
    phone.get(f"/l/{codes[OLA]}", headers=ROBOT)
    phone.open(f"/l/{codes[OLA]}", method="HEAD")
    assert listed(app) == []
    for _ in range(2):  # a second press says the same
        answer = phone.post(f"/l/{codes[OLA]}")
        assert "You get no more texts from Kwiaciarnia" in words(answer.text)
        assert "Set-Cookie" not in answer.headers
        assert listed(app) == [(OLA, "link")]
    with app.app_context():
        statuses = dict(db.session.execute(select(Message.phone, Message.status)).all())
        link = db.session.scalars(select(Link).where(Link.kind == LinkKind.OPT_OUT)).one()
        assert (link.people, link.clicks) == (1, 0)
    assert statuses[OLA] == MessageStatus.SKIPPED
    assert statuses[JAN] == MessageStatus.QUEUED


def test_it_speaks_the_language_of_the_text(app: Flask, phone: PageClient, codes: Codes) -> None:
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"language": "pl"})
        session.query(Account).update({"shop_name": "Kwiaciarnia Róża"})
    page = phone.get_page(f"/l/{codes[OLA]}")
    assert "Nie chcesz więcej SMS-ów od: Kwiaciarnia Róża?" in page.get_text()
    assert page.html["lang"] == "pl"
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"language": "uk"})  # the pages have no such language
    assert "No more texts from" in phone.get_page(f"/l/{codes[OLA]}").get_text()


def test_it_works_when_the_text_is_long_deleted(
    app: Flask, phone: PageClient, codes: Codes, clock: Clock, campaign: int
) -> None:
    with app.app_context():
        launch.cancel(db.session.get_one(Campaign, campaign))
        clock.move(days=900)
        purge_messages.messages({}, time_slice.nobody)
        db.session.rollback()
        assert db.session.scalars(select(Message.id)).all() == []
    phone.post(f"/l/{codes[JAN]}")
    assert listed(app) == [(JAN, "link")]


def test_a_number_that_has_changed_is_the_one_that_gets_no_more(
    app: Flask, phone: PageClient, codes: Codes
) -> None:
    with app.app_context(), transaction() as session:
        person = session.scalars(select(Recipient).where(Recipient.phone == OLA)).one()
        person.phone = "+48601111119"
    phone.post(f"/l/{codes[OLA]}")
    assert listed(app) == [("+48601111119", "link")]


def test_who_was_deleted_is_told_that_nothing_comes(
    app: Flask, cast: Cast, phone: PageClient, codes: Codes
) -> None:
    with app.app_context():
        query = select(Recipient.public_id).where(Recipient.phone == EWA)
        recipients.delete_many(cast.owner.account_id, list(db.session.scalars(query)))
    assert "no more texts" in words(phone.post(f"/l/{codes[EWA]}").text)
    # On SQLite a deleted id may be given again, to somebody who has not got this text.
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        recipients.add(account, {"phone": "+48601111118"}, Basis(Consent.GIVEN, "card"))
    phone.post(f"/l/{codes[EWA]}")
    assert listed(app) == []


def test_after_the_erasure_of_the_account_it_is_gone(
    app: Flask, cast: Cast, phone: PageClient, codes: Codes
) -> None:
    with app.app_context():
        erasure.begin(cast.owner.account_id, "owner")
        db.session.remove()
    assert phone.post(f"/l/{codes[OLA]}").status_code == 410
    with app.app_context():
        engine.erase(cast.owner.account_id)
    assert "Kwiaciarnia" not in phone.get_page(f"/l/{codes[OLA]}", 410).get_text()
    assert phone.post(f"/l/{codes[OLA]}").status_code == 410
    assert listed(app) == []


def test_a_suspended_account_is_left_all_the_same(
    app: Flask, cast: Cast, phone: PageClient, codes: Codes
) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).status = AccountStatus.SUSPENDED
    phone.post(f"/l/{codes[OLA]}")
    assert listed(app) == [(OLA, "link")]


def test_the_link_of_a_test_opts_nobody_out(
    app: Flask, cast: Cast, phone: PageClient, campaign: int
) -> None:
    with app.app_context():
        text = own_test.send(db.session.get_one(Campaign, campaign), OLA).text
    [code] = sent.FOUND.findall(text)
    assert "no more texts" in words(phone.post(f"/l/{code}").text)
    assert listed(app) == []


def test_links_of_nobody_lead_nowhere(phone: PageClient, codes: Codes) -> None:
    ask: Callable[..., object]
    for ask in (phone.get, phone.post):
        assert ask(f"/l/{'z' * 9}").status_code in (404, 410)
        assert ask("/l/opt-out--").status_code == 404
        assert ask(f"/l/{codes[OLA][::-1]}").status_code in (404, 410)
