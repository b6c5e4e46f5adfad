"""Senders of replies: the number in E.164, as far as it is certain."""

from dataclasses import replace

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from promosms.gateways import addresses
from promosms.models import InboundKind, Message, MessageStatus
from promosms.services.gateways import countries
from promosms.services.inbox import last_digits
from promosms.services.inbox.concatenation import Reply
from promosms.services.inbox.inbound import STOPPING, kind_of
from promosms.services.inbox.last_digits import Fit


def read(session: Session, reply: Reply) -> Reply:
    """The reply with the number of its sender, if that is certain.

    An adapter reads the address by the country of its gateway. If no such number was
    texted, that with the same last digits is meant, which it has texted lately, if there is exactly
    one, for exactly one account. Texts other than opt-outs also need to be answers to the sender of
    that text. A START is not matched in this way, because a consent must be certain.
    """
    if reply.account_id is not None:
        return reply
    country = countries.of(reply.gateway_id)
    if not reply.address:  # no adapter has looked at it
        phone, address = addresses.sender(reply.phone, country=country)
        number = addresses.number(reply.inbound_number, country=country)
        reply = replace(reply, phone=phone, address=address, inbound_number=number)
    if not reply.address or _is_texted(session, reply):
        return reply
    fit = _only_fit(session, reply, country)
    return reply if fit is None else replace(reply, phone=fit.phone)


def _only_fit(session: Session, reply: Reply, country: str) -> Fit | None:
    found = last_digits.fitting(session, reply.gateway_id, reply.address, country)
    answered = [fit for fit in found if fit.sender == reply.inbound_number]
    kind = kind_of(reply)
    if kind == InboundKind.START:
        return None
    found = (answered or found) if kind in STOPPING else answered
    one = len({(fit.account_id, fit.phone) for fit in found}) == 1
    return found[0] if one else None


def _is_texted(session: Session, reply: Reply) -> bool:
    query = select(Message.id).where(
        Message.phone == reply.phone,
        or_(Message.gateway_id == reply.gateway_id, Message.sender == reply.inbound_number),
        Message.status.in_(MessageStatus.POSSIBLY_SUBMITTED | {MessageStatus.QUEUED}),
    )
    return session.scalar(query.limit(1)) is not None
