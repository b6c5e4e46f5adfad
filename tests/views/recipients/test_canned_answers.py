"""Answers that were saved: kept under a name, and put into an answer for the person."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import InboundMessage
from promosms.services.inbox import canned_answers
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.replies import store

LIST = "/recipients/answers"
HOURS = {"name": "Hours", "text": "Hi {first_name|there}, we are open until six."}


def test_it_is_saved_changed_and_deleted(
    owner: PageClient, stranger: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canned_answers, "MOST", 2)
    assert "You find it below each conversation." in owner.post_page(LIST, HOURS).get_text()
    assert "You have an answer of this name already." in owner.post_page(LIST, HOURS).get_text()
    for text, problem in (
        ("{birthday}", "{birthday} cannot be filled in."),
        ("", "Write the text that shall be put in."),
        ("ą" * 700, "This is too long for a text."),
    ):
        page = owner.post_page(LIST, {"name": "Other", "text": text})
        assert problem in page.get_text(), text
        assert page.select_one("textarea").get_text().strip() == text
    owner.post_page(LIST, {**HOURS, "name": "Way"})
    full = owner.post_page(LIST, {**HOURS, "name": "Third"})
    assert "You have saved as many answers as there can be." in full.get_text()
    first, second = (str(link["href"]) for link in owner.get_page(LIST).select(".row a.title"))
    assert "answer of this name" in owner.post_page(second, HOURS).get_text()
    owner.post_page(second, {**HOURS, "name": "Way", "text": "Left of the church"})
    assert "Left of the church" in owner.get_page(LIST).get_text()
    for address in (first, f"{first}/delete"):
        assert stranger.send(address, HOURS).status_code == 404
    assert stranger.get_page(LIST).select(".row") == []
    assert "Texts that were sent stay." in owner.post_page(f"{first}/delete").get_text()
    assert len(owner.get_page(LIST).select(".row a.title")) == 1


def test_it_is_put_behind_what_was_typed_with_its_price(
    owner: PageClient, app: Flask, cast: Cast, add: Callable[..., str]
) -> None:
    add("601234567", first_name="Łucja")
    with app.app_context(), transaction() as session:
        for phone in ("+48601234567", "+48602345678"):
            reply = InboundMessage(account_id=cast.owner.account_id, phone=phone, text="Open?")
            store(session, reply)
    conversations = [
        str(link["href"]).partition("#")[0]
        for link in owner.get_page("/recipients/replies").select(".row a.title")
    ]
    assert not owner.get_page(conversations[0]).select("select[name=canned]")
    owner.post_page(LIST, HOURS)
    for address, name in zip(conversations, ("there", "Łucja"), strict=True):
        option = owner.get_page(address).select_one("select[name=canned] option")
        fields = {"text": "Of course.", "canned": option["value"], "action": "insert"}
        page = owner.post_page(f"{address}/text", fields)
        typed = page.select_one("textarea[name=text]").get_text().strip()
        assert typed == f"Of course. Hi {name}, we are open until six."
        assert "Send for €" in page.get_text()
    gone = owner.post_page(f"{conversations[0]}/text", {**fields, "canned": "x" * 20})
    assert gone.select_one("textarea[name=text]").get_text().strip() == "Of course."
