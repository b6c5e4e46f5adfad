"""Adding one recipient."""

from collections.abc import Callable
from datetime import date

from flask import Flask

from promosms.models import Recipient
from tests.support.consent import evidence
from tests.support.pages import PageClient

Stored = Callable[[], list[Recipient]]
Add = Callable[..., str]
GOOD = {
    "phone": "601 234 567",
    "first_name": " Łucja ",
    "consent": "given",
    "consent_source": "card",
    "consent_on": "2026-05-12",
}


def test_it_adds(app: Flask, owner: PageClient, stored: Stored) -> None:
    owner.get_page("/recipients/add")
    page = owner.post_page("/recipients/add", GOOD)
    assert "The recipient was added." in page.get_text()
    (recipient,) = stored()
    assert (recipient.phone, recipient.country) == ("+48601234567", "PL")
    assert recipient.first_name == "Łucja"
    assert recipient.search == "  lucja  48601234567"
    with app.app_context():
        assert evidence(recipient) == ("given", "card", date(2026, 5, 12))


def test_it_refuses_a_landline_and_keeps_the_rest(owner: PageClient, stored: Stored) -> None:
    page = owner.post_page("/recipients/add", {**GOOD, "phone": "22 621 00 00"})
    assert "This is a landline." in page.get_text()
    field = page.select_one("input[name=first_name]")
    assert field is not None
    assert field["value"] == "Łucja"
    assert stored() == []


def test_it_links_to_the_recipient_who_has_the_number(
    owner: PageClient, add: Add, stored: Stored
) -> None:
    public_id = add("+48601234567")
    page = owner.post_page("/recipients/add", GOOD)
    assert page.select_one(f'a[href="/recipients/{public_id}"]')
    assert len(stored()) == 1


def test_two_accounts_may_have_the_same_number(
    owner: PageClient, stranger: PageClient, stored: Stored
) -> None:
    owner.post_page("/recipients/add", GOOD)
    stranger.post_page("/recipients/add", GOOD)
    assert len(stored()) == 2


def test_a_consent_needs_evidence(owner: PageClient, stored: Stored) -> None:
    for change, words in (
        ({"consent_source": " "}, "Write where or how they agreed."),
        ({"consent_on": ""}, "Enter the day on which they agreed."),
        ({"consent_on": "2099-01-01"}, "This day is still to come."),
    ):
        page = owner.post_page("/recipients/add", {**GOOD, **change})
        assert words in page.get_text()
    assert stored() == []


def test_no_consent_needs_no_evidence(owner: PageClient, stored: Stored) -> None:
    owner.post_page("/recipients/add", {"phone": "601234567", "consent": "none"})
    (recipient,) = stored()
    assert (recipient.consent, recipient.consent_id) == ("none", None)


def test_an_expired_form_keeps_typed_values(owner: PageClient, stored: Stored) -> None:
    page = owner.post_page("/recipients/add", {**GOOD, "csrf_token": "old"})
    assert "This page was open too long." in page.get_text()
    field = page.select_one("input[name=phone]")
    assert field is not None
    assert field["value"] == "601 234 567"
    assert stored() == []


def test_it_adds_to_lists_of_the_same_account_only(
    owner: PageClient, stranger: PageClient, add: Add
) -> None:
    add("602345678", on="Guests")
    box = owner.get_page("/recipients/add").select_one("input[name=lists]")
    assert box is not None
    page = stranger.post_page("/recipients/add", {**GOOD, "lists": box["value"]})
    assert "to put right" in page.get_text()
    owner.post_page("/recipients/add", {**GOOD, "lists": box["value"]})
    assert "2 recipients" in owner.get_page(f"/lists/{box['value']}").get_text()
