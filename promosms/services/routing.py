"""Routing: which gateway a message of a route leaves by."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Gateway, GatewayStatus, RouteGateway


def gateway_for(route_id: int) -> int | None:
    """The first active gateway of the route; a paused one only if there is no other."""
    query = (
        select(Gateway.id)
        .join(RouteGateway, RouteGateway.gateway_id == Gateway.id)
        .where(RouteGateway.route_id == route_id)
        .order_by(Gateway.status != GatewayStatus.ACTIVE, RouteGateway.position)
        .limit(1)
    )
    return db.session.scalar(query)
