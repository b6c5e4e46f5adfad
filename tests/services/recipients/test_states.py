"""States of recipients: pages and counts agree with each recipient looked at alone."""

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Consent, Recipient, RecipientList, SuppressionSource
from promosms.services.recipients import filters, lists, pages, recipients, states
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.filters import Search
from promosms.services.recipients.states import State
from promosms.services.sending import opt_outs
from tests.support.cast import Cast

NUMBER = 24


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    """The owner's account: every third has not agreed, some have opted out, a stranger has too."""
    account = db.session.get_one(Account, cast.owner.account_id)
    target = lists.create(account.id, "Guests")
    for n in range(NUMBER):
        basis = Basis() if n % 3 == 0 else Basis(Consent.GIVEN, "card")
        recipients.add(account, {"phone": phone(n)}, basis, [target.id] if n % 2 else [])
    with transaction():
        for n in range(NUMBER):
            if n % 5 == 0:
                source = SuppressionSource.HELD if n % 2 else SuppressionSource.HAND
                opt_outs.opt_out(account.id, phone(n), source)
            opt_outs.opt_out(cast.stranger.account_id, phone(n), SuppressionSource.HAND)
    return account


def phone(n: int) -> str:
    return f"+486012000{n:02d}"


def expected(state: State, on_list: bool) -> list[str]:
    """The numbers of a state, the newest first."""
    numbers = {
        State.ALL: {*range(NUMBER)},
        State.TEXTABLE: {n for n in range(NUMBER) if n % 3 and n % 5},
        State.NO_CONSENT: {*range(0, NUMBER, 3)},
        State.OPTED_OUT: {*range(0, NUMBER, 10)},
        State.HELD: {*range(5, NUMBER, 10)},
    }[state]
    return [phone(n) for n in sorted(numbers)[::-1] if n % 2 or not on_list]


def all_pages(account: Account, state: State, on_list: RecipientList | None) -> list[str]:
    found, after = list[str](), ""
    while True:
        page = pages.page(Search(account.id, "", state, on_list, after))
        found += [recipient.phone for recipient in page.recipients]
        assert page.total == len(expected(state, on_list is not None))
        if page.next_key is None:
            return found
        after = str(page.next_key)


@pytest.mark.parametrize(("few", "some", "size"), [(0, 0, 3), (20_000, 20_000, 3), (20_000, 0, 1)])
@pytest.mark.parametrize("on_list", [False, True])
def test_pages_of_each_state_show_everybody_once(
    account: Account,
    on_list: bool,
    few: int,
    some: int,
    size: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(states, "FEW", few)
    monkeypatch.setattr(states, "SOME", some)
    monkeypatch.setattr(pages, "PAGE", size)
    chosen = lists.all_of(account.id)[0] if on_list else None
    for state in State:
        assert all_pages(account, state, chosen) == expected(state, on_list)
        assert states.count(account.id, chosen)[state] == len(expected(state, on_list))
        everybody = filters.select_all(Search(account.id, "", state, chosen), Recipient.phone)
        found = db.session.scalars(everybody.order_by(Recipient.id.desc())).all()
        assert found == expected(state, on_list)


def test_the_few_without_consent_are_found_on_a_long_list(account: Account) -> None:
    target = lists.all_of(account.id)[0]
    agreed = db.session.query(Recipient).filter_by(consent=Consent.NONE, account_id=account.id)
    with transaction():
        for recipient in agreed.order_by(Recipient.id).offset(2):
            recipient.consent = Consent.GIVEN
    found = pages.page(Search(account.id, "", State.NO_CONSENT, target)).recipients
    assert [recipient.phone for recipient in found] == [phone(3)]
