"""Changing all recipients of a filter, or those chosen one by one, on a page of its own."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import BulkAction, Recipient, RecipientList
from promosms.services.bulk_actions import run as bulk_run
from promosms.views.recipients import bulk_actions
from tests.support.pages import PageClient, words

Add = Callable[..., str]
Stored = Callable[[], list[Recipient]]
TOGETHER = "/recipients/together"


def list_id(app: Flask, name: str) -> str:
    with app.app_context():
        return db.session.query(RecipientList.public_id).filter_by(name=name).scalar()


def test_all_of_a_search_are_put_on_a_list_and_deleted(
    owner: PageClient, app: Flask, add: Add, stored: Stored
) -> None:
    for n in range(4):
        add(f"60123450{n}", first_name="Anna" if n else "Ben", on="Guests" if n == 3 else "")
    found = owner.get_page("/recipients?q=anna")
    link = found.select_one("main a[href^='/recipients/together']")
    assert link is not None
    page = owner.get_page(str(link["href"]))
    assert "Change 3 recipients together" in words(page.get_text())
    assert "Found by “anna”" in words(page.get_text())
    fields = {
        str(one["name"]): str(one["value"]) for one in page.select("details form [type=hidden]")
    }
    assert fields["q"] == "anna"
    refused = owner.post_page(TOGETHER, {"q": "anna", "kind": "put_on_list"})
    assert refused.select_one("details[open] .error") is not None
    page = owner.post_page(
        TOGETHER, {"q": "anna", "kind": "put_on_list", "to-list": list_id(app, "Guests")}
    )
    assert "2 recipients were put on the list “Guests”. 1 was on it before." in words(
        page.get_text()
    )
    asked = owner.post_page(TOGETHER, {"q": "anna", "kind": "delete"})
    assert "Delete 3 recipients?" in words(asked.get_text())
    assert len(stored()) == 4
    page = owner.post_page(TOGETHER, {"q": "anna", "kind": "delete", "confirmed": "y"})
    assert "3 recipients were deleted." in words(page.get_text())
    assert [one.first_name for one in stored()] == ["Ben"]


def test_those_without_consent_are_asked_for_and_recorded(
    owner: PageClient, add: Add, stored: Stored
) -> None:
    for n in range(3):
        add(f"60123450{n}", agreed=n == 0)
    link = owner.get_page("/recipients?state=no_consent").select_one("main .notice a")
    assert link is not None
    page = owner.get_page(str(link["href"]))
    assert page.select_one("details[open] [name=to-consent_source]") is not None
    sent = {"state": "no_consent", "kind": "record_consent", "to-consent_source": "letter"}
    refused = owner.post_page(TOGETHER, sent)
    assert refused.select_one("details[open] .error") is not None
    page = owner.post_page(TOGETHER, {**sent, "to-consent_on": "2026-03-04", "to-consent": "none"})
    assert "The consent of 2 recipients is recorded." in words(page.get_text())
    assert {one.consent for one in stored()} == {"given"}


def test_what_nobody_knows_is_never_everybody(owner: PageClient, add: Add, stored: Stored) -> None:
    add("601234500")
    delete = {"kind": "delete", "confirmed": "y"}
    for wrong in ({"list": "0" * 20}, {"state": "gone"}):
        assert owner.send(TOGETHER, {**delete, **wrong}).status_code == 404
    for nobody in ({"recipient": "0" * 20}, {"recipient": "-"}, {"q": "zoe"}):
        page = owner.post_page(TOGETHER, {**delete, **nobody})
        assert "Nobody is chosen any more." in words(page.get_text())
    assert len(stored()) == 1


def test_those_who_were_ticked_are_meant(owner: PageClient, add: Add, stored: Stored) -> None:
    ids = [add(f"60123450{n}", on="Guests") for n in range(3)]
    page = owner.post_page("/recipients/chosen", {"recipient": ids[:2], "action": "more"})
    assert "Change 2 recipients together" in words(page.get_text())
    names = [str(one["value"]) for one in page.select("form:has([value=erase]) [name=recipient]")]
    asked = owner.post_page(TOGETHER, {"recipient": names, "kind": "erase"})
    assert "Erase 2 people everywhere?" in words(asked.get_text())
    page = owner.post_page(TOGETHER, {"recipient": names, "kind": "erase", "confirmed": "y"})
    assert "2 people are erased everywhere." in words(page.get_text())
    assert [one.public_id for one in stored()] == [ids[2]]


def test_many_are_left_to_the_worker(
    owner: PageClient, app: Flask, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        add(f"60123450{n}")
    monkeypatch.setattr(bulk_actions, "MOST_INLINE", 2)
    page = owner.post_page(TOGETHER, {"kind": "put_on_list", "to-new_list": "Everybody"})
    assert "0 of 3 recipients" in words(page.get_text())
    assert "0 of 3" in words(owner.get_page("/recipients").get_text())
    refresh = page.select_one("[data-refresh]")
    assert refresh is not None
    with app.app_context():
        action = db.session.query(BulkAction).one()
        bulk_run.work(action.id)
        address = f"{TOGETHER}/{action.public_id}"
    assert "data-done" in owner.get(str(refresh["data-refresh"])).text
    done = owner.get_page(address)
    assert "3 recipients were put on the list “Everybody”." in words(done.get_text())
    owner.post_page(f"{address}/cancel")
    assert "were put on" in words(owner.get_page(address).get_text())
