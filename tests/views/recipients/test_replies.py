"""The replies page."""

from collections.abc import Callable

from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import InboundMessage
from tests.support.cast import Cast
from tests.support.pages import PageClient

Add = Callable[..., str]


def receive(app: Flask, cast: Cast, *texts: tuple[str, str, str]) -> None:
    with app.app_context(), transaction() as session:
        for phone, text, kind in texts:
            session.add(
                InboundMessage(account_id=cast.owner.account_id, phone=phone, text=text, kind=kind)
            )
            session.flush()


def test_it_explains_when_empty(owner: PageClient) -> None:
    assert "No replies yet" in owner.get_page("/recipients/replies").get_text()


def test_it_shows_sender_and_meaning(
    owner: PageClient, stranger: PageClient, app: Flask, cast: Cast, add: Add
) -> None:
    add("601234567", first_name="Łucja")
    receive(
        app,
        cast,
        ("+48601234567", "Thank <you>", "reply"),
        ("+48602345678", "STOP", "stop"),
        ("+48602345678", "who is it", "help"),
    )
    rows = owner.get_page("/recipients/replies").select(".want")
    texts = [" ".join(row.get_text(" ").split()) for row in rows]
    assert "Asked who writes" in texts[0]
    assert "Opted out" in texts[1]
    assert "Łucja" in texts[2]
    assert "Thank <you>" in texts[2]
    assert "No replies yet" in stranger.get_page("/recipients/replies").get_text()


def test_it_pages(owner: PageClient, app: Flask, cast: Cast) -> None:
    receive(app, cast, *[("+48601234567", f"no {n}", "reply") for n in range(60)])
    page = owner.get_page("/recipients/replies")
    link = page.select_one(".pager a")
    assert link is not None
    further = owner.get_page(str(link["href"]))
    assert (len(page.select(".want")), len(further.select(".want"))) == (50, 10)
