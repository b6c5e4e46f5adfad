"""Sign-up forms: their words, open and closed, and who joins by them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Consent,
    ConsentAct,
    ConsentHow,
    RecipientList,
    SignUpForm,
    SuppressionSource,
    Wording,
    now,
)
from promosms.services.recipients import consents, lists, recipients, wordings
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from promosms.services.sending.opt_outs import Evidence
from promosms.services.sign_ups import forms, joining
from promosms.services.sign_ups.forms import Draft, KeywordTaken, NoList, Words
from tests.support.cast import Cast
from tests.support.invoicing import today

ANNA = "+48601234567"
ENGLISH = Words("Our offers", "A text a week.", "Yes, text me your offers.")
POLISH = Words("Nasze oferty", "", "Tak, chcę dostawać oferty.")


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.fixture
def group(account: Account) -> RecipientList:
    return lists.create(account.id, "Regulars")


@pytest.fixture
def form(account: Account, group: RecipientList) -> SignUpForm:
    words = {"en": ENGLISH, "pl": POLISH}
    return forms.add(account.id, Draft(group.id, words, keyword="PIZZA"), "u")


def join(form: SignUpForm, name: str = "", *, ago: int = 0, phone: str = ANNA) -> bool:
    moment = now() - timedelta(minutes=ago)
    with transaction() as session:
        how, words = ConsentHow.FORM, form.wording_en_id
        return joining.join(session, form, phone, name, words, how, "Our offers", moment)


def test_a_form_is_found_by_its_address_and_shown_in_a_language_that_it_has(
    form: SignUpForm, group: RecipientList, account: Account
) -> None:
    assert forms.of_token(form.token.upper()) == form
    assert forms.of_token("2222222222") is None
    assert set(form.token) <= set(forms.SYMBOLS)
    assert forms.languages_of(form) == ["en", "pl"]
    assert forms.shown(form, "pl").title == "Nasze oferty"
    assert forms.shown(form, "de").wording.text == ENGLISH.wording
    first = form.wording_en_id
    forms.change(form, Draft(group.id, {"en": ENGLISH, "pl": Words(lead="later")}), "u")
    assert forms.languages_of(form) == ["en"]
    assert forms.shown(form, "pl").language == "en"
    assert (form.wording_en_id, form.wording_pl_id) == (first, None)
    assert [row.language for row in wordings.offered(account.id)] == ["en"]
    forms.change(form, Draft(group.id, {"en": Words("Offers", "", "Yes!")}), "u")
    assert db.session.get_one(Wording, form.wording_en_id).version == 2
    assert db.session.get_one(Wording, first).text == ENGLISH.wording
    for draft in (
        Draft(group.id, {"en": Words("Offers")}),
        Draft(group.id, {"en": ENGLISH}, daily_limit=1001),
    ):
        with pytest.raises(ValueError, match=r"complete|1001"):
            forms.change(form, draft, "u")


def test_a_keyword_is_taken_while_its_form_is_open(
    form: SignUpForm, account: Account, group: RecipientList, cast: Cast
) -> None:
    theirs = lists.create(cast.stranger.account_id, "Ours")
    draft = Draft(theirs.id, {"en": ENGLISH}, keyword="PIZZA")
    with pytest.raises(KeywordTaken):
        forms.add(cast.stranger.account_id, draft, "v")
    forms.close(form)
    assert forms.offered(account.id) == []
    other = forms.add(cast.stranger.account_id, draft, "v")
    with pytest.raises(KeywordTaken):
        forms.reopen(form)
    forms.delete(other)
    forms.reopen(form)
    assert [row.id for row in forms.offered(account.id)] == [form.id]
    lists.delete_list(group)
    db.session.refresh(form)
    assert (form.list_id, forms.offered(account.id)) == (None, [])
    with pytest.raises(NoList):
        forms.reopen(form)


def test_joining_makes_a_recipient_with_provable_consent_once(
    form: SignUpForm, group: RecipientList
) -> None:
    assert join(form, "Anna")
    assert not join(form, "Ania")
    anna = recipients.by_phone(form.account_id, ANNA)
    assert anna is not None
    act = consents.of(anna)
    assert act is not None
    assert (anna.first_name, anna.country, anna.consent) == ("Anna", "PL", Consent.GIVEN)
    assert (act.how, act.source, act.by) == (ConsentHow.FORM, "Our offers", "")
    assert act.wording_id == form.wording_en_id
    assert act.agreed_on == today()
    db.session.expire_all()
    assert (form.n_joined, group.size) == (1, 1)
    recipients.delete_many(form.account_id, [anna.public_id])
    assert db.session.scalars(select(ConsentAct)).all() == [], (
        "an act about one person goes with them"
    )


def test_who_joins_again_on_another_day_keeps_the_older_proof(
    form: SignUpForm, account: Account
) -> None:
    assert join(form, ago=3 * 24 * 60)
    anna = recipients.by_phone(account.id, ANNA)
    assert anna is not None
    first = anna.consent_id
    assert not join(form)
    db.session.expire_all()
    assert (anna.consent_id, form.n_joined) == (first, 1)
    words = {"en": Words("Our offers", "", "Yes, and news too.")}
    assert form.list_id is not None
    forms.change(form, Draft(form.list_id, words), "u")
    assert join(form), "other words are another consent"
    assert anna.consent_id != first


def test_joining_completes_who_is_here_and_lifts_what_came_before_and_not_after(
    form: SignUpForm, account: Account
) -> None:
    card = Basis(Consent.GIVEN, "card", now().date())
    recipients.add(account, {"phone": ANNA, "last_name": "Nowak"}, card)
    stop = SuppressionSource.KEYWORD, Evidence("STOP", "", now() - timedelta(minutes=5))
    opt_outs.opt_out(account.id, ANNA, *stop)
    assert not join(form, ago=6)
    assert opt_outs.is_suppressed(account.id, ANNA), "what came later counts more"
    assert join(form, "Ewa", ago=4)
    assert not opt_outs.is_suppressed(account.id, ANNA)
    anna = recipients.by_phone(account.id, ANNA)
    assert anna is not None
    assert (anna.first_name, anna.last_name) == ("", "Nowak")
    first = anna.consent_id
    assert not join(form)
    opt_outs.opt_out(account.id, ANNA, SuppressionSource.KEYWORD)
    assert join(form)
    db.session.refresh(anna)
    assert anna.consent_id != first, "the earlier act does not prove what came after the opt-out"
    recipients.change(anna, "PL", {"phone": ANNA}, Basis(), [], "u")
    assert not join(form, ago=1)
    assert (anna.consent, recipients.lists_of([anna.id])[anna.id]) == (Consent.NONE, [])
    assert join(form)
