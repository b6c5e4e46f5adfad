"""The two buttons beside a reply that is held until somebody has read it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import InboundKind, InboundMessage, Suppression, SuppressionSource, now
from promosms.services.sending import opt_outs
from promosms.services.sending.opt_outs import Evidence
from tests.support.cast import Cast
from tests.support.html import Tag
from tests.support.pages import PageClient, words
from tests.support.replies import store

PHONE, QUESTION = "+48601234567", "Do you stop serving lunch at 2?"
INBOX, LIST = "/recipients/replies", "/recipients/opt-outs"
LABEL = "Asked in other words (held until read)"


@pytest.fixture
def held(app: Flask, cast: Cast) -> None:
    """A reply of the owner's is held."""
    moment, account_id = now(), cast.owner.account_id
    with app.app_context():
        evidence = Evidence(QUESTION, "+48732000001", moment)
        opt_outs.opt_out(account_id, PHONE, SuppressionSource.HELD, evidence)
        with transaction() as session:
            question = InboundMessage(
                account_id=account_id,
                phone=PHONE,
                text=QUESTION,
                kind=InboundKind.HOLD,
                received_at=moment,
            )
            store(session, question)
        db.session.remove()


def buttons(browser: PageClient, url: str) -> list[Tag]:
    return browser.get_page(url).select("main form[action*=no-more], main form[action*=something]")


def text(browser: PageClient, url: str) -> str:
    return words(browser.get_page(url).get_text(" "))


def source(app: Flask) -> str | None:
    with app.app_context():
        return db.session.scalar(select(Suppression.source))


def test_every_page_says_what_is_true(
    held: None, owner: PageClient, add: Callable[..., str]
) -> None:
    add("601234567")
    for url in (INBOX, LIST, f"{LIST}?show=held"):
        shown = text(owner, url)
        assert "want no more texts?" in shown
        assert url == INBOX or LABEL in shown
        assert QUESTION in shown
        assert "Replied STOP" not in shown
        assert len(buttons(owner, url)) == 2
    home = text(owner, "/dashboard")
    assert f"{QUESTION} " in home
    assert "They get nothing until you decide." in home
    assert len(buttons(owner, "/dashboard")) == 2
    assert "To decide" in text(owner, "/recipients?state=held")
    assert f"{LABEL}," in owner.get(f"{LIST}/download?form=commas").text
    link = owner.get_page("/recipients").select_one(".rows a.title")
    assert link is not None
    assert len(buttons(owner, str(link["href"]))) == 2
    assert "held until read" in owner.get("/recipients/download?form=commas").text


@pytest.mark.parametrize("url", [INBOX, LIST])
def test_they_want_no_more_texts(held: None, owner: PageClient, app: Flask, url: str) -> None:
    stop, other = (str(form["action"]) for form in buttons(owner, url))
    assert "This is an opt-out now." in owner.post_page(stop).get_text()
    assert source(app) == "words"
    assert buttons(owner, INBOX) == []
    for page in (f"{INBOX}?show=done", LIST):
        assert "Decided by owner@example.com on" in text(owner, page)
        assert buttons(owner, page) == []
    assert "Nothing was changed" in owner.post_page(other).get_text()
    assert source(app) == "words"
    assert "This is an opt-out now." in owner.post_page(stop).get_text()
    assert "owner@example.com" in owner.get(f"{LIST}/download?form=commas").text


@pytest.mark.parametrize("url", [INBOX, LIST])
def test_it_was_about_something_else(held: None, owner: PageClient, app: Flask, url: str) -> None:
    _stop, other = (str(form["action"]) for form in buttons(owner, url))
    for _ in range(2):
        shown = words(owner.post_page(other).get_text(" "))
        assert "Texts that a campaign left out meanwhile stay left out." in shown
        assert source(app) is None
    assert "About something else" in text(owner, INBOX)


def test_a_stop_that_came_meanwhile_stays(
    held: None, owner: PageClient, app: Flask, cast: Cast
) -> None:
    _stop, other = (str(form["action"]) for form in buttons(owner, INBOX))
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, PHONE, SuppressionSource.KEYWORD)
    assert "still gets no texts, for another reason" in owner.post_page(other).get_text()
    assert source(app) == "keyword"
    assert "STOP word" in text(owner, LIST)


def test_it_refuses_strangers(
    held: None, owner: PageClient, stranger: PageClient, app: Flask
) -> None:
    for form in buttons(owner, INBOX):
        assert stranger.send(str(form["action"])).status_code == 404
    assert source(app) == "held"
