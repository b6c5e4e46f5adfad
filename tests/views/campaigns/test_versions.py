"""The pages of earlier versions of a draft, and “Use again” in the list of campaigns."""

from collections.abc import Callable

from flask import Flask

from promosms.db.transactions import transaction
from promosms.models import Campaign
from tests.support.pages import PageClient, words

Typed = Callable[..., dict[str, object]]
Stored = Callable[[], list[Campaign]]


def saved(owner: PageClient, draft: str, typed: Typed, **changes: object) -> None:
    page = owner.get_page(f"/campaigns/{draft}/edit")
    stamp = page.select_one("input[name=stamp]")["value"]
    owner.post_page(f"/campaigns/{draft}/edit", typed(stamp=stamp, **changes))


def test_a_version_is_shown_with_what_differs_and_brought_back(
    app: Flask,
    owner: PageClient,
    stranger: PageClient,
    draft: str,
    typed: Typed,
    stored: Stored,
) -> None:
    page = f"/campaigns/{draft}/versions"
    assert not owner.get_page(f"/campaigns/{draft}/edit").select(f"a[href='{page}']")
    assert "There are none yet" in owner.get_page(page).get_text()
    saved(owner, draft, typed, text="Hi {first_name|there}, 30% off & <b>", name="Summer sale")
    assert owner.get_page(f"/campaigns/{draft}/edit").select(f"a[href='{page}']")
    listed = owner.get_page(page)
    assert "Hi First name, 20% off" in listed.get_text()
    address = str(listed.select_one(".row a.title")["href"])
    shown = owner.get_page(address)
    assert [mark.get_text() for mark in shown.select("mark")] == ["20", "30", " & <b>"]
    assert "Spring sale, now Summer sale" in words(shown.get_text(" "))
    assert "What it is" not in shown.get_text()
    restore = f"{address}/restore"
    assert stranger.send(restore, {}).status_code == 404
    assert (stranger.get(page).status_code, stranger.get(address).status_code) == (404, 404)
    assert stored()[0].text.startswith("Hi {first_name|there}, 30%")
    back = owner.post_page(restore)
    assert "The earlier version is back." in back.get_text()
    (campaign,) = stored()
    assert (campaign.text, campaign.name) == ("Hi {first_name|there}, 20% off", "Spring sale")
    assert "30% off" in owner.get_page(page).get_text()
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"status": "scheduled"})
    report = owner.post_page(restore)
    assert "was sent meanwhile" in report.get_text()
    assert owner.get(page).status_code == 303


def test_what_another_window_has_saved_stays_among_the_versions(
    owner: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    saved(owner, draft, typed, text="Hers")
    page = owner.post_page(f"/campaigns/{draft}/edit", typed(stamp="earlier", text="His"))
    assert "it then stays under “Earlier versions”" in words(page.get_text(" "))
    stamp = page.select_one("input[name=stamp]")["value"]
    owner.post_page(f"/campaigns/{draft}/edit", typed(stamp=stamp, text="His"))
    assert stored()[0].text == "His"
    listed = owner.get_page(f"/campaigns/{draft}/versions").get_text()
    assert "Hers" in listed


def test_a_row_of_the_list_is_used_again_as_a_new_draft(
    app: Flask, owner: PageClient, draft: str, stored: Stored
) -> None:
    again = f"form[action='/campaigns/{draft}/duplicate']"
    assert not owner.get_page("/campaigns").select(again), "a draft is written on"
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"status": "finished"})
    page = owner.get_page("/campaigns")
    assert "Use again" in page.select_one(again).get_text()
    copy = owner.post_page(str(page.select_one(again)["action"]))
    assert copy.h1.get_text() == "Edit the text"
    assert [campaign.status for campaign in stored()] == ["finished", "draft"]
    with app.app_context(), transaction() as session:
        session.query(Campaign).update({"status": "finished", "text": ""})
    assert not owner.get_page("/campaigns").select(again), "its text was deleted"
