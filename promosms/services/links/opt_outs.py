"""Opt-outs by link: the way out of texts that nobody can answer.

The code in the address is the only proof that is asked for: whoever has it has the text. It works
as long as the account exists, also when the text was deleted; only the recipient has to be known.
"""

from dataclasses import dataclass

from sqlalchemy import Row, select

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    Link,
    LinkKind,
    Recipient,
    SuppressionSource,
)
from promosms.services.links import links
from promosms.services.senders import chosen
from promosms.services.sending import opt_outs


@dataclass(frozen=True)
class WayOut:
    """A link to opt out: who has sent it, in which language, and the number that it is about.

    `phone` is empty for a test, and for a recipient who was deleted: they get no texts any more.
    """

    link_id: int
    account_id: int
    sender: str
    language: str
    phone: str


def find(code: str) -> WayOut | None:
    """What a link to opt out leads to; None if it is no such link, or its account is gone."""
    for link_id, recipient_id in links.decode(code):
        query = (
            select(Link, Campaign, Account.shop_name)
            .join(Campaign, Campaign.id == Link.campaign_id)
            .join(Account, Account.id == Link.account_id)
            .where(
                Link.id == link_id,
                Link.kind == LinkKind.OPT_OUT,
                Account.status != AccountStatus.DELETING,
            )
        )
        row = db.session.execute(query).one_or_none()
        if row is not None:
            return _way_out(row, db.session.get(Recipient, recipient_id))
    return None


def opt_out(code: str) -> WayOut | None:
    """Opt the recipient out of all texts of the account; the same when it comes twice.

    A number that has changed since the text is the one that would get the next text.
    """
    way_out = find(code)
    if way_out is None or not way_out.phone:
        return way_out
    db.session.rollback()  # an opt-out begins with its own locks
    if opt_outs.opt_out(way_out.account_id, way_out.phone, SuppressionSource.LINK):
        with transaction() as session:
            session.execute(
                update_rows(Link).where(Link.id == way_out.link_id).values(people=Link.people + 1)
            )
    return way_out


def _way_out(row: Row[Link, Campaign, str], recipient: Recipient | None) -> WayOut:
    link, campaign, shop_name = row
    # SQLite may give the id of a deleted recipient again, to one who was added later.
    known = (
        recipient is not None
        and recipient.account_id == link.account_id
        and (link.prepared_at is None or recipient.created_at <= link.prepared_at)
    )
    return WayOut(
        link_id=link.id,
        account_id=link.account_id,
        sender=shop_name or chosen.of(campaign.route_id, campaign.sender_id).shown,
        language=campaign.language,
        phone=recipient.phone if recipient is not None and known else "",
    )
