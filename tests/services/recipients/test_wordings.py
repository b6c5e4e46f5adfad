"""Wordings: other words are a new version; what somebody has agreed to stays as it was."""

from datetime import date
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from promosms.extensions import db
from promosms.models import Account, Consent, Wording
from promosms.services.recipients import consent_history, consents, recipients, wordings
from promosms.services.recipients.consent import Basis
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

ADD = "/recipients/add"


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def test_other_words_are_a_new_version_and_evidence_keeps_its_own(account: Account) -> None:
    first = wordings.add(account.id, "Card", "en", " Yes,\r\ntext me. ", "u")
    assert (first.version, first.text) == (1, "Yes,\ntext me.")
    assert first.digest == sha256(b"Yes,\ntext me.").hexdigest()
    basis = Basis(Consent.GIVEN, "till", date(2026, 1, 2), first.id)
    anna = recipients.add(account, {"phone": "+48601234567"}, basis)
    assert wordings.change(first, "Card", "en", "Yes,\ntext me.", "u").id == first.id
    second = wordings.change(first, "Card", "en", "Yes, please.", "u")
    assert (second.version, second.series) == (2, first.series)
    assert wordings.change(first, "Card", "en", "Third.", "u").version == 3
    assert [row.version for row in wordings.all_of(account.id)] == [3, 2, 1]
    assert [row.version for row in wordings.offered(account.id)] == [3]
    assert [row.version for row in wordings.offered(account.id, first.id)] == [1, 3]
    (said,) = consent_history.of(anna)
    assert said.wording == first
    wordings.retire(second)
    assert wordings.offered(account.id) == []
    assert consents.basis_of(consents.of(anna)).wording_id == first.id
    assert wordings.change(first, "Card", "en", "Third.", "u").version == 4
    assert [row.version for row in wordings.offered(account.id)] == [4]
    db.session.rollback()
    with pytest.raises(DBAPIError), db.engine.begin() as connection:
        connection.execute(text("UPDATE wordings SET text = 'another'"))


def test_a_person_and_a_paste_name_the_words(owner: PageClient, cast: Cast) -> None:
    assert owner.get_page(ADD).select_one("[name=wording]") is None
    page = owner.get_page("/recipients/wordings")
    assert [button.get_text(strip=True) for button in page.select("footer [name=language]")] == [
        "Polski"
    ]
    kept = {"name": "Card", "language": "en", "text": "Yes, text me."}
    owner.post_page("/recipients/wordings", kept)
    option = owner.get_page(ADD).select_one("[name=wording] option:last-child")
    assert option is not None
    chosen = {"consent": "given", "consent_source": "till", "consent_on": "2026-01-02"}
    chosen["wording"] = str(option["value"])
    owner.post_page(ADD, {**chosen, "phone": "601234567"})
    owner.post_page("/imports/paste", {**chosen, "text": "601234568"})
    with owner.application.app_context():
        people = [recipients.by_phone(cast.owner.account_id, f"+4860123456{n}") for n in (7, 8)]
        acts = [consents.of(one) for one in people if one]
        assert [db.session.get_one(Wording, act.wording_id).version for act in acts if act] == [
            1,
            1,
        ]
        person = people[0].public_id if people[0] else ""
    assert "Card, version 1" in words(owner.get_page(f"/recipients/{person}").get_text())
    owner.post_page(f"/recipients/wordings/{chosen['wording']}/retire")
    edit = owner.get_page(f"/recipients/{person}/edit")
    current = edit.select_one("[name=wording] option[selected]")
    assert current is not None
    assert current["value"] == chosen["wording"]
    assert owner.get_page(ADD).select_one("[name=wording]") is None
