"""Follow-ups: another text to those of a campaign who did not get it, answer or open a link.

A follow-up is a draft of its own: it is written, reviewed, priced and launched like any other, so
consent and opt-outs count as they are then. Who is meant is looked up when its messages are
prepared: whoever has answered or clicked meanwhile is left out. A campaign may have several
follow-ups, but nobody gets two of the same kind. When messages of the campaign were deleted after
their time there are none any more: nobody knows whom they would be for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Click,
    FollowUpKind,
    InboundMessage,
    Link,
    LinkKind,
    Message,
    MessageStatus,
    Recipient,
)
from promosms.services.campaigns.campaigns import deleted, has_status, may_be_forgotten
from promosms.services.sending.outages import OUTAGE

HOPELESS = ("bad_number", "opted_out", "country")
"""Why a text was refused that no other text would change."""
FEW = 20_000
"""The numbers of so many are looked up at once, those of more person by person."""
GOT_IT = MessageStatus.WAITING | MessageStatus.POSSIBLY_SUBMITTED


class NoFollowUp(Exception):
    """The campaign is not at its end, or its messages were deleted."""


@dataclass(frozen=True)
class FollowUp:
    """The people of the campaign `original` for whom a follow-up of this kind is.

    `own` is the follow-up itself, whose messages say nothing. `most` is how many they can be.
    """

    original: int
    kind: FollowUpKind
    most: int
    own: int | None = None

    @classmethod
    def of(cls, campaign: Campaign) -> "FollowUp | None":
        """That of a campaign; None if it is no follow-up."""
        if campaign.follow_up_of is None:
            return None
        original = db.session.get_one(Campaign, campaign.follow_up_of)
        kind = FollowUpKind(campaign.follow_up_kind)
        return cls(original.id, kind, _most(original, kind), campaign.id)

    @property
    def campaign(self) -> Campaign:
        """The campaign that is followed."""
        return db.session.get_one(Campaign, self.original)

    def phones(self) -> Select[str]:
        """The numbers of these people."""
        return select(Message.phone).where(*self._conditions())

    def condition(self) -> ColumnElement[bool]:
        """The condition that a recipient is one of them."""
        if self.most <= FEW:
            return Recipient.phone.in_(self.phones())
        # For each page of a preparation the set of a million numbers would be built again.
        theirs = exists().where(Message.phone == Recipient.phone, *self._conditions())
        return theirs.correlate(Recipient)

    def _conditions(self) -> list[ColumnElement[bool]]:
        return [Message.campaign_id == self.original, WHO[self.kind], ~self._has_another()]

    def _has_another(self) -> ColumnElement[bool]:
        """Has this person got another follow-up of the same kind, or will they?"""
        other, alike = aliased(Message), aliased(Campaign)
        campaigns = select(alike.id).where(
            alike.follow_up_of == self.original,
            alike.follow_up_kind == self.kind,
            alike.status != CampaignStatus.DRAFT,
            alike.id != (self.own or 0),
        )
        return exists().where(
            other.phone == Message.phone,
            other.campaign_id.in_(campaigns),
            other.status.in_(GOT_IT),
        )


def count(campaign: Campaign, kind: FollowUpKind) -> int:
    """How many recipients a follow-up would be for now."""
    follow_up = FollowUp(campaign.id, kind, _most(campaign, kind))
    query = select(func.count(Recipient.id)).where(
        Recipient.account_id == campaign.account_id, follow_up.condition()
    )
    return db.session.scalar(query) or 0


def possible(campaign: Campaign, kind: FollowUpKind) -> bool:
    """Can it be known who did not get a campaign, did not answer, or did not open a link?

    Not before its end, nor when messages of it were deleted, nor replies or clicks may have been.
    """
    if campaign.status not in CampaignStatus.FINAL or deleted(campaign)[0]:
        return False
    if kind == FollowUpKind.NOT_CLICKED and not _has_links(campaign):
        return False
    return kind == FollowUpKind.NOT_GOT or not may_be_forgotten(campaign)


def too_late(campaign: Campaign) -> bool:
    """Is this a follow-up of which nobody can know any more whom it is for?"""
    original = original_of(campaign)
    return original is not None and not possible(original, FollowUpKind(campaign.follow_up_kind))


def original_of(campaign: Campaign) -> Campaign | None:
    """The campaign that this one follows; None if it is no follow-up."""
    if campaign.follow_up_of is None:
        return None
    return db.session.get(Campaign, campaign.follow_up_of)


def of_draft(account: Account, public_id: str) -> FollowUp | None:
    """The people of a follow-up of this account; None if this is none."""
    query = select(Campaign).where(
        Campaign.public_id == public_id, Campaign.account_id == account.id
    )
    campaign = db.session.scalar(query) if public_id else None
    return FollowUp.of(campaign) if campaign else None


def all_of(campaign: Campaign) -> Sequence[Campaign]:
    """The follow-ups of a campaign, the oldest first."""
    query = select(Campaign).where(Campaign.follow_up_of == campaign.id)
    return db.session.scalars(query.order_by(Campaign.id)).all()


def draft(campaign: Campaign, kind: FollowUpKind, name: str) -> Campaign:
    """A follow-up as a draft with the text of the campaign; the same one after a double click.

    Raises NoFollowUp.
    """
    if not possible(campaign, kind):
        raise NoFollowUp
    with transaction() as session:
        session.get_one(Campaign, campaign.id, with_for_update=True)  # one click after the other
        query = select(Campaign).where(
            Campaign.follow_up_of == campaign.id,
            Campaign.follow_up_kind == kind,
            Campaign.status == CampaignStatus.DRAFT,
        )
        follow_up = session.scalars(query.order_by(Campaign.id)).first()
        if follow_up is None:
            follow_up = Campaign(
                account_id=campaign.account_id,
                route_id=campaign.route_id,
                sender_id=campaign.sender_id,
                follow_up_of=campaign.id,
                follow_up_kind=kind,
                name=name[:100],
                text=campaign.text,
                kind=campaign.kind,
                opt_out_line=campaign.opt_out_line,
                language=campaign.language,
                plain_details=campaign.plain_details,
                short_links=campaign.short_links,
            )
            session.add(follow_up)
    return follow_up


def _most(original: Campaign, kind: FollowUpKind) -> int:
    if kind == FollowUpKind.NOT_GOT:
        return original.n_undelivered + original.n_expired + original.n_failed
    return original.n_sent + original.n_delivered


def _has_links(campaign: Campaign) -> bool:
    links = exists().where(Link.campaign_id == campaign.id, Link.kind == LinkKind.ADDRESS)
    return bool(db.session.scalar(select(links)))


def _has_clicked() -> ColumnElement[bool]:
    """Has the person opened a link of the text?"""
    person = aliased(Recipient)
    return exists().where(
        Link.campaign_id == Message.campaign_id,
        Link.kind == LinkKind.ADDRESS,
        Click.link_id == Link.id,
        Click.recipient_id == person.id,
        person.account_id == Message.account_id,
        person.phone == Message.phone,
    )


def _has_answered() -> ColumnElement[bool]:
    """Has the person written anything since they were texted?"""
    return exists().where(
        InboundMessage.account_id == Message.account_id,
        InboundMessage.phone == Message.phone,
        InboundMessage.received_at >= func.coalesce(Message.sent_at, Message.created_at),
    )


WHO = {
    FollowUpKind.NOT_GOT: or_(
        has_status([MessageStatus.UNDELIVERED, MessageStatus.EXPIRED]),
        # Who was refused in an outage is offered the same text: a repeat.
        and_(
            has_status([MessageStatus.FAILED]),
            Message.reason.not_in((OUTAGE, *HOPELESS)),
        ),
    ),
    FollowUpKind.NOT_ANSWERED: and_(
        has_status([MessageStatus.SENT, MessageStatus.DELIVERED]), ~_has_answered()
    ),
    FollowUpKind.NOT_CLICKED: and_(
        has_status([MessageStatus.SENT, MessageStatus.DELIVERED]), ~_has_clicked()
    ),
}
"""Which messages of a campaign are those of the people, by the kind of a follow-up."""
