"""Undoing changes of factors: what comes back, what falls, and what nobody else notices."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Email,
    EmailLink,
    EmailLinkKind,
    Message,
    PhoneChange,
    Priority,
    RecoveryCode,
    Session,
    TextRefusal,
    TwoFactorChallenge,
    User,
    now,
)
from promosms.services.auth import (
    email_changes,
    email_links,
    one_time_passwords,
    passwords,
    phone_changes,
    recovery_codes,
    sessions,
    sign_in,
    totp,
    two_factor,
    undo_changes,
)
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.sign_in import WrongPassword
from promosms.services.auth.totp import OfferGone
from promosms.services.auth.undo_changes import AddressTaken
from promosms.services.privacy import erasure, erasure_requests
from promosms.sms.segments import measure
from tests.support.cast import Cast, Person
from tests.support.clock import Clock
from tests.views.auth.two_factor import code, protect

pytestmark = pytest.mark.usefixtures("context")
EVIL, EVIL_NUMBER = "thief@evil.example", "+48601000777"


@dataclass
class Change:
    """A change of a factor, by the function that makes it for a user."""

    make: Callable[[User], object]
    protected: bool = True


def new_email(user: User, email: str = EVIL) -> None:
    email_changes.apply(_token(EmailLinkKind.EMAIL, user, email=email))


def new_number(user: User, phone: str = EVIL_NUMBER) -> Message | None:
    return phone_changes.apply(_token(EmailLinkKind.PHONE, user, phone=phone))


def other_app(user: User) -> None:
    totp.switch_off(user)
    switch_on(user)


def switch_on(user: User) -> None:
    with transaction() as session:
        row = Session(token_hash="t", user_id=user.id, browser="")
        session.add(row)
    offer = totp.offer(row)
    secret_code = pyotp.TOTP(offer.secret).at(now())
    totp.switch_on(row, "", offer.encrypted, secret_code)


CHANGES = {
    "email": Change(new_email),
    "number": Change(new_number),
    "on": Change(switch_on, protected=False),
    "other app": Change(other_app),
    "off": Change(totp.switch_off),
    "codes": Change(totp.new_codes),
}


def _token(kind: EmailLinkKind, user: User, email: str = "", phone: str = "") -> str:
    return email_links.new_link(kind, email, phone, user=user).rpartition("/")[2]


def undo_tokens(*, first: str) -> list[str]:
    """The tokens of the letters so far that undo something, the first one went to `first`."""
    letters = db.session.execute(select(Email.recipient, Email.body).order_by(Email.id)).all()
    found = [
        (recipient, match[1])
        for recipient, body in letters
        if (match := re.search(r"/change/undo/(\S+)", body))
    ]
    assert found[0][0] == first
    return [token for _, token in found]


def state(person: Person) -> tuple[object, ...]:
    """All factors of a person except for the password."""
    db.session.rollback()
    user = db.session.get_one(User, person.user_id, populate_existing=True)
    codes = select(RecoveryCode.mark, RecoveryCode.code_hash)
    rows = db.session.execute(codes.where(RecoveryCode.user_id == user.id)).all()
    step = user.totp_encrypted, user.totp_counter, user.totp_on_at
    return user.email, user.phone, *step, sorted(map(tuple, rows))


def owner(app: Flask, cast: Cast, *, protected: bool = True) -> User:
    if protected:
        protect(app, cast.owner)
    return db.session.get_one(User, cast.owner.user_id)


@pytest.mark.parametrize("name", CHANGES)
def test_the_first_letter_brings_everything_back(app: Flask, cast: Cast, name: str) -> None:
    """Whatever is changed first, everything else is changed after it, and twice the address."""
    first = CHANGES[name]
    user = owner(app, cast, protected=first.protected)
    before, strangers = state(cast.owner), state(cast.stranger)
    first.make(user)
    for later in (new_email, new_number, other_app, totp.new_codes):
        later(user)
    new_email(user, "second@evil.example")
    email_changes.ask(user, "third@evil.example")
    two_factor.request_removal(two_factor.begin(user, by_text=True))
    with transaction() as session:
        change = PhoneChange(user_id=user.id, phone=EVIL_NUMBER, code_hash="", expires_at=now())
        session.add(change)
    one_time_passwords.send(user, one_time_passwords.Secret("system", "hash"))
    tokens = undo_tokens(first=cast.owner.email)
    undo_changes.apply(tokens[0])
    assert state(cast.owner) == before
    assert state(cast.stranger) == strangers
    user = db.session.get_one(User, user.id)
    assert (user.password_hash, user.system_hash, user.system_expires_at) == (None, None, None)
    assert user.totp_off_at is None
    for model in (Session, EmailLink, PhoneChange, TwoFactorChallenge):
        count = select(func.count()).select_from(model).where(model.user_id == user.id)
        assert db.session.scalar(count) == 0, model
    for token in tokens:
        with pytest.raises(LinkGone):
            undo_changes.apply(token)


@pytest.mark.parametrize(("minutes", "open_"), [(-1, True), (1, False)])
def test_it_can_be_undone_for_seven_days_and_is_then_forgotten(
    app: Flask, cast: Cast, clock: Clock, minutes: int, open_: bool
) -> None:
    user = owner(app, cast)
    before = state(cast.owner)
    new_number(user)
    changed = state(cast.owner)
    (token,) = undo_tokens(first=user.email)
    clock.move(days=7, minutes=minutes)
    email_links.forget_expired()
    kept = db.session.scalars(select(EmailLink.factors_encrypted)).all()
    assert len(kept) == open_
    if open_:
        undo_changes.apply(token)
    else:
        with pytest.raises(LinkGone):
            undo_changes.apply(token)
    assert state(cast.owner) == (before if open_ else changed)


def test_what_is_kept_is_encrypted(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    hashes = db.session.scalars(select(RecoveryCode.code_hash)).all()
    new_email(user)
    kept = db.session.scalars(
        select(EmailLink.factors_encrypted).where(EmailLink.kind == EmailLinkKind.UNDO)
    ).one()
    assert kept is not None
    for secret in (user.phone, *hashes):
        assert secret.encode() not in kept


def test_the_link_of_the_thief_leaves_that_of_the_owner(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    before = state(cast.owner)
    new_email(user)
    between = state(cast.owner)
    new_email(user, "second@evil.example")
    first, second = undo_tokens(first=cast.owner.email)
    undo_changes.apply(second)
    assert state(cast.owner) == between
    undo_changes.apply(first)
    assert state(cast.owner) == before


def test_links_used_at_once_end_with_the_first(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    before = state(cast.owner)
    new_email(user)
    new_number(user)
    first, second = undo_tokens(first=cast.owner.email)
    db.session.rollback()
    barrier, done = threading.Barrier(4), []

    def click(token: str) -> None:
        with app.app_context():
            barrier.wait()
            try:
                undo_changes.apply(token)
                done.append(token)
            except LinkGone:
                pass

    threads = [threading.Thread(target=click, args=(t,)) for t in (first, second, first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.count(first) == 1
    assert done.count(second) <= 1
    assert state(cast.owner) == before


def test_a_used_code_is_not_brought_back(app: Flask, cast: Cast, clock: Clock) -> None:
    codes = protect(app, cast.owner)
    user = db.session.get_one(User, cast.owner.user_id)
    new_email(user)
    typed = code(clock)
    assert recovery_codes.use(user, codes[0])
    assert totp.use(user, typed)
    undo_changes.apply(undo_tokens(first=cast.owner.email)[0])
    user = db.session.get_one(User, cast.owner.user_id)
    assert recovery_codes.left(user) == 9
    assert not recovery_codes.use(user, codes[0])
    assert recovery_codes.use(user, codes[1])
    assert not totp.use(user, typed)


def test_an_address_that_others_have_meanwhile_stays_theirs(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    before = state(cast.owner)
    new_email(user)
    changed = state(cast.owner)
    (token,) = undo_tokens(first=cast.owner.email)
    stranger = db.session.get_one(User, cast.stranger.user_id)
    new_email(stranger, cast.owner.email)
    strangers = state(cast.stranger)
    for use in (undo_changes.find, undo_changes.apply):
        with pytest.raises(AddressTaken):
            use(token)
    assert (state(cast.owner), state(cast.stranger)) == (changed, strangers)
    new_email(db.session.get_one(User, cast.stranger.user_id), "other@example.com")
    undo_changes.apply(token)
    assert state(cast.owner) == before


def test_a_number_that_others_have_meanwhile_stays_theirs_too(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    before = state(cast.owner)
    new_number(user)
    new_number(db.session.get_one(User, cast.stranger.user_id), "+48601000101")
    strangers = state(cast.stranger)
    undo_changes.apply(undo_tokens(first=cast.owner.email)[0])
    assert (state(cast.owner), state(cast.stranger)) == (before, strangers)


def test_a_link_from_before_snapshots_restores_the_address_only(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    step = state(cast.owner)[1:]
    new_email(user)
    with transaction() as session:
        session.execute(update(EmailLink).values(factors_encrypted=None))
    undo_changes.apply(undo_tokens(first=cast.owner.email)[0])
    assert state(cast.owner) == (cast.owner.email, *step)


def test_the_mailbox_of_an_admin_does_not_undo_the_second_step(app: Flask, cast: Cast) -> None:
    protect(app, cast.admin)
    admin = db.session.get_one(User, cast.admin.user_id)
    totp.new_codes(admin)
    other_app(admin)
    assert db.session.scalars(select(EmailLink)).all() == []
    bodies = db.session.scalars(select(Email.body)).all()
    assert len(bodies) == 3
    assert all("/forgotten" in body and "/change/undo/" not in body for body in bodies)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "PromoSMS: this number no longer belongs to your account. If it was not you, take it "
            "back within 7 days with the link in our e-mail.",
        ),
        (
            "pl",
            "PromoSMS: ten numer nie nalezy juz do Twojego konta. Jesli to nie Ty, cofnij zmiane "
            "w ciagu 7 dni linkiem z naszego e-maila.",
        ),
    ],
)
def test_the_old_number_is_told_by_a_free_text(
    app: Flask, cast: Cast, language: str, text: str
) -> None:
    user = owner(app, cast)
    with transaction():
        user.language = language
    message = new_number(user)
    assert message is not None
    assert (message.phone, message.text) == ("+48601000101", text)
    assert (message.priority, message.price) == (Priority.VERIFICATION, 0)
    measured = measure(message.text)
    assert (measured.encoding, measured.parts) == ("gsm7", 1)
    assert db.session.get_one(Account, cast.owner.account_id).balance == 100_000


def test_no_text_goes_to_no_number_or_to_the_same(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    assert new_number(user, user.phone) is None
    with transaction():
        user.phone = ""
    assert new_number(user) is None
    assert db.session.scalars(select(Message)).all() == []


def test_a_number_has_three_such_texts_a_day(app: Flask, cast: Cast, clock: Clock) -> None:
    user, sent = owner(app, cast), []
    for phone in ("+48601000777", "+48601000101") * 4:
        sent.append(new_number(user, phone))
        clock.move(minutes=61)
    assert [message is not None for message in sent] == [True] * 6 + [False] * 2
    assert user.phone == "+48601000101"
    assert db.session.scalars(select(TextRefusal.layer)).all() == ["number"] * 2
    clock.move(hours=24)
    assert new_number(user) is not None


def test_a_request_on_its_way_changes_nothing_afterwards(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link is used while the password or the recovery codes of the thief are hashed."""
    user = owner(app, cast, protected=False)
    before = state(cast.owner)
    new_email(user)
    first = undo_tokens(first=cast.owner.email)[0]
    token = sessions.open_session(user, "thief")
    row = db.session.scalars(select(Session)).one()
    offer = totp.offer(row)
    typed = pyotp.TOTP(offer.secret).at(now())
    hashing = passwords.hash_password
    uses = [first]

    def undo_meanwhile(password: str) -> str:
        hashed = hashing(password)
        if uses:
            undo_changes.apply(uses.pop())
        return hashed

    monkeypatch.setattr(passwords, "hash_password", undo_meanwhile)
    with pytest.raises(OfferGone):
        totp.switch_on(row, token, offer.encrypted, typed)
    user = db.session.get_one(User, cast.owner.user_id)
    new_email(user)
    token = sessions.open_session(user, "thief")
    uses.append(undo_tokens(first=cast.owner.email)[-1])
    with pytest.raises(WrongPassword):
        sign_in.choose_password(user, "the words of the thief", token)
    assert state(cast.owner) == before
    assert db.session.get_one(User, cast.owner.user_id).password_hash is None


def test_closing_the_account_deletes_what_is_kept(app: Flask, cast: Cast) -> None:
    user = owner(app, cast)
    new_email(user)
    (token,) = undo_tokens(first=cast.owner.email)
    erasure.begin(cast.owner.account_id, user.public_id, erasure_requests.new_link())
    assert db.session.scalars(select(EmailLink)).all() == []
    with pytest.raises(LinkGone):
        undo_changes.apply(token)
