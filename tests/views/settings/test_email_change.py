"""Changing the e-mail address."""

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Email
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient, words
from tests.views.auth.outbox import LINK
from tests.views.auth.two_factor import user_of

NEW = "anna@new.example"


def emails(app: Flask, address: str) -> list[Email]:
    with app.app_context():
        query = select(Email).where(Email.recipient == address).order_by(Email.id)
        rows = list(db.session.scalars(query))
        db.session.expunge_all()
        return rows


def link_to(app: Flask, address: str) -> str:
    match = LINK.search(emails(app, address)[-1].body)
    assert match is not None
    return match[1]


def ask(app: Flask, owner: PageClient) -> str:
    owner.post_page("/settings/email", {"email": NEW})
    return link_to(app, NEW)


def change(app: Flask, cast: Cast, owner: PageClient) -> str:
    """Change the address; returns the link that restores the old one."""
    owner.post_page(ask(app, owner))
    return link_to(app, cast.owner.email)


def test_nothing_changes_before_the_new_address_is_confirmed(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient
) -> None:
    link = ask(app, owner)
    assert [email.subject for email in emails(app, cast.owner.email)] == [
        "Your e-mail address is to be changed"
    ]
    visitor.get_page(link)
    assert user_of(app, cast.owner).email == cast.owner.email
    visitor.send(link)
    assert user_of(app, cast.owner).email == NEW
    assert visitor.send("/login", {"email": NEW, "password": PASSWORD}).status_code == 303


def test_other_browsers_are_signed_out(app: Flask, cast: Cast, owner: PageClient) -> None:
    second_browser = cast.owner.browser()
    page = owner.post_page(ask(app, owner))
    assert NEW in page.get_text()
    assert "/login" in second_browser.get("/settings").location
    assert emails(app, NEW)[-1].subject == "Your e-mail address was changed"


def test_the_link_works_once_and_for_a_day(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient, clock: Clock
) -> None:
    first = ask(app, owner)
    second = ask(app, owner)
    visitor.get_page(first, 410)
    visitor.send(second)
    visitor.get_page(second, 410)
    late = PageClient(app)
    stranger = cast.stranger.browser()
    stranger.post_page("/settings/email", {"email": "late@example.com"})
    link = link_to(app, "late@example.com")
    clock.move(hours=25)
    late.post_page(link, status=410)


def test_only_the_owner_learns_that_an_address_is_taken(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    taken = owner.post_page("/settings/email", {"email": "Stranger@Example.com"})
    free = owner.post_page("/settings/email", {"email": NEW})
    unchanged = owner.post_page("/settings/email", {"email": cast.owner.email})
    same = [
        words(page.main.get_text()).replace(address, "")
        for page, address in (
            (taken, "Stranger@example.com"),
            (free, NEW),
            (unchanged, cast.owner.email),
        )
    ]
    assert len(set(same)) == 1
    (email,) = emails(app, cast.stranger.email)
    assert email.subject == "This address already has an account"
    assert "/change/" not in email.body


def test_an_address_taken_in_the_meantime_is_refused(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient
) -> None:
    owner_link = ask(app, owner)
    stranger.post_page("/settings/email", {"email": NEW})
    stranger_link = link_to(app, NEW)
    PageClient(app).send(stranger_link)
    PageClient(app).post_page(owner_link, status=410)
    assert user_of(app, cast.owner).email == cast.owner.email
    assert user_of(app, cast.stranger).email == NEW


def test_the_old_address_can_be_restored(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient, clock: Clock
) -> None:
    undo = change(app, cast, owner)
    email = emails(app, cast.owner.email)[-1]
    assert NEW not in email.body
    assert "a•••@new.example" in email.body
    clock.move(days=6, hours=23)
    visitor.get_page(undo)
    assert user_of(app, cast.owner).email == NEW
    thief = cast.owner.browser()
    assert visitor.send(undo).location == "/forgotten"
    user = user_of(app, cast.owner)
    assert user.email == cast.owner.email
    assert user.password_hash is None
    assert "/login" in thief.get("/settings").location
    for address in (NEW, cast.owner.email):
        form = {"email": address, "password": PASSWORD}
        assert PageClient(app).send("/login", form).status_code == 200
    visitor.get_page(undo, 410)


def test_after_a_week_it_cannot_be_restored(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient, clock: Clock
) -> None:
    undo = change(app, cast, owner)
    clock.move(days=7, minutes=1)
    visitor.post_page(undo, status=410)
    assert user_of(app, cast.owner).email == NEW


def test_it_works_in_the_browser_that_is_signed_in(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    undo = change(app, cast, owner)
    assert owner.send(undo).location == "/forgotten"
    owner.get_page("/forgotten")


def test_after_two_changes_the_first_address_can_be_restored(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    first = change(app, cast, owner)
    owner.post_page("/settings/email", {"email": "third@new.example"})
    owner.post_page(link_to(app, "third@new.example"))
    PageClient(app).send(first)
    assert user_of(app, cast.owner).email == cast.owner.email


def test_a_link_of_another_kind_is_refused(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient
) -> None:
    token = ask(app, owner).rsplit("/", 1)[1]
    for path in ("undo", "phone", "keep"):
        visitor.post_page(f"/change/{path}/{token}", status=410)
    visitor.get_page(f"/forgotten/{token}", 410)


def test_an_invalid_address_is_explained(owner: PageClient) -> None:
    page = owner.post_page("/settings/email", {"email": "anna"}, 422)
    assert "This is not an e-mail address." in page.get_text()
