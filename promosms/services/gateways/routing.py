"""Routing: which gateway sends a message."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, groupby

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Gateway, GatewayStatus, RouteGateway
from promosms.services.gateways import health, weighted_round_robin
from promosms.services.installation import defaults
from promosms.settings import settings

Chooser = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway of a route, with what decides between gateways."""

    gateway_id: int
    kind: str
    status: str
    health: int
    position: int
    weight: int
    countries: frozenset[str]
    paused_itself: bool = False

    @property
    def usable(self) -> bool:
        """May it get texts now?"""
        return self.status == GatewayStatus.ACTIVE and self.health > 0

    @property
    def rank(self) -> tuple[int, bool]:
        """The lowest is used first. A gateway of weight 0 stands in for others of its position."""
        return self.position, self.weight == 0

    def serves(self, country: str) -> bool:
        """Does it send to this country? Without a country: to any?"""
        return not country or not self.countries or country in self.countries


def gateway_for(route_id: int, country: str = "") -> int | None:
    """The gateway for one text to a country; see `chooser`."""
    return chooser(route_id)(country)


def can_verify(country: str) -> bool:
    """Can a verification text, such as one with a password, leave to this country?"""
    return gateway_for(defaults.default_route().id, country) is not None


def chooser(route_id: int) -> Chooser:
    """A function from a country to the gateway for the next message of a route.

    The gateways are read once: use it for seconds, not for hours. Those of the first position
    that can send take turns by weight and health; the next positions stand in for them. If none
    can send, it is the first active one, else the first that has paused itself (its probes need
    texts), else the first paused one. None if no gateway of the route serves the country.
    """
    choices = choices_of(route_id)
    return by_country(lambda country: rotation(choices, country) or _rest(choices, country))


def choices_of(route_id: int) -> list[Choice]:
    """The gateways of a route in order; without the simulator, if there is a real one.

    In production without it in any case: nobody gets what the simulator takes.
    """
    query = (
        select(Gateway, RouteGateway)
        .join(RouteGateway, RouteGateway.gateway_id == Gateway.id)
        .where(RouteGateway.route_id == route_id)
        .order_by(RouteGateway.position, RouteGateway.gateway_id)
    )
    choices = [
        Choice(
            gateway.id,
            gateway.kind,
            gateway.status,
            health.effective(gateway),
            route_gateway.position,
            route_gateway.weight,
            frozenset(route_gateway.countries.split(","))
            if route_gateway.countries
            else frozenset(),
            bool(gateway.paused_why),
        )
        for gateway, route_gateway in db.session.execute(query)
    ]
    real = [choice for choice in choices if choice.kind != "simulator"]
    simulated = [] if settings.production else choices
    return sorted(real or simulated, key=lambda choice: choice.rank)


def by_country(rotation_of: Callable[[str], Sequence[int]]) -> Chooser:
    """A chooser with a separate rotation for each country."""
    rotations: dict[str, Iterator[int | None]] = {}

    def choose(country: str) -> int | None:
        if country not in rotations:
            gateway_ids: Sequence[int | None] = rotation_of(country) or [None]
            start = random.randrange(
                len(gateway_ids)
            )  # so that weights also count for single texts
            rotations[country] = cycle([*gateway_ids[start:], *gateway_ids[:start]])
        return next(rotations[country])

    return choose


def rotation(choices: Sequence[Choice], country: str) -> list[int]:
    """Gateways of the best rank that can send, each as often as its weight and health say."""
    usable = [choice for choice in choices if choice.serves(country) and choice.usable]
    for _, choices_of_rank in groupby(usable, key=lambda choice: choice.rank):
        return weighted_round_robin.sequence(
            {choice.gateway_id: (choice.weight or 1) * choice.health for choice in choices_of_rank}
        )
    return []


def _rest(choices: Sequence[Choice], country: str) -> list[int]:
    serving = [choice for choice in choices if choice.serves(country)]
    serving.sort(key=lambda c: (c.status != GatewayStatus.ACTIVE, not c.paused_itself))
    return [choice.gateway_id for choice in serving[:1]]
