"""The inbox, the conversation with a number, and the mark of what somebody has read."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import InboundMessage
from promosms.services.inbox import replies
from tests.support.cast import Cast
from tests.support.pages import PageClient, words
from tests.support.replies import store

Add = Callable[..., str]
INBOX = "/recipients/replies"


def receive(app: Flask, cast: Cast, *texts: tuple[str, str, str]) -> None:
    with app.app_context(), transaction() as session:
        for phone, text, kind in texts:
            account_id = cast.owner.account_id
            store(session, InboundMessage(account_id=account_id, phone=phone, text=text, kind=kind))


def test_it_explains_when_empty(owner: PageClient) -> None:
    assert "No replies yet" in owner.get_page("/recipients/replies").get_text()


def rows(owner: PageClient, address: str = INBOX) -> list[str]:
    return [words(row.get_text(" ")) for row in owner.get_page(address).select(".row")]


def test_people_are_listed_once_with_what_they_wrote_last(
    owner: PageClient, stranger: PageClient, app: Flask, cast: Cast, add: Add
) -> None:
    add("601234567", first_name="Łucja")
    receive(
        app,
        cast,
        ("+48601234567", "Thank <you>", "reply"),
        ("+48603456789", "Is it open?", "reply"),
        ("+48602345678", "STOP", "stop"),
        ("+48602345678", "who is it", "help"),
        ("+48601234567", "Bye", "reply"),
    )
    (lucja, other) = rows(owner)
    assert ("Łucja Bye" in lucja, "2 new" in lucja) == (True, True)
    assert "+48 603 456 789 Is it open?" in other
    (settled,) = rows(owner, f"{INBOX}?show=done")
    assert "+48 602 345 678 who is it" in settled
    for typed, found in (("lucj", 1), ("602 345", 1), ("+48603456789", 1), ("nobody", 0), ("%", 0)):
        assert len(rows(owner, f"{INBOX}?q={quote(typed)}")) == found, typed
    assert "No replies yet" in stranger.get_page(INBOX).get_text()
    assert not rows(stranger, f"{INBOX}?q=lucj")


def test_it_pages(owner: PageClient, app: Flask, cast: Cast) -> None:
    receive(app, cast, *[(f"+486012345{n}", f"no {n}", "reply") for n in range(10, 70)])
    page = owner.get_page(INBOX)
    link = page.select_one(".pager a")
    assert link is not None
    receive(app, cast, ("+48601234510", "The oldest writes again", "reply"))
    further = owner.get_page(str(link["href"]))
    assert (len(page.select(".row")), len(further.select(".row"))) == (50, 9)


def test_what_is_done_leaves_until_they_write_again(
    owner: PageClient, stranger: PageClient, app: Flask, cast: Cast
) -> None:
    first, second = "+48601234567", "+48602345678"
    receive(app, cast, (first, "First", "reply"), (second, "Second", "reply"))

    def addresses() -> list[str]:
        links = owner.get_page(INBOX).select(".row a.title")
        return [str(link["href"]).partition("#")[0] for link in links]

    newest, oldest = addresses()
    assert stranger.send(f"{newest}/done").status_code == 404
    page = owner.post_page(f"{newest}/done")
    assert "The conversation with +48 602 345 678 is done." in page.get_text()
    assert page.h1.get_text() == "+48 601 234 567"
    assert addresses() == [oldest]
    (undo,) = page.select(".toast form")
    assert owner.post_page(str(undo["action"])).h1.get_text() == "+48 602 345 678"
    assert addresses() == [newest, oldest]
    owner.post_page(f"{newest}/done")
    receive(app, cast, (second, "One more", "reply"))
    assert "They have just written again." in owner.post_page(f"{newest}/done").get_text()
    assert len(addresses()) == 2
    for address in addresses():
        page = owner.post_page(f"{address}/done")
    assert (page.h1.get_text(), "Nobody waits for you here." in page.get_text()) == ("Inbox", True)
    assert len(rows(owner, f"{INBOX}?show=done")) == 2


def test_the_list_is_refreshed_with_the_number_in_the_title(
    owner: PageClient, app: Flask, cast: Cast
) -> None:
    receive(app, cast, ("+48601234567", "First", "reply"))
    page = owner.get_page(INBOX)
    assert page.title.get_text() == "(1) Inbox · PromoSMS"
    (region,) = page.select("[data-refresh]")
    receive(app, cast, ("+48602345678", "Second", "reply"))
    part = owner.get(str(region["data-refresh"])).text
    assert 'data-title="(2) Inbox · PromoSMS"' in part
    assert ("First" in part, "Second" in part) == (True, True)
    assert {mark.get_text() for mark in page.select("[data-waiting]")} == {"1 waiting"}
    assert '<span class="count" data-waiting>2<span' in part
    owner.post_page(f"{INBOX}/read")
    page = owner.get_page("/dashboard")
    assert {mark.get_text() for mark in page.select("[data-waiting]")} == {""}
    part = owner.get("/dashboard/live").text
    assert '<span class="count" data-waiting></span>' in part
    assert 'data-title="Three steps to your first campaign · PromoSMS"' in part


def test_nobody_counts_thousands_of_replies(
    owner: PageClient, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "MOST_COUNTED", 2)
    for number in ("+48601234561", "+48601234562", "+48601234563"):
        receive(app, cast, (number, "First", "reply"))
    assert owner.get_page(INBOX).title.get_text() == "(2) Inbox · PromoSMS"


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
        waiting = page.select(".sidebar .nav .count:not(:empty)")
        unread = page.select(".row.unread .snippet")
        replies = sum(
            int(one.own_texts()[0]) for one in page.select(".row.unread .count:not(:empty)")
        )
        assert [int(count.own_texts()[0]) for count in waiting] == ([replies] if replies else [])
        assert bool(page.select("form[action$='/replies/read']")) == bool(unread)
        return [text.get_text() for text in unread]

    assert new() == ["who is it", "Second"]
    address = f"/recipients/{public_id}"
    owner.get(address, headers={"Sec-Purpose": "prefetch;prerender"})
    owner.get(address, headers={"Purpose": "prefetch"})
    owner.head(address)
    stranger.get_page(address, status=404)
    stranger.post_page("/recipients/replies/read")
    assert new() == ["who is it", "Second"]
    shown = [one.get_text() for one in owner.get_page(address).select(".bubble blockquote")]
    assert shown == ["First", "Second"]
    assert new() == ["who is it"]
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
    add("602345678", first_name="Łucja")
    assert owner.get_page(address).h1.get_text() == "Łucja"
