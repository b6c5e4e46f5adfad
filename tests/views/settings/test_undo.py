"""Somebody else takes an account over; the link of the first letter gives it back."""

from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import RecoveryCode, Session, User
from promosms.services.auth import passwords, recovery_codes, totp
from promosms.services.auth.sign_in import set_password
from tests.support.cast import Cast, Person
from tests.support.clock import Clock
from tests.support.pages import PageClient
from tests.views.auth.outbox import last_link, last_password, texts
from tests.views.auth.two_factor import code, half_way, protect, user_of
from tests.views.settings.test_email_change import NEW as EVIL
from tests.views.settings.test_email_change import change, link_to
from tests.views.settings.test_phone_change import CODE, ask
from tests.views.settings.test_phone_change import NEW as EVIL_NUMBER

OLD_NUMBER = "+48601000101"


def second_step(app: Flask, person: Person) -> tuple[object, ...]:
    """What the second step of a person is made of."""
    user = user_of(app, person)
    with app.app_context():
        query = select(RecoveryCode.mark, RecoveryCode.code_hash)
        codes = db.session.execute(query.where(RecoveryCode.user_id == user.id)).all()
        db.session.remove()
    return user.totp_encrypted, user.totp_counter, user.totp_on_at, sorted(map(tuple, codes))


def take_over(app: Flask, person: Person, thief: PageClient) -> None:
    """Everything else that somebody with the session and the password can change."""
    typed = ask(app, thief)
    thief.post_page(CODE, {"code": typed})
    thief.post_page(link_to(app, EVIL))
    with app.app_context():
        user = db.session.get_one(User, person.user_id)
        totp.switch_off(user)
        with transaction():
            user = db.session.get_one(User, person.user_id)
            user.totp_encrypted, user.totp_counter = b"the app of somebody else", 1
            recovery_codes.replace(user, recovery_codes.new_set())
            set_password(user, passwords.hash_password("the words of somebody else"))
        db.session.remove()


def test_the_link_of_the_first_letter_gives_everything_back(
    app: Flask, cast: Cast, owner: PageClient, visitor: PageClient, clock: Clock
) -> None:
    protect(app, cast.owner)
    before = second_step(app, cast.owner)
    undo = change(app, cast, owner)
    take_over(app, cast.owner, owner)
    owner = cast.owner.browser()
    owner.post_page("/settings/email", {"email": "second@evil.example"})
    owner.post_page(link_to(app, "second@evil.example"))
    later = link_to(app, EVIL)
    clock.move(days=6, hours=23)
    assert "101 again" in visitor.get_page(undo).get_text()
    assert visitor.send(undo).location == "/forgotten"
    user = user_of(app, cast.owner)
    assert (user.email, user.phone) == (cast.owner.email, OLD_NUMBER)
    assert second_step(app, cast.owner) == before
    assert (user.password_hash, user.system_hash, user.totp_off_at) == (None, None, None)
    assert EVIL_NUMBER != OLD_NUMBER
    with app.app_context():
        assert db.session.scalars(select(Session).where(Session.user_id == user.id)).all() == []
        db.session.remove()
    for gone in (undo, later):
        PageClient(app).post_page(gone, status=410)
    visitor.post_page("/forgotten", {"email": cast.owner.email})
    visitor.post_page(last_link(app))
    assert texts(app)[-1].phone == OLD_NUMBER
    back = half_way(app, cast.owner, last_password(app))
    assert back.send("/login/code", {"code": code(clock)}).status_code == 303


def test_a_page_says_what_to_do_when_others_have_the_address(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient, visitor: PageClient
) -> None:
    undo = change(app, cast, owner)
    stranger.post_page("/settings/email", {"email": cast.owner.email})
    stranger.post_page(link_to(app, cast.owner.email))
    for client in (visitor, cast.owner.browser()):
        assert "another account" in client.get_page(undo, 409).get_text()
        client.post_page(undo, status=409)
    assert user_of(app, cast.owner).email == EVIL
    assert user_of(app, cast.stranger).email == cast.owner.email
