"""Editing a draft in one or two windows; copying and deleting it."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign
from tests.support.pages import PageClient

Typed = Callable[..., dict[str, object]]
Stored = Callable[[], list[Campaign]]


def open_window(client: PageClient, draft: str) -> dict[str, object]:
    page = client.get_page(f"/campaigns/{draft}/edit")
    return {name: page.select_one(f"input[name={name}]")["value"] for name in ("stamp", "key")}


def test_it_saves(owner: PageClient, draft: str, typed: Typed, stored: Stored) -> None:
    window = open_window(owner, draft)
    owner.post_page(f"/campaigns/{draft}/edit", typed(**window, text="New words", opt_out_line=""))
    (campaign,) = stored()
    assert (campaign.text, campaign.opt_out_line) == ("New words", False)


def test_the_second_window_does_not_overwrite_the_first(
    owner: PageClient, colleague: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    first, second = open_window(owner, draft), open_window(colleague, draft)
    colleague.post_page(f"/campaigns/{draft}/edit", typed(**second, text="Hers"))
    page = owner.post_page(f"/campaigns/{draft}/edit", typed(**first, text="His"))
    assert "changed in another window" in page.get_text()
    assert "Hers" in page.select_one(".notice .kept").get_text()
    assert page.select_one("textarea[name=text]").get_text().strip() == "His"
    assert stored()[0].text == "Hers"

    again = {name: page.select_one(f"input[name={name}]")["value"] for name in ("stamp", "key")}
    owner.post_page(f"/campaigns/{draft}/edit", typed(**again, text="His"))
    assert stored()[0].text == "His"


def test_saving_twice_is_no_conflict(
    owner: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    window = open_window(owner, draft)
    for _ in range(2):
        page = owner.post_page(f"/campaigns/{draft}/edit", typed(**window, text="Once"))
        assert "another window" not in page.get_text()
    assert stored()[0].text == "Once"


def test_text_typed_into_a_launched_campaign_becomes_a_new_draft(
    app: Flask, owner: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    window = open_window(owner, draft)
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"status": "sending"})
    page = owner.post_page(f"/campaigns/{draft}/edit", typed(**window, text="Too late"))
    assert "kept as a new draft" in page.get_text()
    sent, kept = stored()
    assert (sent.status, kept.status, kept.text) == ("sending", "draft", "Too late")


def test_it_copies(owner: PageClient, draft: str, stored: Stored) -> None:
    owner.post_page(f"/campaigns/{draft}/duplicate")
    first, copy = stored()
    assert copy.name == "Spring sale (copy)"
    assert (copy.text, copy.everyone, copy.status) == (first.text, True, "draft")


def test_a_copy_without_a_name_of_its_own_follows_its_text(
    app: Flask, owner: PageClient, draft: str, stored: Stored
) -> None:
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"name": "Hi {first_name}", "text": "Hi {first_name}"})
    page = owner.post_page(f"/campaigns/{draft}/duplicate")
    assert stored()[1].name == "Hi {first_name}"
    assert page.select_one("input[name=name]").get("value", "") == ""


@pytest.mark.parametrize(
    ("name", "text", "shown", "copied"),
    [
        ("Hi {first_name} (copy)", "Hi {first_name}", "", "Hi {first_name}"),
        ("Hi {first_name} (copy)", "Dear all", "Hi First name (copy)", None),
        ("Hi all (Monday)", "Hi all", "Hi all (Monday)", "Hi all (Monday) (copy)"),
    ],
)
def test_the_name_of_an_old_copy_shows_no_braces(
    app: Flask,
    owner: PageClient,
    draft: str,
    stored: Stored,
    name: str,
    text: str,
    shown: str,
    copied: str | None,
) -> None:
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"name": name, "text": text})
    page = owner.get_page(f"/campaigns/{draft}/edit")
    assert page.select_one("input[name=name]").get("value", "") == shown
    owner.post_page(f"/campaigns/{draft}/duplicate")
    assert stored()[1].name == (copied or "Hi {first_name} (copy) (copy)")


def test_it_deletes_drafts_only(app: Flask, owner: PageClient, draft: str, stored: Stored) -> None:
    with app.app_context(), transaction():
        db.session.query(Campaign).update({"status": "finished"})
    page = owner.post_page(f"/campaigns/{draft}/delete")
    assert "Only drafts can be deleted" in page.get_text()
    with app.app_context(), transaction():
        db.session.query(Campaign).update({"status": "draft"})
    owner.post_page(f"/campaigns/{draft}/delete")
    assert stored() == []


def test_text_typed_into_a_deleted_draft_is_kept(
    owner: PageClient, colleague: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    window = open_window(owner, draft)
    colleague.post_page(f"/campaigns/{draft}/delete")
    page = owner.post_page(f"/campaigns/{draft}/edit", typed(**window, text="Work"), status=404)
    assert "no longer exists" in page.get_text()
    assert page.select_one("textarea[name=text]").get_text().strip() == "Work"
    form = page.select_one("form.composer")
    owner.post_page(form["action"], typed(text="Work"))
    assert stored()[0].text == "Work"


def test_strangers_find_nothing(stranger: PageClient, draft: str, typed: Typed) -> None:
    for page in ("edit", "review", "live", "download"):
        stranger.get_page(f"/campaigns/{draft}/{page}", 404)
    stranger.get_page(f"/campaigns/{draft}", 404)
    for action in ("edit", "send", "test", "pause", "resume", "cancel", "duplicate", "delete"):
        stranger.post_page(f"/campaigns/{draft}/{action}", typed(), status=404)


def test_visitors_sign_in_first(visitor: PageClient, draft: str) -> None:
    for page in ("", "/edit", "/review", "/live", "/download"):
        assert "/login" in visitor.get(f"/campaigns/{draft}{page}").location
    for action in ("send", "test", "pause", "resume", "cancel", "duplicate", "delete"):
        assert visitor.send(f"/campaigns/{draft}/{action}").status_code == 401
