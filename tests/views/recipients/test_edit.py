"""Changing and deleting recipients."""

from collections.abc import Callable

from flask import Flask

from promosms.models import Recipient, SuppressionSource
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.pages import PageClient

Stored = Callable[[], list[Recipient]]
Add = Callable[..., str]


def test_it_changes_number_name_and_lists(owner: PageClient, add: Add, stored: Stored) -> None:
    public_id = add("601234567", on="Guests", first_name="Anna", note="window seat")
    owner.get_page(f"/recipients/{public_id}/edit")
    page = owner.post_page(
        f"/recipients/{public_id}/edit",
        {"phone": "602345678", "first_name": "Ewa", "note": "", "consent": "none"},
    )
    assert "The changes were saved." in page.get_text()
    (recipient,) = stored()
    assert (recipient.phone, recipient.first_name, recipient.note) == ("+48602345678", "Ewa", "")
    assert recipient.search == "  ewa  48602345678"
    assert "Guests" not in page.select_one(".facts").get_text()
    assert (
        "Nobody is on this list yet"
        in owner.get_page(str(owner.get_page("/lists").select_one(".rows a")["href"])).get_text()
    )


def test_it_refuses_the_number_of_another_recipient(
    owner: PageClient, add: Add, stored: Stored
) -> None:
    first, second = add("601234567"), add("602345678")
    page = owner.post_page(f"/recipients/{second}/edit", {"phone": "601234567", "consent": "none"})
    assert page.select_one(f'main .notice a[href="/recipients/{first}"]')
    assert [recipient.phone for recipient in stored()] == ["+48601234567", "+48602345678"]


def test_it_says_that_the_number_opted_out(
    owner: PageClient, add: Add, app: Flask, cast: Cast
) -> None:
    public_id = add("601234567")
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, "+48601234567", SuppressionSource.REPLY)
    assert "has opted out" in owner.get_page(f"/recipients/{public_id}").get_text()


def test_deleting_asks_and_keeps_the_opt_out(
    owner: PageClient, add: Add, stored: Stored, app: Flask, cast: Cast
) -> None:
    public_id = add("601234567", on="Guests")
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, "+48601234567", SuppressionSource.REPLY)
    page = owner.get_page(f"/recipients/{public_id}/delete")
    assert "Opt-outs stay" in page.get_text()
    owner.post_page("/recipients/delete", {"recipient": public_id})
    assert stored() == []
    assert "601 234 567" in owner.get_page("/recipients/opt-outs").get_text()
    assert owner.get_page("/lists").select_one(".rows .end").get_text() == "0"


def test_a_stranger_deletes_nothing(stranger: PageClient, add: Add, stored: Stored) -> None:
    public_id = add("601234567")
    stranger.send("/recipients/delete", {"recipient": public_id})
    stranger.send("/recipients/chosen", {"recipient": public_id, "action": "delete"})
    assert len(stored()) == 1


def test_bulk_adds_to_and_removes_from_a_list(owner: PageClient, add: Add) -> None:
    chosen = [add("601234567", on="Guests"), add("602345678"), add("603456789")]
    url = str(owner.get_page("/lists").select_one(".rows a")["href"])
    list_id = url.rsplit("/", 1)[1]
    page = owner.post_page(
        "/recipients/chosen", {"recipient": chosen, "action": "add", "list": list_id}
    )
    assert "2 recipients were put on the list “Guests”." in page.get_text()
    assert "3 recipients" in owner.get_page(url).get_text()
    page = owner.post_page(
        "/recipients/chosen",
        {"recipient": chosen[:2], "action": "remove", "list": list_id, "from_list": list_id},
    )
    assert "2 recipients were taken off" in page.get_text()
    assert len(page.select(".rows input[name=recipient]")) == 1


def test_bulk_delete_asks_first(owner: PageClient, add: Add, stored: Stored) -> None:
    chosen = [add("601234567"), add("602345678")]
    page = owner.post_page("/recipients/chosen", {"recipient": chosen, "action": "delete"})
    assert "Delete 2 recipients?" in page.get_text()
    assert len(stored()) == 2
    hidden = [str(field["value"]) for field in page.select("main input[name=recipient]")]
    owner.post_page("/recipients/delete", {"recipient": hidden})
    assert stored() == []


def test_bulk_needs_a_recipient_and_a_list(owner: PageClient, add: Add) -> None:
    public_id = add("601234567")
    page = owner.post_page("/recipients/chosen", {"action": "add"})
    assert "Choose recipients first" in page.get_text()
    page = owner.post_page("/recipients/chosen", {"action": "add", "recipient": public_id})
    assert "Choose a list first" in page.get_text()


def test_bulk_refuses_lists_of_other_accounts(
    owner: PageClient, stranger: PageClient, add: Add
) -> None:
    public_id = add("601234567", on="Guests")
    url = str(owner.get_page("/lists").select_one(".rows a")["href"])
    list_id = url.rsplit("/", 1)[1]
    stranger.post_page("/recipients/add", {"phone": "602345678", "consent": "none"})
    box = stranger.get_page("/recipients").select_one(".rows input[name=recipient]")
    data = {"recipient": box["value"], "action": "add", "list": list_id}
    assert stranger.send("/recipients/chosen", data).status_code == 404
    assert public_id


def test_fields_can_be_named(owner: PageClient, stranger: PageClient, add: Add) -> None:
    public_id = add("601234567")
    owner.get_page("/recipients/field-names")
    owner.post_page("/recipients/field-names", {"field1": "Shoe size", "field2": " "})
    assert "Shoe size" in owner.get_page(f"/recipients/{public_id}/edit").get_text()
    assert "Detail 2" in owner.get_page("/recipients/add").get_text()
    assert "Shoe size" not in stranger.get_page("/recipients/add").get_text()
