"""Failover: queued messages of a lost or ill gateway move to another gateway of their route."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Message,
    MessagePart,
    MessageStatus,
    Route,
    RouteGateway,
    Worker,
    now,
)
from promosms.services.gateways import routing, workers
from promosms.services.gateways.routing import Choice, Chooser
from promosms.services.installation import defaults
from promosms.services.sending import cursors

MOVED_AFTER = timedelta(seconds=60)
"""After this time without a connection, queued messages move to other gateways."""
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class StandIns:
    """The gateways of a route that can send now, in place of a lost one.

    With `untried` they take only messages that no gateway has refused.
    """

    able: tuple[Choice, ...]
    choose: Chooser
    untried: bool = False

    @classmethod
    def of(cls, route_id: int, gateway_id: int) -> Self:
        """Those for a gateway; `choose` returns None if none serves a country.

        The simulator has none, because its messages must not become real.
        """
        choices = routing.choices_of(route_id)
        is_on_route = any(choice.gateway_id == gateway_id for choice in choices)
        usable = tuple(choice for choice in choices if is_on_route and choice.usable)
        return cls(usable, routing.by_country(lambda country: routing.rotation(usable, country)))

    def serving(self) -> ColumnElement[bool]:
        """Condition for messages to countries that they serve: others would be read each time."""
        untried = Message.attempts == 0 if self.untried else true()
        if not all(choice.countries for choice in self.able):
            return untried
        countries = {code for choice in self.able for code in choice.countries}
        return and_(untried, Message.country.in_(countries))


def move_waiting() -> int:
    """Move queued messages of lost and ill gateways to others of the same route; returns how many.

    At most 5,000 at a time. A gateway that an admin has paused keeps its queue, and so does one
    without a stand-in. Messages that the gateway may have, wholly or in part, stay: another would
    send them twice.
    """
    number = 0
    for gateway_id in (*_ill(), *_lost()):
        for route in _routes_of(gateway_id):
            stand_ins = StandIns.of(route.id, gateway_id)
            if not stand_ins.able:
                continue
            number += _move_single(gateway_id, route, stand_ins, BATCH - number)
            for campaign_id in _waiting_campaigns(route.id):
                number += _move_campaign(gateway_id, campaign_id, stand_ins, BATCH - number)
    return number


def _lost() -> list[int]:
    """Active gateways without a connection for a minute, or without any ever.

    None in the first minute of the tick, because workers may not have connected yet.
    """
    began = db.session.scalar(select(Worker.started_at).where(Worker.name == workers.TICK))
    moment = now()
    if began is not None and began > moment - MOVED_AFTER:
        return []
    disconnected = or_(
        Gateway.seen_at < moment - MOVED_AFTER, Gateway.seen_at.is_(None) & (Gateway.health == 0)
    )
    query = select(Gateway.id).where(Gateway.status == GatewayStatus.ACTIVE, disconnected)
    return list(db.session.scalars(query.order_by(Gateway.id)))


def _ill() -> list[int]:
    """Gateways that have paused themselves; not while a worker sends probes from their queue."""
    probing = Gateway.probing_until > now()
    query = select(Gateway.id).where(
        Gateway.status == GatewayStatus.PAUSED, Gateway.paused_why != "", probing.is_not(True)
    )
    return list(db.session.scalars(query.order_by(Gateway.id)))


def lend(gateway_id: int, most: int) -> int:
    """Give a gateway that has paused itself a few messages of others, as probes; returns how many.

    Only of campaigns: nobody waits for them in front of a page, as for a system password.
    """
    for route in _routes_of(gateway_id):
        choices = routing.choices_of(route.id)
        ill = [choice for choice in choices if choice.gateway_id == gateway_id]
        able = StandIns(tuple(ill), routing.by_country(partial(_serving, ill)), untried=True)
        for choice in choices if ill else ():
            for campaign_id in _waiting_campaigns(route.id) if choice.usable else ():
                number = _move_campaign(choice.gateway_id, campaign_id, able, most)
                if number:
                    return number
    return 0


def _serving(choices: Sequence[Choice], country: str) -> list[int]:
    return [choice.gateway_id for choice in choices if choice.serves(country)]


def _waiting_campaigns(route_id: int) -> list[int]:
    query = select(Campaign.id).where(
        Campaign.status == CampaignStatus.SENDING,
        Campaign.n_queued > 0,
        Campaign.route_id == route_id,
        cursors.not_held(),
    )
    return list(db.session.scalars(query.order_by(Campaign.id)))


def _routes_of(gateway_id: int) -> list[Route]:
    """Its routes; the default one first: it wins if several have the same sender."""
    query = select(Route).join(RouteGateway, RouteGateway.route_id == Route.id)
    behind = query.where(RouteGateway.gateway_id == gateway_id)
    return list(db.session.scalars(behind.order_by(Route.is_default.desc(), Route.id)))


def _movable(gateway_id: int) -> tuple[ColumnElement[bool], ...]:
    taken = exists().where(MessagePart.message_id == Message.id)
    return (
        Message.gateway_id == gateway_id,
        Message.attention_status == cursors.QUEUED,
        Message.unconfirmed.is_(False),
        ~taken,
    )


def _move_campaign(gateway_id: int, campaign_id: int, stand_ins: StandIns, most: int) -> int:
    with transaction() as session:
        # The campaign first, then its messages: locks are always taken in this order.
        query = select(Campaign.status).where(Campaign.id == campaign_id).with_for_update()
        if session.scalar(query) != CampaignStatus.SENDING:
            return 0
        condition = Message.campaign_id == campaign_id
        number = _move(session, gateway_id, condition, stand_ins, most)
        if cursors.detach(session, campaign_id, gateway_id, stand_ins.serving(), most - number):
            number += _move(session, gateway_id, condition, stand_ins, most - number)
        return number


def _move_single(gateway_id: int, route: Route, stand_ins: StandIns, most: int) -> int:
    """Move messages without a campaign. They belong to the route with their sender.

    Tests of this gateway by an admin stay.
    """
    operator = defaults.operator_account()
    condition = Message.campaign_id.is_(None) & (Message.sender == route.sender)
    if operator is not None:
        condition &= Message.account_id != operator
    with transaction() as session:
        return _move(session, gateway_id, condition, stand_ins, most)


def _move(
    session: Session,
    gateway_id: int,
    condition: ColumnElement[bool],
    stand_ins: StandIns,
    limit: int,
) -> int:
    query = (
        select(Message.id, Message.country)
        .where(condition, stand_ins.serving(), *_movable(gateway_id))
        .order_by(Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Message)
    )
    moved: dict[int, list[int]] = {}
    for message_id, country in session.execute(query).all():
        target = stand_ins.choose(country)
        if target is not None:
            moved.setdefault(target, []).append(message_id)
    for target, ids in moved.items():
        session.execute(
            update_rows(Message)
            .where(Message.id.in_(ids), Message.status == MessageStatus.QUEUED)
            # Another gateway need not wait until this one might take it again.
            .values(gateway_id=target, next_attempt_at=None)
        )
    return sum(map(len, moved.values()))
