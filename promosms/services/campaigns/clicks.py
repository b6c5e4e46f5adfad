"""Clicks of a campaign: how many people have opened its links, and who."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, func, select

from promosms.extensions import db
from promosms.models import Campaign, Click, Link, LinkKind, Recipient

SHOWN = 5
"""So many of the links of one person are shown."""


@dataclass(frozen=True)
class Clicks:
    """People who have opened a link of a campaign: `known` of them are known still."""

    known: int
    links: Sequence[Link]
    """Its links, in the order of the text."""

    @property
    def people(self) -> int:
        """People who have opened any of its links.

        When it is forgotten who has, those of the most opened one: fewer cannot have been.
        """
        return max(self.known, *(link.people for link in self.links), 0)


def of(campaign: Campaign) -> Clicks:
    """The clicks of a campaign."""
    query = select(Link).where(Link.campaign_id == campaign.id, Link.kind == LinkKind.ADDRESS)
    links = db.session.scalars(query.order_by(Link.id)).all()
    known = select(func.count(Click.recipient_id.distinct())).where(_of(campaign))
    return Clicks((db.session.scalar(known) or 0) if links else 0, links)


def clicked(campaign: Campaign) -> Select[str]:
    """The numbers of the people who have opened a link of it."""
    query = select(Recipient.phone).join(Click, Click.recipient_id == Recipient.id)
    return query.where(_of(campaign)).distinct()


def of_recipient(recipient: Recipient) -> Sequence[Row[str, datetime]]:
    """Where the links lead that a recipient has opened, and when last; the latest of them first."""
    latest = func.max(Click.last_at)
    query = select(Link.target, latest).join(Click, Click.link_id == Link.id)
    query = query.where(Click.recipient_id == recipient.id).group_by(Link.target)
    return db.session.execute(query.order_by(latest.desc()).limit(SHOWN)).all()


def _of(campaign: Campaign) -> ColumnElement[bool]:
    return Click.link_id.in_(select(Link.id).where(Link.campaign_id == campaign.id))
