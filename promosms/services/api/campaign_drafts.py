"""Campaigns that programs write: a draft for stored recipients, and what keeps it from leaving."""

from dataclasses import replace

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, ApiKey, Campaign, CampaignStatus
from promosms.services.api import composing, idempotency
from promosms.services.api.composing import Refusal, Refused
from promosms.services.api.idempotency import Once
from promosms.services.campaigns import drafts, launch, second_yes
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.sms import transliterate

RESULT = "draft"


def create(account: Account, draft: Draft, once: Once | None) -> Campaign:
    """Store a draft, whose `sender` is a name; raises Refused for one that the account has not.

    Also for lists and segments that it has not: a program that means others shall not text fewer.
    """
    on_top = composing.sender_of(account.id, draft.route, draft.sender)
    sender = on_top.own.sender.public_id if on_top.own else ""
    written = replace(draft, sender=sender, text=transliterate.tidy(draft.text))
    with transaction() as session:
        idempotency.begin(session, once)
        campaign = drafts.create(account, written, "")
        session.flush()
        _check_audience(campaign, draft)
        idempotency.finish(session, once, f"{RESULT}:{campaign.id}")
        return campaign


def find(key: ApiKey, public_id: str) -> Campaign | None:
    """The campaign of the account with this id; none in the sandbox."""
    if key.sandbox:
        return None
    return db.session.scalar(
        select(Campaign).where(
            Campaign.account_id == key.account_id,
            Campaign.public_id == public_id,
            Campaign.status != CampaignStatus.PROTOTYPE,
        )
    )


def why_not(campaign: Campaign, price: int) -> str:
    """Why a draft cannot be launched as it is, as a code; empty if it can."""
    try:
        with transaction() as session:
            draft = CampaignStatus.DRAFT
            launch.check(session, campaign, draft, as_it_stands=False, confirmed_by="")
            month = not campaign.planned_time
            launch.check_limits(session, campaign.account_id, price, month=month)
            second_yes.require(session, campaign, price, "")
    except LaunchError as error:
        return error.code.value
    return ""


def _check_audience(campaign: Campaign, draft: Draft) -> None:
    found = drafts.read(campaign)
    for name in ("lists", "segments", "without_lists", "without_segments"):
        unknown = set(getattr(draft, name)) - set(getattr(found, name))
        if unknown:
            raise Refused(Refusal.AUDIENCE, name, unknown=sorted(unknown))
