"""Signing up by a keyword: who joins, what proves it, and the text that says so."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    AccountStatus,
    Consent,
    ConsentHow,
    InboundMessage,
    Message,
    Priority,
    SignUpForm,
    SuppressionSource,
    now,
)
from promosms.services.inbox import gateway_inbox
from promosms.services.installation import defaults
from promosms.services.ledger import audit as ledger_audit
from promosms.services.recipients import consents, lists, recipients
from promosms.services.sending import opt_outs
from promosms.services.sign_ups import forms, keywords
from promosms.services.sign_ups.forms import Draft
from promosms.sms.keywords import BadWord
from tests.services.sending.inbox import NUMBER, PHONE, gateway_id, kept, reply, stopped, texted
from tests.support.cast import Cast
from tests.support.invoicing import today
from tests.support.sign_ups import ENGLISH, POLISH

PRICE = 300
TOLD = "Nasze oferty: Zapisano Cie na nasze SMS-y. Aby zrezygnowac, odpisz STOP."


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.fixture
def form(account: Account) -> SignUpForm:
    group = lists.create(account.id, "Regulars")
    words = {"en": ENGLISH, "pl": POLISH}
    return forms.add(account.id, Draft(group.id, words, keyword="pizza"), "u")


def told() -> list[str]:
    """The texts that say that somebody has signed up."""
    query = select(Message.text).where(Message.priority == Priority.SIGN_UP)
    return list(db.session.scalars(query.order_by(Message.id)))


def joined(account_id: int) -> bool:
    person = recipients.by_phone(account_id, PHONE)
    return person is not None and person.consent == Consent.GIVEN


def test_whoever_texts_the_keyword_joins_with_their_text_as_proof(
    form: SignUpForm, account: Account, cast: Cast
) -> None:
    texted(cast.stranger.account_id)  # another shop has texted this phone last
    reply("Pizza!", "1")
    reply("Pizza!", "1")  # reported twice by the gateway
    reply("pizza", "2")  # who is on the list is told only once
    assert len(told()) == 1
    assert kept() == [(account.id, "reply", "Pizza!"), (account.id, "reply", "pizza")]
    person = recipients.by_phone(account.id, PHONE)
    assert person is not None
    act = consents.of(person)
    assert act is not None
    assert (act.how, act.source, act.by) == (ConsentHow.KEYWORD, f"Pizza! ({NUMBER})", "")
    assert (act.wording_id, act.agreed_on) == (form.wording_pl_id, today())
    assert [row.id for row in recipients.lists_of([person.id])[person.id]] == [form.list_id]
    assert recipients.by_phone(cast.stranger.account_id, PHONE) is None
    db.session.expire_all()
    assert form.n_joined == 1
    message = db.session.query(Message).filter_by(priority=Priority.SIGN_UP).one()
    assert (message.text, message.sender, message.price) == (TOLD, NUMBER, PRICE)
    assert (account.balance, account.held) == (100_000 - PRICE, PRICE)
    assert ledger_audit.audit() == []
    stored = db.session.query(InboundMessage).all()
    assert {row.recipient for row in stored} == {person.public_id}


def test_other_texts_and_closed_forms_sign_nobody_up(
    form: SignUpForm, account: Account, cast: Cast
) -> None:
    texted(account.id)
    for number, words in enumerate(("pizza for two", "pizza?", "stop pizza")):
        reply(words, str(number))
        assert not joined(account.id)
    opt_outs.lift(account.id, PHONE)
    texted(cast.stranger.account_id)
    forms.close(form)
    reply("pizza", "closed")
    assert not joined(account.id)
    assert kept()[-1] == (cast.stranger.account_id, "reply", "pizza")
    assert told() == []


def test_a_number_that_is_not_certain_signs_nobody_up(form: SignUpForm, account: Account) -> None:
    reply("pizza", "1", phone=PHONE.removeprefix("+48"))
    assert recipients.by_phone(account.id, PHONE) is None
    assert kept() == []


def test_it_counts_after_an_opt_out_and_a_later_one_counts_more(
    form: SignUpForm, account: Account
) -> None:
    opt_outs.opt_out(account.id, PHONE, SuppressionSource.KEYWORD)
    reply("pizza", "1")
    assert (joined(account.id), stopped()) == (True, [])
    reply("STOP", "2")
    assert stopped() == [account.id]
    message = db.session.query(Message).filter_by(priority=Priority.SIGN_UP).one()
    assert message.status == "skipped"
    db.session.refresh(account)
    assert (account.balance, account.held) == (100_000, 0)


def test_robots_get_three_texts_a_day(form: SignUpForm, account: Account) -> None:
    for turn in range(5):
        reply("pizza", f"join {turn}")
        reply("stop", f"leave {turn}")
    assert len(told()) == keywords.MOST_ANSWERS
    assert stopped() == [account.id]
    with transaction() as session:
        day = timedelta(days=1, seconds=1)
        session.execute(update(Message).values(created_at=now() - day))
    reply("pizza", "tomorrow")
    assert len(told()) == keywords.MOST_ANSWERS + 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("balance", PRICE - 1), ("status", AccountStatus.SUSPENDED)],
)
def test_without_money_they_join_and_are_not_told(
    form: SignUpForm, account: Account, column: str, value: object
) -> None:
    with transaction() as session:
        session.execute(update(Account).where(Account.id == account.id).values({column: value}))
    reply("pizza", "1")
    assert (joined(account.id), told()) == (True, [])


def test_the_last_money_and_the_last_text_of_the_day_are_used(
    form: SignUpForm, account: Account
) -> None:
    with transaction() as session:
        session.execute(update(Account).where(Account.id == account.id).values(balance=2 * PRICE))
        session.execute(update(SignUpForm).values(daily_limit=1))
    reply("pizza", "1")
    reply("pizza", "2", phone="+48601200101")
    assert told() == [TOLD]
    assert recipients.by_phone(account.id, "+48601200101") is not None


def test_an_account_that_is_being_deleted_takes_nobody(form: SignUpForm, account: Account) -> None:
    with transaction() as session:
        values = {"status": AccountStatus.DELETING}
        session.execute(update(Account).where(Account.id == account.id).values(values))
    gateway_inbox.store(gateway_id(), [Inbound("1", PHONE, NUMBER, "pizza")])
    gateway_inbox.apply_batch()
    assert recipients.by_phone(account.id, PHONE) is None


def test_the_number_is_that_which_receives(account: Account) -> None:
    route = defaults.default_route()
    assert keywords.receiving_number(account.id) == NUMBER
    route.sender = "Promo"
    db.session.commit()
    assert keywords.receiving_number(account.id) is None
    texted(account.id, sender="+48732000009")
    reply("hello there", "1", "+48732000009")
    assert keywords.receiving_number(account.id) == "+48732000009"


def test_a_form_keeps_the_one_spelling_of_its_keyword(form: SignUpForm) -> None:
    assert form.keyword == "PIZZA"
    assert form.list_id is not None
    with pytest.raises(BadWord):
        forms.change(form, Draft(form.list_id, {"en": ENGLISH}, keyword="stop"), "u")
