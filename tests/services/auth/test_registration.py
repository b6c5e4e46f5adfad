"""Registration: one account for one address, within the budget of texts."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Account, Email, EmailLink, LedgerEntry, Message, User
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.auth import one_time_passwords, registration
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.one_time_passwords import TextRefused
from tests.support.settings import override


def token_for(email: str, phone: str = "+48601234567") -> str:
    registration.ask(email, phone)
    body = db.session.scalars(select(Email.body).order_by(Email.id.desc()).limit(1)).one()
    return body.split("/register/")[1].split()[0]


def count(model: type) -> int:
    return db.session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize(
    ("phone", "zone"),
    [
        ("+48601234567", "Europe/Warsaw"),
        ("+447400123456", "Europe/London"),
        ("+34612345678", "Europe/Madrid"),
        ("+351912345678", "Europe/Lisbon"),
        ("+353850123456", "Europe/Dublin"),
        ("+420601123456", "Europe/Prague"),
        ("+4915123456789", "Europe/Berlin"),
        ("+12125550123", "America/New_York"),
        ("+13105550123", "America/Los_Angeles"),
    ],
)
def test_it_guesses_the_zone(phone: str, zone: str) -> None:
    assert registration.timezone_of(phone) == zone


@pytest.mark.usefixtures("context")
def test_a_refused_text_changes_nothing(app: Flask) -> None:
    token = token_for("anna@example.com")
    override(app, verification_texts_per_hour=0)
    with pytest.raises(TextRefused) as refused:
        registration.confirm(token)
    assert refused.value.code is PumpingProblem.BUDGET
    assert [count(model) for model in (Account, User, LedgerEntry, Message)] == [0, 0, 0, 0]
    assert count(EmailLink) == 1


@pytest.mark.usefixtures("context")
def test_one_number_gets_three_texts_a_day_in_all(app: Flask) -> None:
    for name in "abc":
        registration.confirm(token_for(f"{name}@example.com"))
    with pytest.raises(TextRefused) as refused:
        registration.confirm(token_for("d@example.com"))
    assert refused.value.code is PumpingProblem.NUMBER
    registration.confirm(token_for("e@example.com", "+48601234568"))


def at_once(app: Flask, tokens: list[str]) -> list[str]:
    """Confirm all links at the same moment; returns the result of each."""
    results: list[str] = []
    barrier = threading.Barrier(len(tokens))

    def confirm(token: str) -> None:
        with app.app_context():
            barrier.wait()
            try:
                registration.confirm(token)
                results.append("done")
            except LinkGone:
                results.append("gone")
            except TextRefused as refused:
                results.append(refused.code)

    threads = [threading.Thread(target=confirm, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


@pytest.mark.usefixtures("context")
def test_one_link_used_four_times_at_once_makes_one_account(app: Flask) -> None:
    token = token_for("anna@example.com")
    db.session.remove()
    assert at_once(app, [token] * 4) == ["done", "gone", "gone", "gone"]
    assert [count(model) for model in (Account, User, LedgerEntry, Message)] == [1, 1, 1, 1]


@pytest.mark.usefixtures("context")
def test_two_links_of_one_address_at_once_make_one_account(app: Flask) -> None:
    tokens = [token_for("anna@example.com"), token_for("anna@example.com")]
    db.session.remove()
    assert at_once(app, tokens) == ["done", "gone"]
    assert [count(model) for model in (Account, User, LedgerEntry, Message)] == [1, 1, 1, 1]


@pytest.mark.usefixtures("context")
def test_the_budget_holds_for_concurrent_requests(app: Flask) -> None:
    override(app, verification_texts_per_hour=2)
    tokens = [token_for(f"{n}@example.com", f"+4860123450{n}") for n in range(5)]
    db.session.remove()
    assert at_once(app, tokens) == ["budget", "budget", "budget", "done", "done"]
    assert count(Message) == 2


@pytest.mark.usefixtures("context")
def test_the_text_is_one_part_without_link_and_address(app: Flask) -> None:
    registration.confirm(token_for("anna@example.com"))
    message = db.session.scalars(select(Message)).one()
    assert message.parts == 1
    assert message.text.startswith("PromoSMS")
    assert "30 minutes" in message.text
    assert not [mark for mark in ("http", "www", "@", "example") if mark in message.text]


def test_a_secret_is_hidden_in_its_repr() -> None:
    secret = one_time_passwords.Secret("K7QM-ACDE-FGHJ-34XY", "hash")
    assert "K7QM" not in repr(secret)
