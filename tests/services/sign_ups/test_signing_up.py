"""Signing up by a form: one text with a code, its money, and what the code does."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import sweep
from promosms.models import (
    Account,
    AccountStatus,
    ConsentAct,
    DirectText,
    Gateway,
    Guest,
    Message,
    Recipient,
    SignUp,
    SignUpForm,
    SuppressionSource,
    TextAttempt,
    now,
)
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.accounts import trial
from promosms.services.auth import passwords
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger import statement
from promosms.services.privacy import erase_recipient, purge_rows
from promosms.services.recipients import consents, recipients
from promosms.services.sending import opt_outs
from promosms.services.sign_ups import asking, confirming, forms
from promosms.services.sign_ups.asking import CodeRefused, Refusal, SignUpRefused
from promosms.services.sign_ups.confirming import Confirmed
from promosms.urls import public_address
from promosms.views.billing import statement_labels
from tests.services.sending.conftest import check_books
from tests.support.cast import Cast
from tests.support.settings import override
from tests.support.sign_ups import ANNA, ask, code, sign_up_form, texts

PRICE = 300
Settle = Callable[..., None]


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.fixture
def form(account: Account) -> SignUpForm:
    return sign_up_form(account)


def row_of(form: SignUpForm) -> SignUp:
    query = select(SignUp).where(SignUp.form_id == form.id).order_by(SignUp.id.desc()).limit(1)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def confirm(form: SignUpForm, typed: str) -> Confirmed:
    return confirming.confirm(form, row_of(form), typed)


def refused(form: SignUpForm, phone: str = ANNA) -> Refusal:
    with pytest.raises(SignUpRefused) as caught:
        ask(form, phone)
    assert texts(phone) == []
    return caught.value.code


def age(form: SignUpForm, seconds: int) -> None:
    """The text went out so long ago."""
    moment = now() - timedelta(seconds=seconds)
    with transaction() as session:
        values = {"texted_at": moment, "expires_at": moment + asking.LIFETIME}
        session.execute(update(SignUp).where(SignUp.form_id == form.id).values(values))


def test_a_code_comes_by_text_and_makes_a_recipient_once(
    form: SignUpForm, account: Account, settle: Settle
) -> None:
    account.shop_name = "Cukiernia Łąka"
    db.session.commit()
    asked = ask(form, first_name="Anna")
    again = ask(form, first_name="Anna")  # the same form, sent twice
    assert (again.public_id, again.gateway_id) == (asked.public_id, None)
    (body,) = texts()
    assert body.startswith("Cukiernia Laka: ")
    message = db.session.scalars(select(Message)).one()
    assert (message.parts, message.encoding, message.price) == (1, "gsm7", PRICE)
    assert code() not in message.text
    row, right = row_of(form), code()
    assert passwords.matches(row.code_hash, right)
    assert recipients.by_phone(account.id, ANNA) is None
    db.session.refresh(account)
    assert (account.balance, account.held) == (100_000 - PRICE, PRICE)
    shown = statement.page(account.id).rows[0]
    assert (statement_labels.title(shown), shown.amount, shown.held) == (
        "Sign-up text",
        -PRICE,
        PRICE,
    )
    account_id = account.id
    db.session.remove()
    settle()
    check_books(account_id)
    db.session.remove()
    assert ledger_audit.audit() == []
    assert db.session.get_one(Account, account_id).held == 0
    assert db.session.scalars(select(Message.encrypted_text)).all() == [None]
    form = db.session.scalars(select(SignUpForm)).one()
    assert confirm(form, "000000" if right != "000000" else "1") is Confirmed.WRONG
    assert confirm(form, f"{right[:3]} {right[3:]}") is Confirmed.DONE
    assert confirm(form, right) is Confirmed.DONE, "a second click"
    anna = recipients.by_phone(account_id, ANNA)
    assert anna is not None
    act = consents.of(anna)
    assert act is not None
    assert act.source == "Our offers, " + public_address(f"/join/{form.token}")
    assert (anna.first_name, form.n_joined, act.how) == ("Anna", 1, "form")
    row = row_of(form)
    assert (row.phone, row.first_name) == (None, ""), "the consent is the proof"
    assert db.session.scalars(select(TextAttempt.completed)).all() == [True]


@pytest.mark.parametrize(("tries", "outcome"), [(4, Confirmed.DONE), (5, Confirmed.OVER)])
def test_a_code_can_be_typed_five_times(form: SignUpForm, tries: int, outcome: Confirmed) -> None:
    ask(form)
    for _each in range(tries):
        assert confirm(form, "x") is Confirmed.WRONG
    assert confirming.can_try(row_of(form)) is (outcome is Confirmed.DONE)
    assert confirm(form, code()) is outcome


@pytest.mark.parametrize(("seconds", "outcome"), [(1790, Confirmed.DONE), (1801, Confirmed.OVER)])
def test_a_code_is_valid_for_half_an_hour(
    form: SignUpForm, seconds: int, outcome: Confirmed
) -> None:
    ask(form)
    age(form, seconds)
    assert confirm(form, code()) is outcome


def test_a_new_code_comes_after_a_minute_and_three_at_most(form: SignUpForm) -> None:
    ask(form)
    age(form, 55)
    ask(form)
    assert len(texts()) == 1
    first = code()
    for number in (2, 3):
        age(form, 61)
        ask(form)
        assert len(texts()) == number
    assert first == code() or confirm(form, first) is Confirmed.WRONG
    age(form, 3600)
    with transaction() as session:
        session.execute(update(TextAttempt).values(created_at=now() - timedelta(hours=25)))
    with pytest.raises(CodeRefused) as caught:
        ask(form)
    assert caught.value.problem is PumpingProblem.NUMBER
    age(form, 86_500)
    ask(form)
    assert len(texts()) == 4


def test_the_daily_limit_of_the_form_counts_its_texts(form: SignUpForm) -> None:
    form.daily_limit = 2
    db.session.commit()
    for number in ("+48601234561", "+48601234562"):
        ask(form, number)
    assert refused(form, "+48601234563") is Refusal.DAY_FULL
    assert asking.why_not(form) is Refusal.DAY_FULL
    form.texted_on = now().date() - timedelta(days=2)
    db.session.commit()
    assert asking.why_not(form) is None
    ask(form, "+48601234563")
    assert form.texted == 1


@pytest.mark.parametrize(("balance", "refusal"), [(PRICE, None), (PRICE - 1, Refusal.NO_MONEY)])
def test_it_costs_a_text_of_the_account(
    form: SignUpForm, account: Account, balance: int, refusal: Refusal | None
) -> None:
    account.balance = balance
    db.session.commit()
    assert asking.why_not(form) is refusal
    if refusal is None:
        ask(form)
        assert account.balance == 0
    else:
        assert refused(form) is refusal
        assert db.session.scalars(select(DirectText)).all() == []
        assert db.session.scalars(select(SignUp)).all() == []


def test_it_is_refused_while_nobody_may_be_texted(
    form: SignUpForm, account: Account, app: Flask
) -> None:
    assert refused(form, "+819012345678") is Refusal.NO_PRICE
    account.status = AccountStatus.SUSPENDED
    db.session.commit()
    assert refused(form) is Refusal.SUSPENDED
    account.status = AccountStatus.ACTIVE
    db.session.commit()
    ask(form)
    account.status = AccountStatus.DELETING
    db.session.commit()
    assert confirm(form, code()) is Confirmed.OVER
    account.status = AccountStatus.ACTIVE
    db.session.commit()
    forms.close(form)
    assert confirm(form, code()) is Confirmed.OVER
    assert refused(form, "+48601234568") is Refusal.CLOSED


@pytest.mark.parametrize(("minutes", "status"), [(29, "queued"), (31, "skipped")])
def test_a_text_that_would_come_too_late_is_left_out(
    form: SignUpForm, account: Account, minutes: int, status: str
) -> None:
    ask(form)
    with transaction() as session:
        session.execute(update(Message).values(created_at=now() - timedelta(minutes=minutes)))
    sweep.run()
    assert db.session.scalars(select(Message.status)).all() == [status]
    db.session.refresh(account)
    assert account.held == (PRICE if status == "queued" else 0)
    assert account.balance + account.held == 100_000


def test_an_account_on_trial_texts_its_guests_only(form: SignUpForm, account: Account) -> None:
    with transaction() as session:
        session.add(Gateway(name="Real", kind="smsapi"))
        account.approved_at = None
    assert refused(form) is Refusal.TRIAL
    with transaction() as session:
        session.add(Guest(account_id=account.id, phone=ANNA, confirmed_at=now()))
    ask(form)
    assert trial.used(account.id) == 1


def test_an_opt_out_is_lifted_by_the_code_only_and_stops_again(
    form: SignUpForm, account: Account
) -> None:
    opt_outs.opt_out(account.id, ANNA, SuppressionSource.KEYWORD)
    ask(form)
    assert len(texts()) == 1, "a stranger would see that the number has opted out"
    assert opt_outs.is_suppressed(account.id, ANNA)
    assert confirm(form, code()) is Confirmed.DONE
    assert not opt_outs.is_suppressed(account.id, ANNA)
    opt_outs.opt_out(account.id, ANNA, SuppressionSource.KEYWORD)
    assert confirm(form, code()) is Confirmed.DONE
    assert opt_outs.is_suppressed(account.id, ANNA), "the old code lifts no later opt-out"


def test_who_answers_the_code_with_stop_gets_no_other(form: SignUpForm, account: Account) -> None:
    asked = ask(form)
    age(form, 61)
    opt_outs.opt_out(account.id, ANNA, SuppressionSource.KEYWORD)
    assert ask(form) == asking.Asked(asked.public_id), "a stranger sees nothing of it"
    assert len(texts()) == 1
    assert confirm(form, code()) is Confirmed.DONE, "it was themselves after all"
    assert not opt_outs.is_suppressed(account.id, ANNA)


def test_two_at_once_text_once_and_join_once(app: Flask, form: SignUpForm) -> None:
    form_id, results = form.id, list[object]()
    db.session.remove()

    def at_once(work: Callable[[SignUpForm], object]) -> None:
        barrier = Barrier(2)

        def run() -> None:
            with app.app_context():
                mine = db.session.get_one(SignUpForm, form_id)
                barrier.wait()
                results.append(work(mine))
                db.session.remove()

        threads = [Thread(target=run) for _each in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    at_once(lambda mine: ask(mine).public_id)
    assert len(texts()) == 1
    assert results[0] == results[1]
    right = code()
    db.session.remove()
    at_once(lambda mine: confirm(mine, right))
    assert results[2:] == [Confirmed.DONE] * 2
    assert db.session.get_one(SignUpForm, form_id).n_joined == 1
    assert db.session.scalar(select(func.count(Recipient.id))) == 1


@pytest.mark.parametrize("joined", [False, True])
def test_a_code_that_is_replaced_between_its_check_and_the_join_joins_nobody(
    form: SignUpForm, account: Account, joined: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(form, first_name="Anna")
    first = code()

    def replaced() -> None:
        age(form, 61)
        ask(form, first_name="Anna")
        assert not joined or confirm(form, code()) is Confirmed.DONE

    after_the_check(monkeypatch, replaced)
    assert confirm(form, first) is Confirmed.OVER
    row, anna = row_of(form), recipients.by_phone(account.id, ANNA)
    assert (row.confirmed_at is not None, anna is not None) == (joined, joined)
    assert (row.phone, row.first_name) == ((None, "") if joined else (ANNA, "Anna"))
    assert form.n_joined == joined
    assert row.tries == joined, "the try of the older code does not count against the new one"
    assert first == code() or confirm(form, first) is Confirmed.WRONG
    assert confirm(form, code()) is Confirmed.DONE
    check_joined_once(form, texted=2)


def test_who_asks_anew_between_the_check_and_the_join_of_a_second_click_joins_once(
    form: SignUpForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(form)
    first, row = code(), row_of(form)

    def joins_and_asks() -> None:
        assert confirm(form, first) is Confirmed.DONE
        ask(form)

    after_the_check(monkeypatch, joins_and_asks)
    assert confirming.confirm(form, row, first) is Confirmed.DONE
    assert row_of(form).id != row.id
    assert row_of(form).confirmed_at is None, "the new code waits to be typed"
    assert first == code() or confirm(form, first) is Confirmed.WRONG
    assert confirm(form, code()) is Confirmed.DONE
    check_joined_once(form, texted=2)


def after_the_check(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Something happens once, when a code has been compared and nobody has joined yet."""
    matches, waiting = passwords.matches, [happens]

    def then(hashed: str, typed: str) -> bool:
        right = matches(hashed, typed)
        while waiting:
            waiting.pop()()
        return right

    monkeypatch.setattr(passwords, "matches", then)


def check_joined_once(form: SignUpForm, texted: int) -> None:
    """There is one recipient with one consent, and the price of each text is set aside once."""
    check_books(form.account_id)
    form = db.session.scalars(select(SignUpForm)).one()
    account = db.session.get_one(Account, form.account_id)
    tables = Recipient, ConsentAct, Message
    counted = [db.session.scalar(select(func.count(table.id))) for table in tables]
    assert (form.n_joined, *counted) == (1, 1, 1, texted)
    assert (account.balance, account.held) == (100_000 - texted * PRICE, texted * PRICE)


def test_a_program_gets_few_texts(app: Flask, form: SignUpForm) -> None:
    override(app, rate_limits=True)
    problems = []
    for n in range(5):
        try:
            ask(form, f"+486012{n}4567", network="10.0.0.9")
        except CodeRefused as error:
            problems.append(error.problem)
    assert problems == [PumpingProblem.UNPROVEN] * 2


def test_who_does_not_confirm_is_forgotten_and_can_be_erased(
    form: SignUpForm, account: Account
) -> None:
    ask(form)
    age(form, 86_300)
    assert not purge_rows.sign_ups({}, lambda: False)
    assert row_of(form).phone == ANNA
    assert erase_recipient.erase_number(account, ANNA, "test")
    assert db.session.scalars(select(SignUp)).all() == []
    assert db.session.scalar(select(func.count()).where(Message.phone == ANNA)) == 0
    db.session.refresh(account)
    assert (account.balance, account.held) == (100_000, 0), "it had not left yet"
    ask(form, "+48601234568")
    age(form, 86_401)
    purge_rows.sign_ups({}, lambda: False)
    assert db.session.scalars(select(SignUp)).all() == []
