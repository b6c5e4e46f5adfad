"""E-mail links: each kind opens for its time, and not a minute longer."""

from datetime import timedelta

import pytest

from promosms.models import EmailLinkKind
from promosms.services.auth import email_links
from promosms.services.auth.email_links import LinkGone
from tests.support.clock import Clock

pytestmark = pytest.mark.usefixtures("context")

LIFETIMES = {
    "register": timedelta(hours=24),
    "reset": timedelta(hours=1),
    "delete": timedelta(hours=1),
    "admin": timedelta(hours=24),
    "email": timedelta(hours=24),
    "undo_email": timedelta(days=7),
    "phone": timedelta(hours=24),
    "totp_keep": timedelta(days=7),
}


def test_every_kind_has_its_lifetime_here() -> None:
    assert set(LIFETIMES) == set(EmailLinkKind)


@pytest.mark.parametrize(("name", "lifetime"), LIFETIMES.items())
def test_a_link_opens_until_its_time_is_over(clock: Clock, name: str, lifetime: timedelta) -> None:
    kind = EmailLinkKind(name)
    token = email_links.new_link(kind, email="anna@example.com").rsplit("/", 1)[1]
    clock.move(seconds=lifetime.total_seconds() - 60)
    email_links.forget_expired()
    assert email_links.find(kind, token).email == "anna@example.com"
    clock.move(minutes=2)
    with pytest.raises(LinkGone):
        email_links.find(kind, token)


def test_a_link_of_one_kind_is_none_of_another() -> None:
    token = email_links.new_link(EmailLinkKind.KEEP).rsplit("/", 1)[1]
    with pytest.raises(LinkGone):
        email_links.find(EmailLinkKind.UNDO, token)
