"""Names and types of the free fields, the columns of the table, and typed values in the form."""

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Recipient
from tests.support.cast import Cast
from tests.support.pages import PageClient

TYPES = {f"field{n}_type": "text" for n in range(1, 6)}
OWN = {"field1": "Shoe size", **TYPES, "field1_type": "number", "field2_type": "date"}
NO_CONSENT = {"consent": "none"}


def stored(app: Flask) -> tuple[str, ...]:
    with app.app_context():
        row = db.session.scalars(select(Recipient)).one()
        return row.birthday, row.field1, row.field2


def test_typed_values_are_read_shown_and_kept(owner: PageClient, app: Flask) -> None:
    owner.post_page("/recipients/field-names", OWN)
    page = owner.get_page("/recipients/add")
    assert page.select_one("#field2")["type"] == "date"
    assert page.select_one("#field1")["inputmode"] == "decimal"
    data = {"phone": "601234567", **NO_CONSENT}
    wrong = {"birthday": "31.02.1990", "field1": "big", "field2": "soon"}
    page = owner.post_page("/recipients/add", {**data, **wrong})
    for name, typed in wrong.items():
        assert page.select_one(f"#{name}")["value"] == typed
        assert page.select_one(f"#{name}-error")
    good = {"birthday": "17.05.1990", "field1": "38,50", "field2": "2026-12-01"}
    owner.post_page("/recipients/add", {**data, **good})
    assert stored(app) == ("1990-05-17", "38.5", "2026-12-01")
    page = owner.get_page("/recipients")
    person = page.select_one("main .row a.title")["href"]
    facts = owner.get_page(person).select_one("dl.facts").get_text(" ")
    assert "17 May 1990" in facts
    assert "1 Dec 2026" in facts
    page = owner.get_page(f"{person}/edit")
    shown = {name: str(page.select_one(f"#{name}")["value"]) for name in wrong}
    assert shown == {"birthday": "17.05.1990", "field1": "38,5", "field2": "2026-12-01"}
    owner.post_page(f"{person}/edit", {**data, **shown})
    assert stored(app) == ("1990-05-17", "38.5", "2026-12-01")


def test_values_that_do_not_fit_are_shown_before_the_type_changes(
    owner: PageClient, app: Flask, cast: Cast
) -> None:
    values = {"phone": "601234567", "field1": "38 or 39", **NO_CONSENT}
    owner.post_page("/recipients/add", values)
    page = owner.post_page("/recipients/field-names", OWN)
    assert "38 or 39" in page.select_one("[role=alert]").get_text()
    with app.app_context():
        assert db.session.get_one(Account, cast.owner.account_id).field_types == {}
    seen = [str(tag["value"]) for tag in page.select("input[name=seen]")]
    owner.post_page("/recipients/field-names", {**OWN, "seen": seen})
    with app.app_context():
        types = db.session.get_one(Account, cast.owner.account_id).field_types
        assert types == {"field1": "number", "field2": "date"}
    # The person can be changed, and the value stays what it was.
    person = owner.get_page("/recipients").select_one("main .row a.title")["href"]
    owner.post_page(f"{person}/edit", {**values, "city": "Hel"})
    assert stored(app) == ("", "38 or 39", "")


def test_the_table_has_the_chosen_columns(owner: PageClient, stranger: PageClient) -> None:
    owner.post_page("/recipients/field-names", OWN)
    data = {"phone": "601234567", "field1": "38,5", "birthday": "17 maja", "city": "Hel"}
    owner.post_page("/recipients/add", {**data, **NO_CONSENT})
    heads = "form .rows-head span"
    usual = [tag.get_text() for tag in owner.get_page("/recipients").select(heads)]
    assert usual[1:] == ["Name", "Number", "Lists", "Promotions"]
    every = ["birthday", "city", "field1", "consent", "lists"]
    page = owner.post_page("/recipients/columns", {"columns": every})
    assert page.select_one("#columns-error, .errors")
    owner.post_page("/recipients/columns", {"columns": ["field1", "birthday", "city"]})
    page = owner.get_page("/recipients")
    shown = [tag.get_text() for tag in page.select(heads)][1:]
    assert shown == ["Name", "Number", "City", "Birthday", "Shoe size"]
    row = page.select_one("form .row:not(.rows-head)")
    assert "17 May" in row.get_text()
    assert row.select_one(".number").get_text(" ", strip=True) == "Shoe size 38.5"
    owner.post_page("/recipients/columns", {})
    shown = [tag.get_text() for tag in owner.get_page("/recipients").select(heads)][1:]
    assert shown == ["Name", "Number"]
    owner.post_page("/recipients/columns", {"columns": ["password", "city"]})
    other = stranger.get_page("/recipients/columns").select("main input:checked")
    assert [tag["value"] for tag in other] == ["lists", "consent"]
