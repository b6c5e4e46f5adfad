"""The pages of the admins: the list, taking the right away, leaving."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, Email, Role, Session, User, now
from promosms.services.accounts import admins
from promosms.services.auth import invitations, reauthentication, totp
from tests.support.cast import PASSWORD, Cast, Person, _user
from tests.support.pages import PageClient, words
from tests.support.settings import override

LEAVE = {"password": PASSWORD, "confirmed": "y"}


@pytest.fixture
def ben(app: Flask, cast: Cast) -> Person:
    """A second admin."""
    with app.app_context():
        return _user(app, None, "ben@example.com", Role.ADMIN, "")


def revoke_url(app: Flask, person: Person) -> str:
    with app.app_context():
        return f"/admin/admins/{db.session.get_one(User, person.user_id).public_id}/revoke"


def test_another_admin_loses_the_right_at_the_next_request(
    app: Flask, admin: PageClient, ben: Person
) -> None:
    browser, url = ben.browser(), revoke_url(app, ben)
    browser.get_page("/admin")
    page = admin.get_page("/admin/admins")
    assert url in [link["href"] for link in page.select("main a")]
    assert "Write a reason" in admin.post_page(url, {"reason": ""}, status=422).get_text()
    page = admin.post_page(url, {"reason": "Left the company"})
    assert "ben@example.com is no longer an admin" in page.get_text()
    for client_answer in (browser.get("/admin"), browser.get("/settings")):
        assert "/login" in client_answer.location
    assert browser.send("/admin/gateways/Simulator/pause").status_code == 401
    admin.get_page(url, status=404)


def test_it_asks_for_the_password_again(app: Flask, admin: PageClient, ben: Person) -> None:
    url = revoke_url(app, ben)
    with app.app_context(), transaction() as session:
        long_ago = now() - 2 * reauthentication.VALID
        session.execute(update(Session).values(confirmed_at=long_ago))
    assert "/confirm" in admin.get(url).location
    assert admin.send(url, {"reason": "Left"}).status_code == 303
    with app.app_context():
        assert db.session.get(User, ben.user_id) is not None


def test_the_last_admin_reads_what_to_do(app: Flask, cast: Cast, admin: PageClient) -> None:
    page = admin.get_page("/admin/leave")
    assert page.select("a[href='/admin/admins/invite']")
    assert not page.select("form[action='/admin/leave']")
    page = admin.post_page("/admin/leave", LEAVE)
    assert "Nothing was changed" in page.get_text()
    assert admin.send(revoke_url(app, cast.admin), {"reason": "x"}).location.endswith("/leave")


def test_an_admin_leaves_with_the_password(app: Flask, admin: PageClient, ben: Person) -> None:
    assert "/admin/leave" in [link["href"] for link in admin.get_page("/settings").select("main a")]
    wrong = admin.post_page("/admin/leave", {**LEAVE, "password": "wrong words"}, status=422)
    assert "This is not right" in wrong.get_text()
    assert "Tick this box" in words(
        admin.post_page("/admin/leave", {"password": PASSWORD}, status=422).get_text()
    )
    assert admin.send("/admin/leave", LEAVE).location.endswith("/login")
    assert "/login" in admin.get("/admin").location
    with app.app_context():
        assert db.session.scalars(select(User.email).where(User.role == Role.ADMIN)).all() == [
            "ben@example.com"
        ]


def test_an_admin_who_asks_for_a_link_reads_where_to_leave(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    visitor.send("/leave", {"email": "admin@example.com"})
    with app.app_context():
        assert "/admin/leave" in db.session.scalars(select(Email.body)).one()


def invited(app: Flask, address: str) -> str:
    """The path of the newest invitation to an address."""
    with app.app_context():
        query = select(Email.body).where(Email.recipient == address).order_by(Email.id.desc())
        body = db.session.scalars(query).first() or ""
    return next(word for word in body.split() if "/admin/join/" in word).partition("8443")[2]


def test_an_admin_invites_another_one_who_sets_up_two_steps_first(
    app: Flask, cast: Cast, admin: PageClient, visitor: PageClient
) -> None:
    taken = admin.post_page("/admin/admins/invite", {"email": "Owner@example.com"}, status=422)
    assert "There is a user with this address" in taken.get_text()
    page = admin.post_page("/admin/admins/invite", {"email": "Ben@Example.com"})
    assert "ben@example.com" in page.get_text()
    first = invited(app, "ben@example.com")
    admin.send("/admin/admins/invite", {"email": "ben@example.com"})
    link = invited(app, "ben@example.com")
    assert visitor.get(first).status_code == 410
    with app.app_context():
        invitations.invite_admin(another=True)  # printed ones and sent ones leave each other alone
        assert [row.email for row in invitations.waiting()] == ["ben@example.com", ""]
    override(app, production=True)
    assert not visitor.get_page(link).select("input[name=email]")
    form = {"email": "evil@example.com", "password": "yellow boats under trees"}
    assert visitor.send(link, form).status_code == 303
    assert visitor.get(link).status_code == 410
    for path in ("/admin", "/admin/admins", "/settings", "/password/change"):
        assert visitor.get(path).location == "/settings/two-steps/on", path
    visitor.get_page("/settings/two-steps/on")
    response = visitor.send("/admin/admins/invite", {"email": "x@y.org"})
    assert response.location == "/settings/two-steps/on"
    with app.app_context():
        ben = db.session.scalars(select(User).where(User.email == "ben@example.com")).one()
        assert (ben.role, ben.account_id, totp.required(ben)) == (Role.ADMIN, None, True)
        assert not admins.can_work(ben)
        acts = db.session.execute(
            select(AuditEntry.action, AuditEntry.actor, AuditEntry.subject).order_by(AuditEntry.id)
        ).all()
        anna = db.session.get_one(User, cast.admin.user_id).public_id
        assert acts == [("admin.invite", anna, "")] * 2 + [("admin.join", ben.public_id, anna)]
        told = select(Email.body).where(Email.recipient == "admin@example.com")
        assert "ben@example.com has become an admin" in db.session.scalars(told).one()


def test_an_invitation_is_withdrawn_and_goes_with_its_sender(
    app: Flask, admin: PageClient, ben: Person
) -> None:
    with app.app_context():
        for address in ("cleo@example.com", "dora@example.com"):
            invitations.invite(address, ben.user_id)
    form = {"email": "cleo@example.com"}
    assert "is void" in admin.post_page("/admin/admins/withdraw-invitation", form).get_text()
    assert (
        "Nothing was changed"
        in admin.post_page("/admin/admins/withdraw-invitation", form).get_text()
    )
    admin.post_page(revoke_url(app, ben), {"reason": "Left"})
    with app.app_context():
        assert invitations.waiting() == []
        with pytest.raises(invitations.NotAdmin):
            invitations.invite("dora@example.com", ben.user_id)
