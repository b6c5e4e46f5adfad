"""Preparation: every recipient once, whatever changes while it runs."""

from typing import Any

import pytest
from sqlalchemy import Function, func, select, text, update

from promosms.db.transactions import has_room, lengthen_log, on_sqlite, transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Consent, Message, Recipient, RouteGateway
from promosms.services.campaigns import audience, preparation
from promosms.services.recipients import recipients
from promosms.services.sending import deletions, opt_outs
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast

PHONES = [f"+4860122{number:04}" for number in range(6)]


def test_a_number_that_was_deleted_and_added_again_is_texted_once(
    context: None, make_campaign: MakeCampaign, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "PAGE", 4)
    campaign_id = make_campaign(PHONES)
    assert preparation.prepare(campaign_id, seconds=0) == CampaignStatus.PREPARING
    with transaction() as session:
        session.delete(session.scalars(select(Recipient).where(Recipient.phone == PHONES[0])).one())
        session.flush()
        session.add(
            Recipient(
                account_id=cast.owner.account_id,
                phone=PHONES[0],
                country="PL",
                consent=Consent.GIVEN,
            )
        )
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert statuses(campaign_id) == {"queued": 6}
    campaign = db.session.get_one(Campaign, campaign_id)
    assert (campaign.audience, campaign.total_price, campaign.n_parts) == (6, 6 * 300, 6)
    check_books(cast.owner.account_id)


def test_who_is_deleted_between_reading_and_writing_a_page_is_not_texted(
    context: None, make_campaign: MakeCampaign, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert, account_id = preparation._insert_page, cast.owner.account_id
    campaign_id = make_campaign(PHONES)
    public_ids = list(db.session.scalars(select(Recipient.public_id).order_by(Recipient.phone)))

    def late(*args: Any, **options: Any) -> Any:
        assert recipients.delete_many(account_id, public_ids[-2:]) == 2
        return insert(*args, **options)

    monkeypatch.setattr(preparation, "_insert_page", late)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert statuses(campaign_id) == {"queued": 4}
    campaign = db.session.get_one(Campaign, campaign_id)
    assert (campaign.audience, campaign.total_price, campaign.n_parts) == (4, 4 * 300, 4)
    texts = select(Message.phone).where(Message.campaign_id == campaign_id)
    assert sorted(db.session.scalars(texts)) == PHONES[:4], "nothing is kept about them"
    check_books(account_id)


@pytest.mark.only("postgresql")
def test_a_deletion_waits_for_a_page_and_a_page_for_a_deletion(
    context: None, make_campaign: MakeCampaign, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = cast.owner.account_id
    campaign_id, key = make_campaign(PHONES[:1]), deletions.LOCKS + account_id
    public_ids = list(db.session.scalars(select(Recipient.public_id)))
    begin, page = func.pg_try_advisory_xact_lock(key), func.pg_try_advisory_xact_lock_shared(key)
    still_preparing, skip, held = preparation._still_preparing, opt_outs.skip_texts, []

    def preparing(*args: Any) -> Any:
        held.append(("page", free(page), free(begin)))
        return still_preparing(*args)

    def deleting(*args: Any) -> Any:
        held.append(("deletion", free(page), free(begin)))
        return skip(*args)

    monkeypatch.setattr(preparation, "_still_preparing", preparing)
    monkeypatch.setattr(opt_outs, "skip_texts", deleting)
    with transaction():
        preparation.prepare(campaign_id)
        assert held[0] == ("page", True, False), "before it looks who is still there"
    recipients.delete_many(account_id, public_ids)
    assert {*held[-2:]} == {("deletion", False, False)}, "before it looks what waits"
    assert (free(page), free(begin)) == (True, True)
    assert statuses(campaign_id) == {"skipped": 1}


def free(lock: Function[bool]) -> bool:
    """Would somebody else get this lock at once?"""
    with db.engine.connect() as other:
        return bool(other.scalar(select(lock)))


def test_texts_are_stored_as_written(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    text = "Tab\\t and \\N for {first_name}, {city|your city}\nzażółć 👍, and much more of it"
    campaign_id = make_campaign(PHONES[:1], text=text)
    preparation.prepare(campaign_id)
    message = db.session.scalars(select(Message).where(Message.campaign_id == campaign_id)).one()
    campaign = db.session.get_one(Campaign, campaign_id)
    written = text.replace("{first_name}", "Ola").replace("{city|your city}", "your city")
    assert message.text == written + audience.writer_of(campaign).tail
    assert (message.encoding, message.parts, message.price) == ("ucs2", 2, 600)
    assert message.created_at.tzinfo is not None
    assert message.created_at >= campaign.created_at


def test_a_country_that_no_gateway_serves_is_left_out(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    with transaction() as session:
        for behind in session.scalars(select(RouteGateway)):
            behind.countries = "DE"
    campaign_id = make_campaign(PHONES, launched=False)
    campaign = db.session.get_one(Campaign, campaign_id)
    assert audience.estimate(campaign).skipped == {audience.NO_GATEWAY: 6}
    with transaction():
        campaign.status = CampaignStatus.PREPARING
    assert preparation.prepare(campaign_id) == CampaignStatus.FINISHED
    assert statuses(campaign_id) == {"skipped": 6}


def test_the_checkpoint_is_larger_only_while_pages_are_written(context: None) -> None:
    if not on_sqlite():
        assert not has_room()
        return
    with transaction() as session:
        lengthen_log(session)
        assert pages_of_log() == 16_384
    assert pages_of_log() == 1_000


def pages_of_log() -> int:
    pages: int = db.session.execute(text("PRAGMA wal_autocheckpoint")).scalar_one()
    return pages


@pytest.mark.only("postgresql")
@pytest.mark.parametrize(("many", "seen"), [(5, True), (6, False)])
def test_the_database_sees_at_once_how_many_texts_a_large_campaign_has(
    context: None,
    make_campaign: MakeCampaign,
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    seen: bool,
) -> None:
    monkeypatch.setattr(preparation, "MANY", many)
    told: list[str] = []
    monkeypatch.setattr(
        preparation, "text", lambda statement: told.append(statement) or text(statement)
    )
    assert preparation.prepare(make_campaign(PHONES)) == CampaignStatus.SENDING
    assert [statement.split()[0] for statement in told] == ["ANALYZE"] * seen


def test_somebody_is_found_behind_many_who_get_nothing(
    context: None, make_campaign: MakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FEW", 2)
    monkeypatch.setattr(audience, "PAGE", 3)
    campaign = db.session.get_one(Campaign, make_campaign(PHONES, launched=False))
    for number, phone in enumerate(PHONES):
        assert audience.has_anybody(campaign), number
        with transaction() as session:
            session.execute(
                update(Recipient).where(Recipient.phone == phone).values(consent=Consent.NONE)
            )
    assert not audience.has_anybody(campaign)
