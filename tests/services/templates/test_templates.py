"""Templates: kept texts begin drafts."""

from dataclasses import replace

import pytest

from promosms.extensions import db
from promosms.models import Account, CampaignKind
from promosms.services.campaigns import drafts
from promosms.services.campaigns.drafts import Draft
from promosms.services.templates import starters, templates
from tests.support.cast import Cast

WRITTEN = Draft(
    text="Hi {first_name|there}, gotowe w Łodzi",
    kind=CampaignKind.SERVICE,
    opt_out_line=False,
    language="pl",
)


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account."""
    return db.session.get_one(Account, cast.owner.account_id)


def names(account: Account, words: str = "") -> list[str]:
    return [one.name for one in templates.all_of(account, words)]


def test_a_draft_that_begins_with_a_template_is_a_copy(account: Account) -> None:
    template = templates.create(account, "Ready", WRITTEN)
    campaign = templates.use(account, template)
    begun = drafts.read(campaign)
    assert begun == replace(WRITTEN, name="Ready")
    assert template.used_at is not None
    templates.change(template, "Ready", Draft(text="Other"))
    templates.remove(template)
    assert (drafts.read(campaign), names(account)) == (begun, [])


def test_a_name_is_used_once_in_an_account(account: Account, cast: Cast) -> None:
    first = templates.create(account, "Ready", WRITTEN)
    second = templates.create(account, "Moved", WRITTEN)
    with pytest.raises(templates.NameTaken):
        templates.create(account, "Ready", Draft(text="Other"))
    with pytest.raises(templates.NameTaken):
        templates.change(second, "Ready", Draft(text="Other"))
    db.session.expire_all()
    kept = [(one.name, one.text) for one in templates.all_of(account)]
    assert kept == [("Moved", WRITTEN.text), ("Ready", WRITTEN.text)]
    stranger = db.session.get_one(Account, cast.stranger.account_id)
    templates.create(stranger, "Ready", WRITTEN)
    templates.use(account, first)
    assert names(account) == ["Ready", "Moved"], "the last used first"


def test_one_is_found_by_words_of_its_name_and_its_text(account: Account) -> None:
    templates.create(account, "Zajęcia odwołane", WRITTEN)
    templates.create(account, "Other", Draft(text="20% off"))
    for words in ("odwolane", "LODZI zaj", "there", " "):
        assert "Zajęcia odwołane" in names(account, words), words
    assert names(account, "lodzi 20%") == []
    assert names(account, "20%") == ["Other"]


def test_an_account_keeps_so_many_and_no_more(
    account: Account, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "MOST", 2)
    for name in ("One", "Two"):
        templates.create(account, name, WRITTEN)
    with pytest.raises(templates.TooMany):
        templates.create(account, "Three", WRITTEN)
    stranger = db.session.get_one(Account, cast.stranger.account_id)
    templates.create(stranger, "Three", WRITTEN)
    templates.remove(templates.all_of(account)[0])
    templates.create(account, "Three", WRITTEN)


def test_a_ready_text_begins_a_draft_under_the_sender_chosen_last(account: Account) -> None:
    starter = starters.of("shop", "pl")[0]
    campaign = drafts.begin(account, starter.draft())
    assert drafts.read(campaign) == starter.draft()
    assert "ż" not in campaign.text
    with_accents = drafts.begin(account, starter.draft(accents=True))
    assert "wyprzedaż" in with_accents.text
