"""Requests that share a transaction: each is accepted or refused for itself, and paid by its own.

They may be of several accounts. What is asked for at the same moment is given here as a group.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    ApiKey,
    ApiMessage,
    DirectText,
    Gateway,
    GatewayStatus,
    Message,
    RecipientActivity,
    Scope,
    SuppressionSource,
)
from promosms.services.api import accepting, composing, idempotency, keys, message_ids, messages
from promosms.services.api.accepting import _accept_all, _Asked
from promosms.services.api.composing import Refusal, Refused, Wish
from promosms.services.api.idempotency import AlreadyDone, Once, OtherRequest
from promosms.services.api.messages import ApiText
from promosms.services.campaigns import guard
from promosms.services.recipients import activity, recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.services.sending.conftest import check_books
from tests.support.api import owner_of
from tests.support.cast import Cast
from tests.support.settings import override

OLA, EWA, JAN = "+48600100200", "+48600100201", "+48600100202"
WISH = Wish(to=OLA, text="Your parcel is here.", reference="1")


pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def ours(cast: Cast) -> ApiKey:
    return key_of(cast.owner.account_id)


@pytest.fixture
def theirs(cast: Cast) -> ApiKey:
    return key_of(cast.stranger.account_id)


def key_of(account_id: int) -> ApiKey:
    wish = keys.Wish("Till", tuple(Scope))
    _, token = keys.make(account_id, wish, owner_of(account_id))
    found = keys.find(token)
    assert found is not None
    return found.key


def to(phone: str, reference: str = "") -> Wish:
    return replace(WISH, to=phone, reference=reference)


def once(key: ApiKey, name: str, body: bytes = b"") -> Once:
    return idempotency.once(key.account_id, name, body, sandbox=False)


def accept(*asked: tuple[ApiKey, Wish]) -> list[ApiText | Exception]:
    return _accept_all([_Asked(*each, None) for each in asked])


def refusals(outcomes: list[ApiText | Exception]) -> list[Refusal | None]:
    """Why each was refused, or None."""
    return [each.code if isinstance(each, Refused) else None for each in outcomes]


def stored() -> int:
    return db.session.scalar(select(func.count()).select_from(Message)) or 0


def change(account_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Account).where(Account.id == account_id).values(**values))


def test_each_gets_its_own_text_and_each_account_pays_its_own(ours: ApiKey, theirs: ApiKey) -> None:
    wishes = [(ours, to(OLA, "a")), (theirs, to(OLA, "b"))]
    wishes += [(ours, to(EWA, "c")), (ours, to(OLA, "d"))]
    texts = accept(*wishes)
    for (key, wish), text in zip(wishes, texts, strict=True):
        assert isinstance(text, ApiText)
        row = db.session.get_one(Message, text.number)
        own = db.session.get_one(ApiMessage, text.number)
        held = db.session.scalars(select(DirectText).where(DirectText.message_id == row.id)).one()
        assert {row.account_id, own.account_id, held.account_id} == {key.account_id}
        assert (row.phone, own.reference, own.key_id) == (wish.to, wish.reference, key.id)
        assert held.amount == held.remaining == row.price == text.price
        assert messages.find(key, text.id) == text
    for key, number in ((ours, 3), (theirs, 1)):
        check_books(key.account_id)
        held = db.session.get_one(Account, key.account_id).held
        assert isinstance(texts[0], ApiText)
        assert held == number * texts[0].price


def test_who_is_refused_spoils_nothing_for_the_others(ours: ApiKey, theirs: ApiKey) -> None:
    opt_outs.opt_out(ours.account_id, EWA, SuppressionSource.LINK)
    opt_outs.opt_out(theirs.account_id, JAN, SuppressionSource.HELD)
    outcomes = accept(
        *((ours, to(OLA)), (ours, to(EWA)), (theirs, to(EWA)), (theirs, to(JAN)), (ours, to(JAN))),
        *((ours, to("+480")), (ours, replace(WISH, text="Half price today!")), (ours, to(OLA))),
    )
    assert refusals(outcomes) == [
        *(None, Refusal.OPTED_OUT, None, Refusal.OPTED_OUT, None),
        *(Refusal.NUMBER, Refusal.PROMOTIONAL, None),
    ]
    refused = [each for each in outcomes if isinstance(each, Refused)]
    assert [each.values.get("held") for each in refused] == [False, True, None, None]
    assert stored() == 4


@pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.DELETING])
def test_an_account_that_is_not_active_sends_nothing(
    ours: ApiKey, theirs: ApiKey, status: AccountStatus
) -> None:
    change(theirs.account_id, status=status)
    outcomes = accept((theirs, WISH), (ours, WISH))
    assert refusals(outcomes) == [Refusal.SUSPENDED, None]


def test_the_balance_is_enough_for_those_who_come_first(ours: ApiKey, theirs: ApiKey) -> None:
    price = composing.compose(ours.account_id, WISH).price
    change(ours.account_id, balance=2 * price)
    outcomes = accept(*[(ours, WISH)] * 3, (theirs, WISH))
    assert refusals(outcomes) == [None, None, Refusal.BALANCE, None]
    assert isinstance(outcomes[2], Refused)
    assert outcomes[2].values == {"missing": price}
    assert db.session.get_one(Account, ours.account_id).balance == 0
    change(ours.account_id, balance=price - 1)
    [refused] = accept((ours, WISH))
    assert isinstance(refused, Refused)
    assert refused.values == {"missing": 1}


def test_the_limit_of_the_month_is_one_for_all(ours: ApiKey, theirs: ApiKey) -> None:
    price = composing.compose(ours.account_id, WISH).price
    guard.choose(ours.account_id, guard.Limits(per_month=3 * price))
    assert refusals(accept((ours, WISH))) == [None]
    outcomes = accept(*[(ours, WISH)] * 3, (theirs, WISH))
    assert refusals(outcomes) == [None, None, Refusal.MONTH_LIMIT, None]
    assert isinstance(outcomes[2], Refused)
    assert outcomes[2].values == {"missing": price}
    with pytest.raises(Refused) as caught:
        accepting.dry_run(ours, composing.compose(ours.account_id, WISH))
    assert caught.value.code == Refusal.MONTH_LIMIT


def test_on_trial_there_are_so_many_texts_a_day(
    app: Flask, cast: Cast, ours: ApiKey, theirs: ApiKey
) -> None:
    override(app, trial_texts_per_day=2)
    change(ours.account_id, approved_at=None)
    with transaction() as session:
        session.execute(update(Gateway).values(kind="smpp", status=GatewayStatus.PAUSED))
    own = to("+48601000101")  # the owner's
    outcomes = accept((ours, own), (ours, WISH), (ours, own), (ours, own), *[(theirs, WISH)] * 3)
    assert refusals(outcomes) == [
        *(None, Refusal.TRIAL_GUEST, None, Refusal.TRIAL_DAY),
        *(None, None, None),
    ]
    with pytest.raises(Refused) as caught:
        accepting.dry_run(ours, composing.compose(ours.account_id, own))
    assert caught.value.code == Refusal.TRIAL_DAY


def test_requests_that_were_done_are_not_done_again(ours: ApiKey, theirs: ApiKey) -> None:
    [first] = _accept_all([_Asked(ours, WISH, once(ours, "a"))])
    assert isinstance(first, ApiText)
    outcomes = _accept_all(
        [
            _Asked(ours, to(EWA), once(ours, "b")),
            _Asked(ours, WISH, once(ours, "a")),
            _Asked(ours, WISH, once(ours, "a", b"another body")),
            _Asked(theirs, WISH, once(theirs, "a")),
            _Asked(ours, to("+480"), once(ours, "c")),
        ]
    )
    kinds = [ApiText, AlreadyDone, OtherRequest, ApiText, Refused]
    assert [type(each) for each in outcomes] == kinds
    assert isinstance(outcomes[1], AlreadyDone)
    assert outcomes[1].result == f"message:{first.number}"
    # Who was refused may do it better with the same key.
    [better] = _accept_all([_Asked(ours, to(JAN), once(ours, "c"))])
    assert isinstance(better, ApiText)
    assert stored() == 4


def test_a_text_belongs_to_the_recipient_and_is_noted_as_activity(
    ours: ApiKey, theirs: ApiKey
) -> None:
    account = db.session.get_one(Account, ours.account_id)
    ola = recipients.add(account, {"phone": OLA}, Basis())
    texts = accept((ours, to(OLA)), (theirs, to(OLA)), (ours, to(EWA)), (ours, to(OLA)))
    owners = [
        db.session.get_one(Message, text.number).recipient
        for text in texts
        if isinstance(text, ApiText)
    ]
    assert owners == [ola.public_id, None, None, ola.public_id]
    noted = db.session.scalars(select(RecipientActivity)).all()
    assert [(row.recipient_id, row.account_id) for row in noted] == [(ola.id, ours.account_id)]
    assert noted[0].texted_at is not None
    recipients.delete_many(ours.account_id, [ola.public_id])
    [text] = accept((ours, to(OLA)))
    assert isinstance(text, ApiText)
    row = db.session.get_one(Message, text.number)
    assert row.recipient == recipients.owner_of(db.session(), ours.account_id, OLA)


def test_texts_of_several_accounts_are_read_apart(ours: ApiKey, theirs: ApiKey) -> None:
    first, second = accept((ours, to(OLA)), (theirs, to(EWA)))
    assert isinstance(first, ApiText)
    assert isinstance(second, ApiText)
    asked = [
        messages._Asked(message_ids.decode(text.id), key.account_id)
        for text in (first, second)
        for key in (ours, theirs)
    ]
    found = messages._read_all([*asked, messages._Asked([10**9], ours.account_id)])
    assert [text and text.phone for text in found] == [OLA, None, None, EWA, None]


def test_what_fails_before_the_commit_has_changed_nothing(
    ours: ApiKey, theirs: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "texted_all", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accept((ours, WISH), (theirs, WISH))
    assert stored() == 0
    monkeypatch.undo()
    assert refusals(accept((ours, WISH), (theirs, WISH))) == [None, None]


def test_when_nobody_knows_whether_it_was_committed_nobody_tries_again(
    ours: ApiKey, theirs: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def cut_off() -> Iterator[Session]:
        with transaction() as session:
            yield session
        raise OperationalError("COMMIT", None, Exception("the line is dead"))

    monkeypatch.setattr(accepting, "transaction", cut_off)
    outcomes = accept((ours, WISH), (theirs, WISH))
    assert [type(each) for each in outcomes] == [OperationalError] * 2
    with pytest.raises(OperationalError):
        accepting.accept(ours, WISH, None)
    monkeypatch.undo()
    assert stored() == 3
