"""Forms that cause a verification text: with proof of work, without it, and what bots see."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from promosms.extensions import db
from promosms.models import Email, TextAttempt, now
from promosms.services.abuse import refusals
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.settings import Settings
from tests.support.cast import Cast
from tests.support.pages import PageClient, without_tokens
from tests.support.proof_of_work import solved
from tests.support.settings import copied, override
from tests.support.stopped_clock import stopped
from tests.views.auth.outbox import last_link, texts

FORM = {"email": "anna@example.com", "phone": "601 234 567"}
EARLY = "Please look at the form again"
NONE_NOW = "We send no texts for the moment"


@pytest.fixture
def limited(app: Flask) -> Flask:
    override(app, rate_limits=True)
    return app


def challenge(visitor: PageClient, form: str) -> dict[str, object]:
    response = visitor.get(f"/proof?form={form}")
    assert response.headers["Cache-Control"] == "no-store"
    fields: dict[str, object] = json.loads(response.data)
    return fields


def ask_for_link(visitor: PageClient, cast: Cast) -> None:
    """Ask for the link of a forgotten password, as a browser with scripts does."""
    solution = solved(challenge(visitor, "email"))
    visitor.post_page("/forgotten", {"email": cast.owner.email, "proof": solution})


def opened(visitor: PageClient) -> dict[str, str]:
    field = visitor.get_page("/register").select_one("input[name=opened]")
    return {**FORM, "opened": str(field["value"])}


def refused(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {layer: count for layer, count in refusals.of_day().items() if count}


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize("form", list(ProofForm))
def test_there_is_a_challenge_for_each_form(app: Flask, visitor: PageClient, form: str) -> None:
    fields = challenge(visitor, form)
    assert isinstance(fields["parameters"], dict)
    assert fields["parameters"]["data"] == {"form": form}
    assert fields["parameters"]["expiresAt"] <= now().timestamp() + 300
    assert fields["parameters"]["algorithm"] == "PBKDF2/SHA-256"


def test_there_is_none_for_other_forms(visitor: PageClient) -> None:
    assert visitor.get("/proof?form=login").status_code == 404


def test_its_cost_is_that_of_the_reference() -> None:
    assert Settings().proof_cost == 5_000


def test_registration_and_verification_text_need_a_proof_each(
    limited: Flask, visitor: PageClient
) -> None:
    with stopped() as clock:
        form = opened(visitor)
        clock.move(seconds=5)
        form["proof"] = solved(challenge(visitor, "register"))
        assert "Check your e-mail" in visitor.post_page("/register", form).get_text()
        link = last_link(limited)
        assert visitor.get_page(link).select("[data-proof='/proof?form=confirm']")
        page = visitor.post_page(link, {"proof": solved(challenge(visitor, "confirm"))})
        assert "We are texting a password" in page.get_text()
    with limited.app_context():
        proven = db.session.scalars(select(TextAttempt.proven)).all()
    assert list(proven) == [True, True]
    assert refused(limited) == {}


def test_it_works_without_script(limited: Flask, visitor: PageClient) -> None:
    with stopped() as clock:
        form = opened(visitor)
        clock.move(seconds=5)
        assert "Check your e-mail" in visitor.post_page("/register", form).get_text()
        page = visitor.post_page(last_link(limited), {"proof": ""})
    assert "We are texting a password" in page.get_text()
    assert len(texts(limited)) == 1


def test_a_proof_that_was_used_is_explained(limited: Flask, visitor: PageClient) -> None:
    with stopped() as clock:
        form = opened(visitor)
        clock.move(seconds=5)
        form["proof"] = solved(challenge(visitor, "register"))
        visitor.post_page("/register", form)
        page = visitor.post_page("/register", form, status=422)
    assert EARLY in page.get_text()
    assert page.select_one("#email")["value"] == FORM["email"]
    assert count(limited, Email) == 1
    assert refused(limited) == {PumpingProblem.PROOF: 1}


def test_the_link_survives_a_wrong_proof(limited: Flask, visitor: PageClient) -> None:
    with stopped() as clock:
        form = opened(visitor)
        clock.move(seconds=5)
        visitor.post_page("/register", form)
        link = last_link(limited)
        page = visitor.post_page(link, {"proof": "nonsense"})
        assert "Press the button once more" in page.get_text()
        assert page.title.get_text().startswith("Your address is confirmed")
        visitor.post_page(link, {"proof": solved(challenge(visitor, "confirm"))})
    assert len(texts(limited)) == 1


@pytest.mark.parametrize("stamp", [None, "", "12345.0." + "a" * 32])
def test_a_form_that_was_never_opened_is_refused(
    limited: Flask, visitor: PageClient, stamp: str | None
) -> None:
    form = FORM if stamp is None else {**FORM, "opened": stamp}
    assert EARLY in visitor.post_page("/register", form, status=422).get_text()
    assert count(limited, Email) == 0
    assert refused(limited) == {PumpingProblem.HASTE: 1}


def test_after_a_too_fast_form_the_button_works_again(limited: Flask, visitor: PageClient) -> None:
    with stopped() as clock:
        form = opened(visitor)
        page = visitor.post_page("/register", form, status=422)
        assert EARLY in page.get_text()
        clock.move(seconds=3)
        again = {**form, "opened": page.select_one("input[name=opened]")["value"]}
        assert "Check your e-mail" in visitor.post_page("/register", again).get_text()


def test_traps_and_wrong_forms_are_counted(app: Flask, visitor: PageClient) -> None:
    visitor.post_page("/register", {**FORM, "website": "https://spam.example"})
    visitor.post_page("/register", {**FORM, "phone": "+48 22 123 45 67"})
    visitor.post_page("/register", {**FORM, "csrf_token": "wrong"})
    visitor.post_page("/register", FORM)
    visitor.post_page(last_link(app), {"csrf_token": "wrong"}, status=400)
    expected = {PumpingProblem.PROGRAM: 1, PumpingProblem.COUNTRY: 1, PumpingProblem.FORM: 2}
    assert refused(app) == expected


def test_every_limit_shows_the_same_message(
    limited: Flask, visitor: PageClient, cast: Cast
) -> None:
    """A bot does not learn whether the network, the country or the budget has stopped it."""
    notices = set()
    for name in ("VERIFICATION_TEXTS_PER_HOUR", "VERIFICATION_TEXTS_PER_DIAL_CODE"):
        before = copied(limited, name)
        override(limited, {name: 0})
        ask_for_link(visitor, cast)
        link = last_link(limited)
        proven = {"proof": solved(challenge(visitor, "reset"))}
        notices.add(visitor.post_page(link, proven).select_one("main .notice").get_text())
        override(limited, before)
    ask_for_link(visitor, cast)
    link = last_link(limited)
    with limited.app_context():
        for n in range(5):
            row = {"kind": "text", "number_hash": "", "prefix_hash": "", "dial_code": 1}
            db.session.add(TextAttempt(**row, network_hash=f"{n}"))
        db.session.commit()
    notices.add(visitor.post_page(link).select_one("main .notice").get_text())
    assert len(notices) == 1
    assert NONE_NOW in notices.pop()
    assert len(refused(limited)) == 3


def test_the_limit_of_emails_is_the_same_for_known_and_unknown(
    limited: Flask, visitor: PageClient, cast: Cast
) -> None:
    bodies = []
    with stopped() as clock:
        form = opened(visitor)
        clock.move(seconds=5)
        for n in range(5):
            visitor.post_page("/register", {**form, "email": f"{n}@example.com"})
        for email in (cast.owner.email, "anna@example.com"):
            response = visitor.send("/register", {**form, "email": email})
            assert response.status_code == 422
            bodies.append(without_tokens(response.text).replace(email, ""))
    assert bodies[0] == bodies[1]
    assert "Very many people register at the moment" in bodies[0]


def test_the_limits_run_the_same_statements_for_known_and_unknown(
    limited: Flask, visitor: PageClient, cast: Cast
) -> None:
    """The response time must not show whether an address has an account."""
    done: list[list[str]] = []
    with stopped() as clock:
        form = opened(visitor)
        clock.move(seconds=5)
        for email in (cast.owner.email, "anna@example.com"):
            with limited.app_context(), listening(done):
                assert visitor.send("/register", {**form, "email": email}).status_code == 200
    assert done[0] == done[1]
    assert len(done[0]) == 6  # of the number, then of the receiver: the lock, the count, the row


@contextmanager
def listening(done: list[list[str]]) -> Iterator[None]:
    """Note the statements of the limits."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if any(name in statement for name in ("_attempts", "text_", "spent_proofs", "routes")):
            heard.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield
    event.remove(db.engine, "before_cursor_execute", hear)
    done.append(heard)


def test_old_attempts_do_not_count(limited: Flask, visitor: PageClient, cast: Cast) -> None:
    for _ in range(2):
        ask_for_link(visitor, cast)
        visitor.post_page(last_link(limited))
    assert len(texts(limited)) == 1
    with limited.app_context():
        db.session.execute(update(TextAttempt).values(created_at=now() - timedelta(hours=25)))
        db.session.commit()
    visitor.post_page(last_link(limited))
    assert len(texts(limited)) == 2
