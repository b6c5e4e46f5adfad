"""What keeps a sign-up form from working, who waits, and the texts of the day."""

from datetime import timedelta

import pytest

from promosms.extensions import db
from promosms.models import Account, AccountStatus, Gateway, SignUp, SignUpForm, now
from promosms.services.recipients import lists
from promosms.services.sign_ups import forms, state
from promosms.services.sign_ups.forms import Draft, Words
from promosms.services.sign_ups.state import Obstacle
from tests.support.cast import Cast


@pytest.fixture
def form(context: None, cast: Cast) -> SignUpForm:
    said = {"en": Words("Offers", "", "Yes.")}
    account_id = cast.owner.account_id
    on_list = lists.create(account_id, "Regulars")
    return forms.add(account_id, Draft(on_list.id, said, daily_limit=2), "u")


def test_one_obstacle_is_named_the_lasting_ones_first(form: SignUpForm) -> None:
    account = db.session.get_one(Account, form.account_id)
    price = state.price_of(account)
    assert price
    account.balance, account.timezone = price, "Pacific/Kiritimati"
    here = now() + timedelta(hours=14)
    form.texted, form.texted_on = 1, here.date()
    assert state.obstacle(form, account) is None
    form.texted = 2
    assert state.obstacle(form, account) == Obstacle.DAY_FULL
    form.texted_on = here.date() - timedelta(days=1)
    assert state.obstacle(form, account) is None
    account.balance = price - 1
    assert state.obstacle(form, account) == Obstacle.NO_MONEY
    account.approved_at = None
    db.session.add(Gateway(name="Real", kind="smsapi"))
    db.session.flush()
    assert state.obstacle(form, account) == Obstacle.TRIAL
    account.status = AccountStatus.SUSPENDED
    assert state.obstacle(form, account) == Obstacle.SUSPENDED
    form.closed_at = now()
    assert state.obstacle(form, account) == Obstacle.CLOSED
    form.list_id = None
    assert state.obstacle(form, account) == Obstacle.NO_LIST


def test_who_waits_has_a_code_that_can_be_typed_yet(form: SignUpForm) -> None:
    for at, (minutes, confirmed) in enumerate([(1, None), (-1, None), (1, now())]):
        row = SignUp(
            account_id=form.account_id,
            form_id=form.id,
            phone=f"+4860111111{at}",
            language="en",
            code_hash="-",
            expires_at=now() + timedelta(minutes=minutes),
            confirmed_at=confirmed,
        )
        db.session.add(row)
    db.session.commit()
    assert state.waiting(form) == 1
