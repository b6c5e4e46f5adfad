"""The limits of verification texts: each holds, is forgotten in time, and informs admins."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AuditEntry,
    Email,
    Message,
    SpentProof,
    TextAttempt,
    TextBlock,
    TextRefusal,
    User,
)
from promosms.services.abuse import blocks, limits, refusals, sms_pumping
from promosms.services.abuse.sms_pumping import ProofForm, PumpingProblem
from promosms.services.auth import (
    one_time_passwords,
    passwords,
    phone_changes,
    registration,
    sign_in,
)
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.sending import verification_texts
from tests.support.cast import Cast
from tests.support.proof_of_work import proof
from tests.support.settings import override
from tests.support.stopped_clock import StoppedClock, stopped

NUMBER = "+48601234567"


@pytest.fixture
def clock(app: Flask) -> Iterator[StoppedClock]:
    """The limits are on, and time goes on as the test wants it."""
    override(app, rate_limits=True)
    with app.app_context(), stopped() as clock:
        yield clock


def number(n: int, prefix: str = "+48601") -> str:
    """A number with a different prefix for each n."""
    return f"{prefix}{10 + n:02}4567"


def ask(phone: str = NUMBER, network: str = "192.0.2.1", *, proven: bool = True) -> str:
    """Ask for a text; returns the problem, or "" if there is none."""
    solution = proof(ProofForm.NUMBER) if proven else ""
    return sms_pumping.why_not(phone, network, solution) or ""


def network(n: int) -> str:
    return f"198.51.{n}.7"


def emails() -> list[str]:
    return list(db.session.scalars(select(Email.subject).order_by(Email.id)))


def test_a_number_waits_longer_each_time_and_gets_three_a_day(clock: StoppedClock) -> None:
    assert ask() == ""
    clock.move(seconds=59)
    assert ask() == PumpingProblem.TOO_SOON
    clock.move(seconds=1)
    assert ask() == ""
    clock.move(seconds=119)
    assert ask() == PumpingProblem.TOO_SOON
    clock.move(seconds=1)
    assert ask() == ""
    clock.move(hours=23, minutes=56)
    assert ask() == PumpingProblem.NUMBER
    clock.move(minutes=2)
    assert ask() == ""


def test_the_wait_ends_at_32_minutes() -> None:
    minutes = [limits.wait(n) / timedelta(minutes=1) for n in range(9)]
    assert minutes == [0, 1, 2, 4, 8, 16, 32, 32, 32]


def test_a_network_gets_five_an_hour_and_twenty_a_day(clock: StoppedClock) -> None:
    got = [ask(number(n), f"192.0.2.{n}") for n in range(6)]
    assert got == [""] * 5 + [PumpingProblem.NETWORK]
    assert ask(number(6), "192.0.3.1") == ""
    for hour in range(1, 4):
        clock.move(hours=1, seconds=1)
        got = [ask(number(10 * hour + n), f"::ffff:192.0.2.{n}") for n in range(5)]
        assert got == [""] * 5
    clock.move(hours=1, seconds=1)
    assert ask(number(60), "192.0.2.200") == PumpingProblem.NETWORK
    clock.move(hours=20)
    assert ask(number(61), "192.0.2.200") == ""


def test_a_network_of_version_six_is_a_48(clock: StoppedClock) -> None:
    for n in range(5):
        assert ask(number(n), f"2001:db8:7:{n}::1") == ""
    assert ask(number(5), "2001:db8:7:ffff::1") == PumpingProblem.NETWORK
    assert ask(number(5), "2001:db8:8::1") == ""


def test_neighbours_get_five_an_hour(clock: StoppedClock) -> None:
    got = [ask(f"+4860123456{n}", network(n)) for n in range(6)]
    assert got == [""] * 5 + [PumpingProblem.PREFIX]
    assert ask("+48601244567", network(7)) == ""
    clock.move(hours=1, seconds=1)
    assert ask("+48601234565", network(8)) == ""


def test_a_country_has_its_texts_of_the_day(clock: StoppedClock, app: Flask) -> None:
    override(app, verification_texts_per_dial_code=3)
    got = [ask(number(n), network(n)) for n in range(4)]
    assert got == [""] * 3 + [PumpingProblem.DIAL_CODE]
    assert ask("+447400123456", network(5)) == ""
    clock.move(hours=24, seconds=1)
    assert ask(number(4), network(6)) == ""


def test_the_hourly_budget_stops_all_and_alerts_admins_once(
    clock: StoppedClock, app: Flask, cast: Cast
) -> None:
    override(app, verification_texts_per_hour=2)
    for n in range(5):
        expected = "" if n < 2 else PumpingProblem.BUDGET
        assert ask(number(n), network(n)) == expected
    assert emails() == ["No more passwords are texted for the moment"]
    clock.move(hours=1, seconds=1)
    assert ask(number(6), network(6)) == ""
    assert ask(number(7), network(7)) == ""
    assert ask(number(8), network(8)) == PumpingProblem.BUDGET
    assert len(emails()) == 1


def test_two_of_five_texts_are_kept_for_people_without_such_neighbours(
    clock: StoppedClock, app: Flask
) -> None:
    override(app, verification_texts_per_hour=10)
    for n in range(3):
        assert ask(f"+4860123456{n}", network(n)) == ""
        assert ask(f"+4860124456{n}", network(10 + n)) == ""
    assert ask("+48601234564", network(20)) == PumpingProblem.BUDGET
    got = [ask(number(20 + n), network(30 + n)) for n in range(5)]
    assert got == [""] * 4 + [PumpingProblem.BUDGET]


@pytest.mark.parametrize(
    "phone", ["+48221234567", "+48701234567", "+48801123456", "+881612345678", "+79123456789"]
)
def test_it_texts_to_mobiles_of_allowed_countries_only(clock: StoppedClock, phone: str) -> None:
    assert ask(phone) == PumpingProblem.COUNTRY


def test_an_account_stays_when_its_country_is_removed(clock: StoppedClock, app: Flask) -> None:
    override(app, registration_countries=["GB"])
    assert ask() == PumpingProblem.COUNTRY
    assert sms_pumping.why_not(NUMBER, "192.0.2.1", proof(ProofForm.RESET), ProofForm.RESET) is None


def test_without_a_proof_there_are_few_texts(clock: StoppedClock) -> None:
    got = [ask(number(n), "192.0.2.1", proven=False) for n in range(3)]
    assert got == ["", "", PumpingProblem.UNPROVEN]
    assert ask(number(3), "192.0.2.1") == ""  # with one there are more
    rest = [ask(number(n), network(n), proven=False) for n in range(4, 9)]
    assert rest == ["", "", "", PumpingProblem.UNPROVEN, PumpingProblem.UNPROVEN]
    for hour in range(3):
        clock.move(hours=1, seconds=1)
        problems = [ask(number(10 + 5 * hour + n), network(20 + n), proven=False) for n in range(5)]
        assert problems[0] == ""
    clock.move(hours=1, seconds=1)
    got = [ask(number(30 + n), network(40 + n), proven=False) for n in range(5)]
    assert got.count("") <= 5
    total = select(func.count()).where(TextAttempt.proven.is_(False))
    assert db.session.scalar(total) == 20


def test_a_used_proof_is_refused_and_counts_nothing(clock: StoppedClock) -> None:
    solution = proof(ProofForm.NUMBER)
    assert sms_pumping.why_not(number(1), network(1), solution) is None
    assert sms_pumping.why_not(number(2), network(2), solution) == PumpingProblem.PROOF
    assert (
        sms_pumping.why_not(number(2), network(2), proof(ProofForm.RESET)) == PumpingProblem.PROOF
    )
    assert sms_pumping.why_not(number(2), network(2), "nonsense") == PumpingProblem.PROOF
    assert db.session.scalar(select(func.count(TextAttempt.id))) == 1


def test_a_refused_request_uses_the_proof(clock: StoppedClock) -> None:
    assert ask() == ""
    solution = proof(ProofForm.NUMBER)
    assert sms_pumping.why_not(NUMBER, network(1), solution) == PumpingProblem.TOO_SOON
    assert sms_pumping.why_not(number(1), network(1), solution) == PumpingProblem.PROOF


def ten_to_neighbours(clock: StoppedClock, completed: int) -> None:
    for n in range(10):
        assert ask(f"+4860123456{n}", network(n)) == ""
        if n < completed:
            sms_pumping.completed(f"+4860123456{n}")
        clock.move(minutes=15)


def test_numbers_without_sign_ins_are_blocked_for_a_day(clock: StoppedClock, cast: Cast) -> None:
    ten_to_neighbours(clock, completed=1)
    assert ask("+48601239999", network(20)) == PumpingProblem.BLOCKED
    assert emails() == ["Texts to +48 601 23• ••• are blocked"]
    clock.move(hours=23)
    assert ask("+48601239998", network(21)) == PumpingProblem.BLOCKED
    clock.move(hours=1, seconds=1)
    assert ask("+48601239998", network(21)) == ""
    assert len(emails()) == 1


def test_numbers_with_sign_ins_are_not_blocked(clock: StoppedClock) -> None:
    ten_to_neighbours(clock, completed=2)
    assert ask("+48601239999", network(20)) == ""
    assert blocks.current() == []


def test_signing_in_with_the_password_counts(clock: StoppedClock) -> None:
    registration.ask("anna@example.com", NUMBER)
    body = db.session.scalars(select(Email.body)).one()
    token = body.split("/register/")[1].split()[0]
    message = registration.confirm(token, "192.0.2.1", proof())
    assert message.encrypted_text
    text = verification_texts.decrypted_text(message.encrypted_text) or ""
    password = text.split("password is ")[1].split(".")[0]
    assert not db.session.scalars(select(TextAttempt.completed)).one()
    assert sign_in.identify("anna@example.com", password)
    assert db.session.scalars(select(TextAttempt.completed)).one()


def test_the_code_for_a_new_number_counts_too(clock: StoppedClock, cast: Cast) -> None:
    user = db.session.get_one(User, cast.owner.user_id)
    message = phone_changes.ask(user, NUMBER, "192.0.2.1", proof(ProofForm.NUMBER))
    assert message.encrypted_text
    code = (
        (verification_texts.decrypted_text(message.encrypted_text) or "")
        .split("PromoSMS: ")[1]
        .split()[0]
    )
    with pytest.raises(TextRefused) as refused:
        phone_changes.ask(user, NUMBER, "192.0.2.1", proof(ProofForm.NUMBER))
    assert refused.value.code is PumpingProblem.TOO_SOON
    assert phone_changes.pending(user)
    assert phone_changes.prove(user, code)
    assert db.session.scalars(select(TextAttempt.completed)).one()


def test_a_lifted_block_starts_again(clock: StoppedClock, cast: Cast) -> None:
    ten_to_neighbours(clock, completed=0)
    assert ask("+48601239999", network(20)) == PumpingProblem.BLOCKED
    (block,) = blocks.current()
    assert blocks.lift(block.public_id, "somebody")
    assert not blocks.lift(block.public_id, "somebody")
    assert db.session.scalars(select(AuditEntry.action)).one() == "texts.unblock"
    clock.move(hours=1)
    assert ask("+48601239999", network(20)) == ""


def test_many_blocks_of_an_hour_are_one_email(clock: StoppedClock, cast: Cast) -> None:
    for n in range(4):
        blocks.block(f"+486012{n}", 10)
    assert len(emails()) == 1
    assert len(blocks.current()) == 4
    clock.move(minutes=59)
    blocks.block("+4860998", 10)
    assert len(emails()) == 1
    clock.move(hours=1, seconds=1)
    blocks.block("+4860999", 10)
    assert len(emails()) == 2


def test_blocks_every_fifty_minutes_are_an_email_every_second_time(
    clock: StoppedClock, cast: Cast
) -> None:
    for number in range(5):
        blocks.block(f"+486010{number}", 10)
        assert len(emails()) == number // 2 + 1
        clock.move(minutes=50)


def test_emails_have_their_own_limits(clock: StoppedClock) -> None:
    def email(n: int, *, proven: bool) -> str:
        solution = proof(ProofForm.REGISTER) if proven else ""
        return sms_pumping.why_no_email(number(n), "192.0.2.1", solution) or ""

    plain = [email(n, proven=False) for n in range(6)]
    assert plain == [""] * 5 + [PumpingProblem.UNPROVEN]
    proven = [email(n, proven=True) for n in range(16)]
    assert proven == [""] * 15 + [PumpingProblem.NETWORK]
    assert ask(number(50)) == ""  # and take nothing from the texts


def test_refusals_are_counted_by_layer_and_forgotten(clock: StoppedClock) -> None:
    ask()
    for _ in range(3):
        ask()
    ask("+48221234567")
    counts = {layer: count for layer, count in refusals.of_day().items() if count}
    assert counts == {PumpingProblem.COUNTRY: 1, PumpingProblem.TOO_SOON: 3}
    assert list(refusals.of_day()) == list(PumpingProblem)
    clock.move(hours=25)
    assert not any(refusals.of_day().values())


def test_all_counts_are_deleted_within_two_days(clock: StoppedClock) -> None:
    ten_to_neighbours(clock, completed=0)
    ask("+48601239999", network(20))
    clock.move(hours=48)
    sms_pumping.purge()
    for model in (TextAttempt, TextBlock, TextRefusal, SpentProof):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0, model


def test_stored_data_contain_no_number_and_no_network(clock: StoppedClock) -> None:
    ask(NUMBER, "192.0.2.77")
    rows = "".join(str(row) for row in db.session.execute(select(TextAttempt.__table__)).all())
    for canary in (NUMBER, NUMBER[1:], "60123", "192.0.2", "4567"):
        assert canary not in rows


def test_the_limits_hold_for_concurrent_requests(app: Flask) -> None:
    override(app, rate_limits=True)
    with app.app_context():
        proofs = [proof(ProofForm.NUMBER) for _ in range(12)]
        db.session.remove()
    problems: list[str] = []
    start = threading.Barrier(len(proofs))

    def ask_once(n: int) -> None:
        with app.app_context():
            start.wait()
            problems.append(sms_pumping.why_not(number(n), "192.0.2.1", proofs[n]) or "")

    threads = [threading.Thread(target=ask_once, args=(n,)) for n in range(len(proofs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(problems) == [""] * 5 + [PumpingProblem.NETWORK] * 7


def test_a_refusal_keeps_the_link_and_makes_no_account(clock: StoppedClock, app: Flask) -> None:
    registration.ask("anna@example.com", NUMBER)
    body = db.session.scalars(select(Email.body)).one()
    token = body.split("/register/")[1].split()[0]
    with pytest.raises(TextRefused):
        registration.confirm(token, "192.0.2.1", "nonsense")
    assert db.session.scalar(select(func.count(User.id))) == 0
    assert registration.confirm(token, "192.0.2.1", proof()).phone == NUMBER


def test_a_prefix_is_shown_without_its_numbers() -> None:
    assert blocks.masked("+4860123") == "+48 601 23• •••"
    assert blocks.masked("+44740012") == "+44 7400 12••••"


def test_the_registration_form_needs_a_moment(clock: StoppedClock) -> None:
    opened = sms_pumping.stamp()
    for seconds in (1, 0.9):
        clock.move(seconds=seconds)
        assert sms_pumping.too_fast(opened)
    clock.move(seconds=0.11)
    assert not sms_pumping.too_fast(opened)
    for forged in ("", "0.0", "x.y", opened.replace(opened[0], "3", 1), "1.0." + "0" * 32):
        assert sms_pumping.too_fast(forged)


def test_system_passwords_of_existing_users_are_still_sent(context: None, cast: Cast) -> None:
    user = db.session.get_one(User, cast.owner.user_id)
    with transaction():
        one_time_passwords.send(
            user, one_time_passwords.Secret("A" * 19, passwords.hash_password("x"))
        )
    assert db.session.scalar(select(func.count(Message.id))) == 1
