"""The page of opt-outs."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.models import InboundKind, InboundMessage, Suppression, SuppressionSource, now
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.pages import PageClient

URL = "/recipients/opt-outs"


def opt_out(app: Flask, cast: Cast, phone: str, source: SuppressionSource) -> None:
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, phone, source)


def test_it_adds_numbers_and_keeps_invalid_entries_in_the_field(owner: PageClient) -> None:
    assert "Nobody has opted out yet." in owner.get_page(URL).get_text()
    page = owner.post_page(URL, {"text": "601234567, 602345678\n22 621 00 00"})
    assert "2 numbers were added." in page.get_text()
    assert "1 entry is not a mobile number." in page.get_text()
    field = page.select_one("textarea")
    assert field is not None
    assert field.get_text().strip() == "22 621 00 00"
    assert len(page.select(".row:not(.rows-head)")) == 2


def test_it_finds_a_number(owner: PageClient) -> None:
    owner.post_page(URL, {"text": "601234567\n602345678"})
    page = owner.get_page(URL + "?q=%2B48 602 345")
    assert "602 345 678" in page.get_text()
    assert len(page.select(".row:not(.rows-head)")) == 1
    assert "This number has not opted out." in owner.get_page(URL + "?q=999").get_text()


def test_it_pages(owner: PageClient) -> None:
    owner.post_page(URL, {"text": "\n".join(f"6012345{n:02d}" for n in range(60))})
    first = owner.get_page(URL)
    link = first.select_one(".pager a")
    assert link is not None
    assert len(first.select(".row:not(.rows-head)")) == 50
    assert len(owner.get_page(str(link["href"])).select(".row:not(.rows-head)")) == 10


def test_only_numbers_added_by_hand_can_be_removed(
    owner: PageClient, app: Flask, cast: Cast
) -> None:
    opt_out(app, cast, "+48601234567", SuppressionSource.REPLY)
    opt_out(app, cast, "+48602345678", SuppressionSource.HAND)
    page = owner.get_page(URL)
    (form,) = page.select(".rows form")
    assert "taken off" in owner.post_page(str(form["action"])).get_text()
    page = owner.get_page(URL)
    assert not page.select(".rows form")
    assert "601 234 567" in page.get_text()
    assert "602 345 678" not in page.get_text()


def test_a_number_cannot_be_removed_after_a_stop(owner: PageClient, app: Flask, cast: Cast) -> None:
    opt_out(app, cast, "+48601234567", SuppressionSource.HAND)
    (form,) = owner.get_page(URL).select(".rows form")
    with app.app_context(), transaction() as session:
        session.execute(update(Suppression).values(created_at=now() - timedelta(days=1)))
        session.add(
            InboundMessage(
                account_id=cast.owner.account_id,
                phone="+48601234567",
                text="STOP",
                kind=InboundKind.STOP,
            )
        )
    page = owner.post_page(str(form["action"]))
    assert "Only the recipient can take this opt-out back" in page.get_text()
    assert "601 234 567" in page.get_text()


def test_it_downloads(owner: PageClient) -> None:
    owner.post_page(URL, {"text": "601234567"})
    response = owner.get(URL + "/download?form=commas")
    assert response.text.startswith("\ufeffMobile number,How,Since,Reply,")
    assert "\r\n'+48601234567,Added by hand,20" in response.text


def test_it_refuses_strangers(owner: PageClient, stranger: PageClient) -> None:
    owner.post_page(URL, {"text": "601234567"})
    (form,) = owner.get_page(URL).select(".rows form")
    assert stranger.send(str(form["action"])).status_code == 404
    assert "601 234" not in stranger.get_page(URL).get_text()
    assert "48601" not in stranger.get(URL + "/download?form=commas").text
    assert "601 234 567" in owner.get_page(URL).get_text()


def test_it_limits_the_numbers_added_at_once(owner: PageClient) -> None:
    page = owner.post_page(URL, {"text": "\n".join(["601234567"] * 1001)})
    assert "Add at most 1000 numbers at once." in page.get_text()
