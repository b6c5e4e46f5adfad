"""Segments: the form without script, their pages, and what uses them."""

from collections.abc import Callable

from promosms.extensions import db
from promosms.models import Segment
from tests.support.pages import PageClient

Add = Callable[..., str]
ROWS = {
    "c0-kind": "text",
    "c0-subject": "city",
    "c0-test": "contains",
    "c0-text": "LODZ",
    "c1-kind": "texted",
    "c1-subject": "texted",
    "c1-test": "not_last_days",
    "c1-days": "soon",
    "match": "all",
}


def test_it_is_built_row_by_row_and_nothing_typed_is_lost(owner: PageClient, add: Add) -> None:
    add("601234567", city="Łódź", first_name="Ola")
    add("602345678", city="Kraków", first_name="Jan")
    page = owner.post_page("/segments/new", {"action": "add", "add": "city", "name": "Ours"})
    assert page.select_one("fieldset.condition legend").get_text() == "City"
    assert page.select_one("[name=name]")["value"] == "Ours"
    page = owner.post_page("/segments/new", {**ROWS, "action": "save"})
    said = page.select_one(".errors").get_text()
    assert "Give the segment a name." in said
    assert "Write a number of days from 1 to 3650." in said
    assert page.select_one("[name=c1-days]")["value"] == "soon"
    page = owner.post_page("/segments/new", {**ROWS, "c1-days": "30", "action": "count"})
    assert "1 recipient" in page.select_one("[data-part=found]").get_text()
    assert "Ola" in page.select_one("[data-part=found]").get_text()
    page = owner.post_page("/segments/new", {**ROWS, "action": "remove-0"})
    assert [row.get_text() for row in page.select(".condition legend")] == ["Last texted"]
    assert page.select_one("[name=c0-days]")["value"] == "soon"


def test_its_page_shows_its_people_and_it_can_be_changed_and_deleted(
    owner: PageClient, add: Add
) -> None:
    add("601234567", city="Łódź", first_name="Ola")
    add("602345678", city="Kraków", first_name="Jan")
    page = owner.post_page(
        "/segments/new", {**ROWS, "c1-days": "30", "name": "Ours", "action": "save"}
    )
    assert page.select_one("h1").get_text() == "Ours"
    assert "not in the last 30 days" in page.get_text()
    assert [row.get_text() for row in page.select(".row > .title")] == ["Ola"]
    with owner.application.app_context():
        public_id = db.session.query(Segment).one().public_id
    assert "1 recipient" in owner.get_page("/segments").get_text()
    opened = owner.get_page(f"/segments/{public_id}/edit")
    assert opened.select_one("[name=c0-text]")["value"] == "LODZ"
    page = owner.post_page(
        f"/segments/{public_id}/edit",
        {**ROWS, "c1-days": "30", "c0-test": "not_contains", "name": "Others"},
    )
    assert [row.get_text() for row in page.select(".row > .title")] == ["Jan"]
    chips = owner.get_page("/recipients").select(".chip")
    assert f"/segments/{public_id}" in [chip["href"] for chip in chips]
    assert "No segment yet" in owner.post_page(f"/segments/{public_id}/delete").get_text()


def test_a_filter_of_the_page_becomes_a_segment(owner: PageClient, add: Add) -> None:
    add("601234567", agreed=False, on="Guests")
    page = owner.get_page("/recipients?state=no_consent&q=601")
    (link,) = (one for one in page.select("main a") if "/segments/new" in one["href"])
    form = owner.get_page(link["href"])
    assert [one["value"] for one in form.select("[name$=-kind]")] == ["consent", "search"]
    assert "1 recipient" in form.select_one("[data-part=found]").get_text()
