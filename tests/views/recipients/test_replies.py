"""The inbox, the conversation with a number, and the mark of what somebody has read."""

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
    rows = owner.get_page("/recipients/replies").select(".row")
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
    assert (len(page.select(".row")), len(further.select(".row"))) == (50, 10)


def test_a_reply_is_new_until_somebody_opens_the_conversation(
    owner: PageClient, stranger: PageClient, app: Flask, cast: Cast, add: Add
) -> None:
    public_id = add("601234567", first_name="Łucja")
    receive(
        app,
        cast,
        ("+48601234567", "First", "reply"),
        ("+48601234567", "Second", "reply"),
        ("+48602345678", "Third", "reply"),
        ("+48602345678", "who is it", "help"),
    )

    def new() -> list[str]:
        page = owner.get_page("/recipients/replies")
        waiting = page.select(".sidebar .nav .count")
        unread = page.select(".row.unread .kept")
        assert [int(count.own_texts()[0]) for count in waiting] == [len(unread)] * bool(unread)
        assert bool(page.select("form[action$='/replies/read']")) == bool(unread)
        return [text.get_text() for text in unread]

    assert new() == ["Third", "Second", "First"]
    address = f"/recipients/{public_id}"
    owner.get(address, headers={"Sec-Purpose": "prefetch;prerender"})
    owner.get(address, headers={"Purpose": "prefetch"})
    owner.head(address)
    stranger.get_page(address, status=404)
    stranger.post_page("/recipients/replies/read")
    assert new() == ["Third", "Second", "First"]
    shown = [one.get_text() for one in owner.get_page(address).select(".bubble blockquote")]
    assert shown == ["First", "Second"]
    assert new() == ["Third"]
    page = owner.post_page("/recipients/replies/read")
    assert "1 reply is marked as read." in page.get_text()
    assert new() == []


def test_a_number_that_is_no_recipient_has_a_conversation_too(
    owner: PageClient, stranger: PageClient, app: Flask, cast: Cast, add: Add
) -> None:
    receive(app, cast, ("+48602345678", "Are you open?", "reply"))
    (link,) = owner.get_page("/recipients/replies").select(".row a.title")
    address = str(link["href"])
    stranger.get_page(address, status=404)
    page = owner.get_page(address)
    assert [one.get_text() for one in page.select(".bubble blockquote")] == ["Are you open?"]
    assert not owner.get_page("/recipients/replies").select(".unread")
    public_id = add("602345678")
    assert str(owner.get(address).location).endswith(f"/recipients/{public_id}")
