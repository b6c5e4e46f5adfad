"""Tests of a gateway: an admin texts himself through exactly this one and sees what happens."""

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, Lane, Message, Route, RouteGateway
from promosms.services.audit import log as audit_log
from promosms.services.installation import defaults
from promosms.sms import segments
from promosms.sms.phone import country_of

SHOWN = 5


def send(gateway: Gateway, phone: str, text: str, actor: str) -> Message:
    """Queue a free text in the system lane; the caller rings the bell of the gateway."""
    account_id = defaults.ensure_operator_account()
    measure = segments.measure(text)
    with transaction() as session:
        message = Message(
            account_id=account_id,
            gateway_id=gateway.id,
            lane=Lane.SYSTEM,
            phone=phone,
            country=country_of(phone),
            sender=_sender(gateway.id),
            text=text,
            encoding=measure.encoding,
            parts=measure.parts,
        )
        session.add(message)
        audit_log.record(actor, "gateway.test", gateway.name)
        return message


def recent(gateway_id: int) -> list[Message]:
    """The last tests of a gateway, from the newest on."""
    account_id = defaults.operator_account()
    if account_id is None:
        return []
    query = (
        select(Message)
        .where(Message.account_id == account_id, Message.gateway_id == gateway_id)
        .order_by(Message.id.desc())
        .limit(SHOWN)
    )
    return list(db.session.scalars(query))


def _sender(gateway_id: int) -> str:
    """The sender of a route that the gateway stands behind, the default one if it can be."""
    query = (
        select(Route.sender)
        .join(RouteGateway, RouteGateway.route_id == Route.id)
        .where(RouteGateway.gateway_id == gateway_id)
        .order_by(Route.is_default.desc(), Route.id)
        .limit(1)
    )
    return db.session.scalar(query) or defaults.default_route().sender
