"""The page of all recipients."""

from collections.abc import Callable

from flask import Flask

from promosms.models import SuppressionSource
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.pages import PageClient

Add = Callable[..., str]


def test_it_invites_when_empty(owner: PageClient) -> None:
    page = owner.get_page("/recipients")
    links = {str(link["href"]) for link in page.select("main a")}
    assert {"/imports/new", "/imports/paste", "/recipients/add"} <= links


def test_it_shows_numbers_names_and_lists(owner: PageClient, add: Add) -> None:
    add("601234567", on="Guests", first_name="Łucja", last_name="Żak")
    page = owner.get_page("/recipients")
    row = page.select_one(".row:has(> a)")
    assert row is not None
    text = row.get_text(" ", strip=True)
    assert "+48 601 234 567" in text
    assert "Łucja Żak" in text
    assert "Guests" in text
    assert "Agreed" in text
    assert "1 recipient" in page.get_text()


def test_it_finds_by_any_case_and_diacritics(owner: PageClient, add: Add) -> None:
    add("601234567", first_name="ŁUCJA", city="Łódź")
    add("602345678", first_name="Anna")
    page = owner.get_page("/recipients?q=łucja+łódź")
    assert len(page.select(".row:has(> .pick)")) == 1
    assert len(owner.get_page("/recipients?q=602 345").select(".row:has(> .pick)")) == 1


def test_it_takes_wildcards_literally(owner: PageClient, add: Add) -> None:
    add("601234567", company="100% wool")
    add("602345678", company="Silk")
    for typed, count in (("100%25", 1), ("00%25", 1), ("1_0", 0), ("_ool", 0), ("\\", 0)):
        page = owner.get_page(f"/recipients?q={typed}")
        assert len(page.select(".row:has(> .pick)")) == count, typed


def test_unusual_searches_cause_no_error(owner: PageClient, add: Add) -> None:
    add("601234567")
    for typed in ("%00", "+", "'", "%22", "x" * 300, "000"):
        owner.get_page(f"/recipients?q={typed}&state=nothing&list=nothing&after=nothing")


def test_it_filters_by_state(owner: PageClient, add: Add, app: Flask, cast: Cast) -> None:
    add("601234567")
    add("602345678", agreed=False)
    add("603456789")
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, "+48603456789", SuppressionSource.REPLY)
    for state, number in (
        ("textable", "601 234 567"),
        ("no_consent", "602 345 678"),
        ("opted_out", "603 456 789"),
    ):
        page = owner.get_page(f"/recipients?state={state}")
        (row,) = page.select(".row:has(> .pick)")
        assert number in row.get_text()


def test_its_pages_show_every_recipient(owner: PageClient, add: Add) -> None:
    for n in range(120):
        add(f"6012340{n:02d}" if n < 100 else f"6012341{n - 100:02d}", city="Gdynia")
    url, seen = "/recipients?q=gdynia", []
    while url:
        page = owner.get_page(url)
        assert "120 recipients" in page.get_text()
        seen += [str(box["value"]) for box in page.select(".rows input[name=recipient]")]
        further = [a for a in page.select(".pager a") if "after=" in str(a["href"])]
        url = str(further[0]["href"]) if further else ""
    assert len(seen) == len(set(seen)) == 120


def test_it_shows_no_recipients_of_other_accounts(
    owner: PageClient, stranger: PageClient, add: Add
) -> None:
    public_id = add("601234567", on="Guests")
    assert "601 234" not in stranger.get_page("/recipients").get_text()
    assert "601 234" not in stranger.get("/recipients/download?form=commas").text
    stranger.get_page(f"/recipients/{public_id}", status=404)
    stranger.get_page(f"/recipients/{public_id}/edit", status=404)
    stranger.get_page(f"/recipients/{public_id}/delete", status=404)
    assert stranger.send(f"/recipients/{public_id}/edit", {"phone": "602345678"}).status_code == 404


def test_it_sends_visitors_to_the_sign_in(visitor: PageClient) -> None:
    for url in ("/recipients", "/lists", "/imports", "/recipients/opt-outs", "/recipients/replies"):
        response = visitor.get(url)
        assert response.status_code == 302
        assert "/login" in response.location
