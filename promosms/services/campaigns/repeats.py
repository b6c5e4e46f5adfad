"""Repeats: a campaign once more, for those whose text was not confirmed or failed in an outage.

A repeat is a draft of its own: it is reviewed, priced and launched like any other, so consent and
opt-outs count as they are then. Each campaign has at most one.
"""

from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Message, MessageStatus, Recipient
from promosms.services.campaigns.campaigns import has_status
from promosms.services.sending.outages import OUTAGE


class NothingToRepeat(Exception):
    """The campaign is not at its end, its text is deleted, or nobody is left."""


@dataclass(frozen=True)
class Repeatable:
    """People to whom a text can be sent again; `unconfirmed` of them may have it already."""

    people: int = 0
    unconfirmed: int = 0


def phones(campaign_id: int) -> Select[str]:
    """The numbers whose text is unconfirmed, or was refused in an outage.

    Without those that were deleted: their messages have no number, or are figures.
    """
    return select(Message.phone).where(Message.campaign_id == campaign_id, _UNSURE)


def of(campaign: Campaign) -> Repeatable:
    """Who could get this text again now; nobody before its end or after its repeat was launched."""
    repeat = find(campaign)
    over = campaign.status in CampaignStatus.FINAL and campaign.text
    if not over or (repeat is not None and repeat.status != CampaignStatus.DRAFT):
        return Repeatable()
    return count(campaign.id, campaign.account_id)


def count(campaign_id: int, account_id: int) -> Repeatable:
    """People of the account whose text of this campaign is unsure."""
    query = (
        select(Message.status, func.count())
        .join(Recipient, Recipient.phone == Message.phone)
        .where(Recipient.account_id == account_id, Message.campaign_id == campaign_id, _UNSURE)
        .group_by(Message.status)
    )
    numbers = {row[0]: row[1] for row in db.session.execute(query)}
    return Repeatable(sum(numbers.values()), numbers.get(MessageStatus.UNKNOWN, 0))


def find(campaign: Campaign) -> Campaign | None:
    """The repeat of a campaign, a draft or launched."""
    return db.session.scalar(select(Campaign).where(Campaign.repeat_of == campaign.id))


def original(repeat: Campaign) -> Campaign | None:
    """The campaign that this one repeats; None if it is no repeat."""
    return None if repeat.repeat_of is None else db.session.get(Campaign, repeat.repeat_of)


def draft(campaign: Campaign, name: str) -> Campaign:
    """The repeat of a campaign as a draft; the same one after a double click.

    Raises NothingToRepeat.
    """
    repeat = find(campaign)
    if repeat is not None:
        return repeat
    if not of(campaign).people:
        raise NothingToRepeat
    try:
        with transaction() as session:
            repeat = Campaign(
                account_id=campaign.account_id,
                route_id=campaign.route_id,
                sender_id=campaign.sender_id,
                repeat_of=campaign.id,
                name=name[:100],
                text=campaign.text,
                kind=campaign.kind,
                opt_out_line=campaign.opt_out_line,
                language=campaign.language,
                plain_details=campaign.plain_details,
                short_links=campaign.short_links,
            )
            session.add(repeat)
    except IntegrityError:  # another request was faster
        return draft(campaign, name)
    return repeat


_UNSURE = or_(
    has_status([MessageStatus.UNKNOWN]),
    and_(has_status([MessageStatus.FAILED]), Message.reason == OUTAGE),
)
