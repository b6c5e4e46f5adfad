"""A name is asked for, approved by an admin, chosen in the composer, and taken back."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, Route, Sender
from promosms.services.installation import defaults
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

Typed = Callable[..., dict[str, object]]
Stored = Callable[[], list[Campaign]]
ASKED = {"name": "Kwiaty Ani", "company": "Kwiaty Ani s.c.", "purpose": "Our offers"}
OFFER = "20% off. No more: kwiaty.pl/stop"


def id_of(app: Flask, name: str) -> str:
    with app.app_context():
        return db.session.scalars(select(Sender.public_id).where(Sender.name == name)).one()


def test_a_name_from_the_request_to_the_review(
    app: Flask, owner: PageClient, admin: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    page = owner.get_page("/senders")
    assert "Without a name of yours they see +48 732 000 001." in words(page.get_text(" "))
    assert "Poland: Names arrive. Numbers can be answered." in words(page.get_text(" "))
    for name, said in {
        "ab": "A name has 3 to 11 characters.",
        "Kwiaty Ani s.c.": "A name has 3 to 11 characters.",
        "48601": "A name needs a letter",
        "Żółw": "Use letters without accents",
    }.items():
        refused = owner.post_page("/senders", {**ASKED, "name": name}, status=422)
        assert said in refused.get_text()
    assert "You get an e-mail as soon" in owner.post_page("/senders", ASKED).get_text()
    again = owner.post_page("/senders", {**ASKED, "name": "KWIATY ANI"}, status=422)
    assert "You have asked for this name already." in again.get_text()
    assert "1 sender name waits to be checked" in words(admin.get_page("/admin").get_text(" "))
    listed = admin.get_page("/admin/senders")
    assert "Kwiaty Ani" in listed.get_text()
    public_id = id_of(app, "Kwiaty Ani")
    shown = words(admin.get_page(f"/admin/senders/{public_id}").get_text(" "))
    assert "Whose name it is Kwiaty Ani s.c." in shown
    for _ in range(2):
        admin.post_page(f"/admin/senders/{public_id}/approve", {"countries": "it, CZ"})
    assert "Registered in: Czechia, Italy." in words(owner.get_page("/senders").get_text(" "))
    composer = owner.get_page("/campaigns/new")
    assert "Kwiaty Ani" in composer.get_text()
    counted = owner.send("/campaigns/count", typed(sender=public_id, text="20% off")).text
    assert "Opt out: " in counted
    assert "Reply STOP" not in counted
    without = typed(sender=public_id, text="20% off. STOP", action="review")
    without.pop("opt_out_line", None)
    counted = owner.send("/campaigns/count", without).text
    assert "Nobody can answer Kwiaty Ani" in counted
    assert "Opt out: " not in counted
    review = owner.post_page("/campaigns/new", without)
    assert "a promotional text needs a way out" in words(review.get_text(" "))
    assert not review.select("input[name=agreed]")
    (campaign,) = stored()
    edit = f"/campaigns/{campaign.public_id}/edit"
    stamp = owner.get_page(edit).select_one("input[name=stamp]")["value"]
    review = owner.post_page(
        edit, typed(sender=public_id, text=OFFER, stamp=stamp, action="review")
    )
    text = words(review.get_text(" "))
    assert "It comes from Kwiaty Ani. They cannot answer it: it is a name." in text
    owner.post_page(
        f"/campaigns/{campaign.public_id}/send",
        {"agreed": review.select_one("input[name=agreed]")["value"]},
    )
    admin.post_page(f"/admin/senders/{public_id}/revoke", {"reason": "It belongs to others"})
    assert "The operator says: It belongs to others" in owner.get_page("/senders").get_text()
    assert stored()[0].status == "preparing"
    assert "From Kwiaty Ani" in words(
        owner.get_page(f"/campaigns/{campaign.public_id}").get_text(" ")
    )
    page = owner.post_page("/campaigns/new", typed(sender=public_id, text=OFFER))
    assert "Choose another" in page.get_text()


def test_a_look_alike_is_approved_only_with_evidence(
    app: Flask, owner: PageClient, admin: PageClient, stranger: PageClient
) -> None:
    owner.post_page("/senders", {**ASKED, "name": "P0licja"})
    assert "Like an authority" in words(admin.get_page("/admin/senders").get_text(" "))
    public_id = id_of(app, "P0licja")
    page = f"/admin/senders/{public_id}"
    assert "P0licja is like Policja" in words(admin.get_page(page).get_text(" "))
    refused = admin.post_page(f"{page}/approve", {"evidence": " "}, status=422)
    assert "write what shows that it is theirs" in refused.get_text()
    admin.post_page(f"{page}/approve", {"countries": "XX"}, status=422)
    admin.post_page(f"{page}/refuse", {"reason": ""}, status=422)
    for client in (owner, stranger):
        assert client.send(f"{page}/approve", {"evidence": "Mine"}).status_code in (403, 404)
    assert stranger.send(f"/senders/{public_id}/withdraw", {}).status_code == 404
    for _ in range(2):
        admin.post_page(f"{page}/refuse", {"reason": "You are no police"})
    assert "The operator says: You are no police" in owner.get_page("/senders").get_text()
    assert "Removed." in owner.post_page(f"/senders/{public_id}/withdraw").get_text()


def test_several_ways_of_sending_are_offered_with_their_prices(
    app: Flask, cast: Cast, owner: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    assert "How it is sent" not in owner.get_page("/campaigns/new").get_text()
    with app.app_context():
        with transaction() as session:
            session.add(
                Route(
                    code="fast",
                    name="SPEED",
                    sender="71234",
                    names=False,
                    offered=True,
                    description="It leaves first.",
                )
            )
        db.session.remove()
    text = words(owner.get_page("/campaigns/new").get_text(" "))
    assert "SPEED It leaves first." in text
    assert "€0.03 each at home." in text
    owner.post_page("/campaigns/new", typed(route="fast"))
    (campaign,) = stored()
    with app.app_context():
        assert campaign.route_id != defaults.default_route().id
    page = owner.post_page("/campaigns/new", typed(route="nowhere"))
    assert "This way of sending is not offered" in page.get_text()
    owner.post_page("/senders", ASKED)
    page = owner.post_page("/campaigns/new", typed(sender=id_of(app, "Kwiaty Ani"), text=OFFER))
    assert "Kwiaty Ani is not approved. Choose another sender." in page.get_text()
