"""Numbers, dates and birthdays in a text: in its language, and the same wherever it is shown."""

from dataclasses import replace

import pytest

from promosms.extensions import db
from promosms.models import Account, Consent, FieldType
from promosms.services.campaigns import audience, drafts, live_estimate, text_cost
from promosms.services.campaigns.drafts import Draft
from promosms.services.recipients import field_values, recipients
from promosms.services.recipients.consent import Basis
from promosms.sms import gsm7
from tests.support.cast import Cast

TEXT = "{birthday|soon}: {field1}, {field2}, {field3}"
DETAILS = {"birthday": "1990-10-02", "field1": "-1234.5", "field2": "2026-09-17", "field3": "1.5"}
WRITTEN = {
    "en": "2 October: -1234.5, 17 September 2026, 1.5",
    "pl": "2 pazdziernika: -1234,5, 17 wrzesnia 2026, 1.5",
    "de": "2. Oktober: -1234,5, 17. September 2026, 1.5",
}


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    account = db.session.get_one(Account, cast.owner.account_id)
    account.field_types = {"field1": "number", "field2": "date"}
    db.session.commit()
    basis = Basis(Consent.GIVEN, "card")
    recipients.add(account, {"phone": "601234567", **DETAILS}, basis)
    return account


@pytest.mark.parametrize("language", WRITTEN)
def test_composer_review_and_preparation_write_the_same(account: Account, language: str) -> None:
    draft = Draft(text=TEXT, opt_out_line=False, everyone=True, language=language)
    campaign = drafts.create(account, draft, "")
    ((message,),) = audience.read_pages(campaign)
    person = live_estimate.person(account, draft, 0)
    assert person is not None
    cost = text_cost.text_cost(account, TEXT, opt_out_line=False, language=language)
    estimated = live_estimate.estimate(account, draft)
    shown = audience.render(campaign, audience.sample(campaign, 1)[0])
    texts = {message.text, person.text, cost.text, estimated.longest, shown}
    assert texts == {WRITTEN[language]}
    assert audience.render(campaign, None).startswith("soon:")


def test_a_month_keeps_its_accents_in_a_text_that_has_some(account: Account) -> None:
    draft = Draft(text="Zażółć {birthday}", opt_out_line=False, everyone=True, language="pl")
    for plain, written in ((False, "Zażółć 2 października"), (True, "Zażółć 2 pazdziernika")):
        person = live_estimate.person(account, replace(draft, plain_details=plain), 0)
        assert person is not None
        assert person.text == written


@pytest.mark.parametrize("language", ["en", "pl", "de", "fr", "es", "it", "cs", "sv", "ga", "hu"])
def test_numbers_and_dates_hold_no_signs_that_only_pages_have(language: str) -> None:
    number = field_values.in_text(FieldType.NUMBER, "-1234567.5", language)
    assert gsm7.is_gsm7(number)
    for kept in ("--02-29", "1990-05-17"):
        written = field_values.in_text(FieldType.BIRTHDAY, kept, language)
        assert "90" not in written
        assert " ".join(written.split()) == written
    for kept in ("abc", "2026-02-30", "", "17.05.2026"):
        assert field_values.in_text(FieldType.DATE, kept, language) == kept
