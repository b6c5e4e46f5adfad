"""Erasing a person by number, and what the page of deleting says that stays."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, InboundMessage, Recipient
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

Stored = Callable[[], list[Recipient]]
Add = Callable[..., str]
NUMBER = "+48601234567"


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("601234567", "+48 601 234 567"),
        (" 601-234-567 ", "+48 601 234 567"),
        ("0048 601 234 567", "+48 601 234 567"),
        ("tel:+48601234567", "+48 601 234 567"),
        ("48601234567", "+48 601 234 567"),
        ("+44 7911 123456", "+44 7911 123456"),
        ("22 640 10 20", "+48 22 640 10 20"),  # a landline can have replied
        ("", "Enter a number."),
        ("12", "too short"),
        ("Anna", "letters"),
        ("601234567, 601234568", "several"),
    ],
)
def test_a_number_is_read_in_any_spelling(owner: PageClient, typed: str, answer: str) -> None:
    page = owner.post_page("/recipients/erase", {"phone": typed})
    heading = page.select_one("main h2.phone")
    if answer.startswith("+"):
        assert heading is not None
        assert heading.get_text() == answer
    else:
        assert heading is None
        assert page.select_one("main .error") is not None


def test_a_former_recipient_is_shown_and_erased_by_number(
    owner: PageClient, colleague: PageClient, add: Add, stored: Stored, app: Flask, cast: Cast
) -> None:
    assert owner.get_page("/recipients").select_one('main a[href="/recipients/erase"]')
    with app.app_context():
        other = db.session.get_one(Account, cast.stranger.account_id)
        recipients.add(other, {"phone": NUMBER}, Basis())
        with transaction() as session:
            for account_id in (cast.owner.account_id, cast.stranger.account_id):
                session.add(InboundMessage(account_id=account_id, phone=NUMBER, text="Hello"))
    public_id = add("601234567")
    assert owner.get_page("/recipients").select_one('main a[href="/recipients/erase"]')
    owner.post_page("/recipients/delete", {"recipient": public_id})
    page = owner.post_page("/recipients/erase", {"phone": "601 234 567"})
    shown = words(page.select_one("main").get_text(" "))
    assert "1 reply" in shown
    assert "This number has not opted out" in shown
    assert "Backups of the operator" in shown
    assert len(page.select("main form")) == 1
    with app.app_context():
        assert db.session.query(InboundMessage).count() == 2, "nothing goes before it is confirmed"
    confirmed = {"phone": NUMBER, "confirmed": "y"}
    assert "erased everywhere" in colleague.post_page("/recipients/erase", confirmed).get_text()
    again = colleague.post_page("/recipients/erase", confirmed).get_text()
    assert "Nothing is stored about +48 601 234 567" in again
    with app.app_context():
        left = db.session.query(InboundMessage).one()
        assert left.account_id == cast.stranger.account_id
    assert [row.account_id for row in stored()] == [cast.stranger.account_id]


def test_deleting_says_what_stays_as_long_as_the_account_keeps_texts(
    owner: PageClient, add: Add, app: Flask, cast: Cast
) -> None:
    public_ids = [add("601234567"), add("602345678")]
    owner.post_page("/settings/data/retention", {"days": "7"})
    page = owner.get_page(f"/recipients/{public_ids[0]}/delete")
    kept = {
        what.get_text(): how_long.get_text()
        for what, how_long in zip(page.select("main dt"), page.select("main dd"), strict=True)
    }
    assert kept["Numbers and texts of messages"] == "7 days after the last news of the text"
    assert kept["Replies of recipients"] == "7 days after it came in"
    assert kept["Refused rows of imports"] == "30 days"
    assert kept["Guests"] == "Until you remove them, and 24 hours more"
    assert page.select_one(f'main a[href="/recipients/{public_ids[0]}/erase"]')
    several = owner.post_page("/recipients/chosen", {"recipient": public_ids, "action": "delete"})
    assert several.select_one('main a[href="/recipients/erase"]')
    assert len(several.select("main dt")) == len(kept)
