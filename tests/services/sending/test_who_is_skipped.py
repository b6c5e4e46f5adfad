"""Who gets no text: recipients who opted out or have not agreed, and nobody because of others."""

import pytest
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    CampaignStatus,
    Consent,
    Gateway,
    Message,
    Recipient,
    Suppression,
    SuppressionSource,
)
from promosms.services.campaigns import preparation
from promosms.services.ledger import ledger
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import claiming, opt_outs
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast

pytestmark = pytest.mark.usefixtures("context")
PHONES = ["+48601200001", "+48601200002", "+48601200003"]


def reasons(campaign_id: int) -> dict[str, str]:
    query = select(Message.phone, Message.reason).where(Message.campaign_id == campaign_id)
    return {row.phone: row.reason for row in db.session.execute(query)}


def test_only_recipients_who_agreed_and_did_not_opt_out_are_prepared_and_paid_for(
    make_campaign: MakeCampaign, cast: Cast
) -> None:
    ledger.credit(cast.owner.account_id, 1_000_000, "topup:1")
    campaign_id = make_campaign(PHONES)
    opt_outs.opt_out(cast.owner.account_id, PHONES[0], SuppressionSource.REPLY)
    with transaction() as session:
        without = update(Recipient).where(Recipient.phone == PHONES[1])
        session.execute(without.values(consent=Consent.NONE))
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert reasons(campaign_id) == {PHONES[0]: "opted_out", PHONES[1]: "no_consent", PHONES[2]: ""}
    assert statuses(campaign_id) == {"skipped": 2, "queued": 1}
    assert db.session.get_one(Account, cast.owner.account_id).held == 300
    check_books(cast.owner.account_id)


def test_what_somebody_said_to_another_account_skips_nothing(
    make_campaign: MakeCampaign, cast: Cast
) -> None:
    ledger.credit(cast.owner.account_id, 1_000_000, "topup:1")
    campaign_id = make_campaign(PHONES)
    opt_outs.opt_out(cast.stranger.account_id, PHONES[0], SuppressionSource.REPLY)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    opt_outs.opt_out(cast.stranger.account_id, PHONES[1], SuppressionSource.REPLY)
    stranger = db.session.get_one(Account, cast.stranger.account_id)
    recipients.add(stranger, {"phone": PHONES[2]}, Basis())  # who has not agreed there
    gateway_id = db.session.scalars(select(Gateway.id)).one()
    messages = claiming.take(Claim(gateway_id), 10)
    assert sorted(message.phone for message in messages) == PHONES
    assert statuses(campaign_id) == {"sending": 3}


def test_opt_outs_of_an_import_skip_what_waits_and_keep_how_others_came(
    make_campaign: MakeCampaign, cast: Cast
) -> None:
    account_id = cast.owner.account_id
    ledger.credit(account_id, 1_000_000, "topup:1")
    campaign_id = make_campaign(PHONES)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    opt_outs.opt_out(account_id, PHONES[0], SuppressionSource.REPLY)
    opt_outs.opt_out_all(account_id, PHONES[:2], SuppressionSource.IMPORT)
    opt_outs.opt_out_all(account_id, PHONES[:2], SuppressionSource.IMPORT)
    assert statuses(campaign_id) == {"skipped": 2, "queued": 1}
    assert reasons(campaign_id)[PHONES[1]] == "opted_out"
    sources = select(Suppression.source).order_by(Suppression.phone)
    assert list(db.session.scalars(sources)) == ["reply", "import"]
    gateway_id = db.session.scalars(select(Gateway.id)).one()
    assert [message.phone for message in claiming.take(Claim(gateway_id), 10)] == [PHONES[2]]
    check_books(account_id)
