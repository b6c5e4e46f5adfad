"""One limit for each mailbox, over every kind of e-mail that a stranger can cause."""

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Email, EmailAttempt, TextRefusal, User
from promosms.services.abuse.proof_of_work import ProofForm
from promosms.services.abuse.receivers import MOST, may_write, normalised
from promosms.services.auth import email_changes, password_reset, registration
from promosms.services.privacy import delete_account
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.proof_of_work import proof
from tests.support.settings import override
from tests.support.stopped_clock import StoppedClock, stopped

SAME = [
    ("Anna@Example.com", "anna@example.com"),
    (" anna@example.com ", "anna@example.com"),
    ("anna@example.com.", "anna@example.com"),
    ("anna@zażółć.pl", "anna@xn--za-6ja4f8n1l.pl"),
    ("anna@EXAMPLE。com", "anna@example.com"),
    ("anna@ｅｘａｍｐｌｅ.com", "anna@example.com"),
    ("a.n.n.a@gmail.com", "anna@gmail.com"),
    ("anna+shop@gmail.com", "anna@gmail.com"),
    ("A.nna+a+b@GoogleMail.com.", "anna@gmail.com"),
    ("anna+shop@outlook.com", "anna@outlook.com"),
    ("anna+shop@icloud.com", "anna@me.com"),
    ("an-na_+x@pm.me", "anna@proton.me"),
    ("anna+shop@example.com", "anna@example.com"),
    ("anna+a+b@firma.pl", "anna+c@firma.pl"),
    ("anna+shop@hotmail.co.uk", "anna@hotmail.co.uk"),
]
OTHERS = [
    ("+shop@example.com", "+other@example.com"),
    ("a.nna@example.com", "anna@example.com"),
    ("a.nna@outlook.com", "anna@outlook.com"),
    ("anna@hotmail.com", "anna@outlook.com"),
    ("anna@gmail.com.pl", "anna@gmail.com"),
    ("anna@mail.gmail.com", "anna@gmail.com"),
    ("+shop@gmail.com", "+other@gmail.com"),
    ("anna@example.com", "ania@example.com"),
]


@pytest.fixture
def clock(app: Flask) -> Iterator[StoppedClock]:
    """Proofs are asked for, and time goes on as the test wants it."""
    override(app, rate_limits=True)
    with app.app_context(), stopped() as clock:
        yield clock


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_mailbox_are_one_receiver(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_mailboxes_are_other_receivers(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def letters(user: User) -> list[Callable[[str], None]]:
    """Every kind of e-mail that a stranger can cause."""
    return [
        lambda email: registration.ask(email, "+48601234567", proven=True),
        lambda email: password_reset.ask(email, proven=True),
        lambda email: delete_account.ask(email, proven=True),
        lambda email: email_changes.ask(user, email, proven=True),
    ]


def sent(email: str) -> int:
    query = select(func.count(Email.id)).where(Email.recipient == email)
    return db.session.scalars(query).one()


def refusals() -> dict[str, int]:
    return {row.layer: row.number for row in db.session.scalars(select(TextRefusal))}


@pytest.mark.parametrize("known", [False, True])
def test_all_kinds_share_the_limit_of_a_receiver(
    clock: StoppedClock, cast: Cast, known: bool
) -> None:
    user = db.session.get_one(User, cast.owner.user_id)
    email = cast.stranger.email if known else "nobody@example.com"
    asks = letters(user)
    for n in range(MOST):
        asks[n % len(asks)](email)
    assert sent(email) == MOST
    for ask in asks:
        ask(email)
    assert sent(email) == MOST
    assert refusals() == {"receiver": len(asks)}
    asks[1]("somebody-else@example.com")
    assert sent("somebody-else@example.com") == 1
    clock.move(hours=24)
    asks[1](email)
    assert sent(email) == MOST + 1


def test_the_owner_is_told_of_a_change_that_is_not_confirmed(
    clock: StoppedClock, cast: Cast
) -> None:
    user = db.session.get_one(User, cast.owner.user_id)
    for _ in range(MOST + 2):
        email_changes.ask(user, "new@example.com", proven=True)
    assert sent("new@example.com") == MOST
    assert sent(cast.owner.email) == MOST + 2


def test_from_the_second_e_mail_on_it_takes_a_proof(clock: StoppedClock) -> None:
    email = "anna@example.com"
    assert may_write(email, proven=False)
    assert not may_write(email, proven=False)
    assert not may_write("Anna@example.com.", proven=False)
    assert refusals() == {"unproven": 2}
    assert [may_write(email, proven=True) for _ in range(MOST)] == [True] * (MOST - 1) + [False]
    clock.move(hours=23, minutes=59)
    assert not may_write(email, proven=True)
    clock.move(minutes=1)
    assert may_write(email, proven=False)


def test_what_is_kept_of_a_receiver_is_a_keyed_hash(clock: StoppedClock, app: Flask) -> None:
    may_write("anna@example.com", proven=False)
    first = db.session.scalars(select(EmailAttempt.receiver_hash)).one()
    assert len(first) == 32
    assert "anna" not in first
    override(app, secret_key="another key of forty characters, or more")
    assert may_write("anna@example.com", proven=False)
    assert db.session.scalars(select(func.count(EmailAttempt.receiver_hash.distinct()))).one() == 2


def test_requests_at_the_same_time_do_not_pass_the_limit(app: Flask, context: None) -> None:
    db.session.remove()
    together = threading.Barrier(MOST + 2)
    passed: list[bool] = []

    def ask(number: int) -> None:
        with app.app_context():
            together.wait()
            passed.append(may_write(f"anna+{number}@gmail.com", proven=True))
            db.session.remove()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(MOST + 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == MOST


def test_the_page_is_the_same_whether_it_writes_or_not(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    """Signed out, with and without a proof, and beyond the limit of the day."""
    override(app, rate_limits=True)
    form = {"email": cast.owner.email}

    def post(path: str, solution: str = "") -> tuple[str, int]:
        page = visitor.post_page(path, {**form, "proof": solution})
        with app.app_context():
            return str(page.select_one("main h1").get_text()), sent(cast.owner.email)

    def solution() -> str:
        with app.app_context():
            return proof(ProofForm.EMAIL)

    with stopped() as clock:
        assert visitor.get_page("/leave").select("[data-proof='/proof?form=email']")
        assert post("/forgotten") == ("Check your e-mail", 1)
        assert post("/leave") == ("Check your e-mail", 1)
        assert post("/leave", used := solution()) == ("Check your e-mail", 2)
        with app.app_context():
            assert "open too long" in visitor.post(
                "/forgotten", data={**form, "proof": used}
            ).get_data(as_text=True)
        clock.move(hours=1)
        for n in range(3, MOST + 1):
            assert post("/leave", solution()) == ("Check your e-mail", n)
        assert post("/forgotten", solution()) == ("Check your e-mail", MOST)
