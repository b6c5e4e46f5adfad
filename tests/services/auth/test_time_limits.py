"""Times of sign-in, two-factor sign-in and links in e-mails: a minute before and a minute after."""

from datetime import timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import EmailLinkKind, Session, User
from promosms.services.auth import email_links, totp, two_factor
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.views.auth.two_factor import protect

HOUR, DAY, WEEK = 60, 24 * 60, 7 * 24 * 60
LINKS = {
    EmailLinkKind.REGISTER: DAY,
    EmailLinkKind.RESET: HOUR,
    EmailLinkKind.DELETE: HOUR,
    EmailLinkKind.ADMIN: DAY,
    EmailLinkKind.EMAIL: DAY,
    EmailLinkKind.UNDO: WEEK,
    EmailLinkKind.PHONE: DAY,
    EmailLinkKind.KEEP: WEEK,
    EmailLinkKind.COLLEAGUE: WEEK,
}
BORDER = pytest.mark.parametrize(("after", "open_"), [(-1, True), (1, False)])


def test_every_kind_of_link_is_here() -> None:
    assert set(LINKS) == set(EmailLinkKind)


@BORDER
@pytest.mark.parametrize("kind", LINKS)
def test_a_link_opens_until_its_time_is_over(
    app: Flask, clock: Clock, kind: EmailLinkKind, after: int, open_: bool
) -> None:
    with app.app_context():
        token = email_links.new_link(kind, "anna@example.com").rpartition("/")[2]
        clock.move(minutes=LINKS[kind] + after)
        email_links.forget_expired()
        if open_:
            assert email_links.find(kind, token).email == "anna@example.com"
        else:
            with pytest.raises(email_links.LinkGone):
                email_links.find(kind, token)


@BORDER
def test_a_challenge_is_open_for_ten_minutes(
    app: Flask, cast: Cast, clock: Clock, after: int, open_: bool
) -> None:
    protect(app, cast.owner)
    with app.app_context():
        token = two_factor.begin(db.session.get_one(User, cast.owner.user_id))
        clock.move(minutes=10 + after)
        two_factor.forget_expired()
        if open_:
            assert two_factor.find(token).user_id == cast.owner.user_id
        else:
            with pytest.raises(two_factor.ChallengeGone):
                two_factor.find(token)


@pytest.mark.parametrize(
    ("minutes", "due"),
    [(DAY - 1, False), (DAY + 1, True), (DAY + WEEK - 1, True), (DAY + WEEK + 1, False)],
)
def test_lost_codes_are_given_up_after_a_day_and_within_a_week(
    app: Flask, cast: Cast, clock: Clock, minutes: int, due: bool
) -> None:
    protect(app, cast.owner)
    with app.app_context():
        user = db.session.get_one(User, cast.owner.user_id)
        two_factor.request_removal(two_factor.begin(user, by_text=True))
        clock.move(minutes=minutes)
        assert two_factor.removal_due(user) == due


@BORDER
def test_an_offered_secret_can_be_used_for_half_an_hour(
    app: Flask, cast: Cast, clock: Clock, after: int, open_: bool
) -> None:
    cast.owner.browser()
    with app.app_context():
        session = db.session.scalars(db.select(Session)).one()
        encrypted = totp.offer(session).encrypted
        clock.move(minutes=30 + after)
        if open_:
            assert totp.offered(session, encrypted).encrypted == encrypted
        else:
            with pytest.raises(totp.OfferGone):
                totp.offered(session, encrypted)


def test_a_request_to_give_up_codes_stays_the_same_for_a_week(
    app: Flask, cast: Cast, clock: Clock
) -> None:
    """Asking again does not prolong the wait; after the week it begins again."""
    protect(app, cast.owner)
    with app.app_context():
        user = db.session.get_one(User, cast.owner.user_id)
        two_factor.request_removal(two_factor.begin(user, by_text=True))
        first = user.totp_off_at
        assert first is not None
        clock.move(minutes=DAY + WEEK - 1)
        two_factor.request_removal(two_factor.begin(user, by_text=True))
        assert user.totp_off_at == first
        clock.move(minutes=2)
        two_factor.request_removal(two_factor.begin(user, by_text=True))
        assert user.totp_off_at is not None
        assert user.totp_off_at - first > timedelta(days=7)
        with transaction():
            user.totp_off_at = None
