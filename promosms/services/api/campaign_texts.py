"""The texts of a campaign as programs see them, in the order of sending."""

from typing import Any

from sqlalchemy import Select, select

from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import ApiMessage, Campaign, Message
from promosms.services.api import messages
from promosms.services.api.messages import ApiText
from promosms.services.campaigns import campaigns


def page(campaign: Campaign, status: str, after: int | None, size: int) -> Page[ApiText]:
    """A page of texts; `status` is one, or empty for all."""
    query: Select[Any] = (
        select(*messages.SHOWN)
        .select_from(Message)
        .outerjoin(ApiMessage, ApiMessage.message_id == Message.id)
        .where(Message.campaign_id == campaign.id)
    )
    if status:
        query = query.where(campaigns.has_status([status]))
    rows = db.session.execute(select_page(query, Message.id, after, size, ascending=True)).all()
    return page_of(messages.texts_of(rows), size, lambda text: text.number)
