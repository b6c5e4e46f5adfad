"""Routing: which gateway a message leaves by."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, groupby

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Gateway, GatewayStatus, RouteGateway
from promosms.services.gateways import health, weighted_round_robin

Chooser = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """A gateway behind a route, as far as it matters here."""

    gateway_id: int
    kind: str
    status: str
    health: int
    position: int
    weight: int
    countries: frozenset[str]

    @property
    def usable(self) -> bool:
        """May it get texts now?"""
        return self.status == GatewayStatus.ACTIVE and self.health > 0

    @property
    def rank(self) -> tuple[int, bool]:
        """Who comes first. A weight of 0 makes a stand-in for the others of its position."""
        return self.position, self.weight == 0

    def serves(self, country: str) -> bool:
        """Does it carry texts to this country? Asked without one: to any."""
        return not country or not self.countries or country in self.countries


def gateway_for(route_id: int, country: str = "") -> int | None:
    """The gateway for one text to a country; see `chooser`."""
    return chooser(route_id)(country)


def chooser(route_id: int) -> Chooser:
    """What says of each text of a route, by its country, which gateway is to carry it.

    The gateways are read once: keep it for seconds, not for hours. Those of the first position
    that can send take turns by weight and health; the next positions stand in for them. If
    none can, it is the first that is active, and a paused one only if there is no other. None
    if no gateway of the route serves the country.
    """
    choices = choices_of(route_id)
    return by_country(lambda country: turns(choices, country) or _rest(choices, country))


def choices_of(route_id: int) -> list[Choice]:
    """The gateways in their order; the simulated network is left out where there is a real one."""
    query = (
        select(Gateway, RouteGateway)
        .join(RouteGateway, RouteGateway.gateway_id == Gateway.id)
        .where(RouteGateway.route_id == route_id)
        .order_by(RouteGateway.position, RouteGateway.gateway_id)
    )
    found = [
        Choice(
            gateway.id,
            gateway.kind,
            gateway.status,
            health.effective(gateway),
            behind.position,
            behind.weight,
            frozenset(behind.countries.split(",")) if behind.countries else frozenset(),
        )
        for gateway, behind in db.session.execute(query)
    ]
    real = [choice for choice in found if choice.kind != "simulator"]
    return sorted(real or found, key=lambda choice: choice.rank)


def by_country(turns_of: Callable[[str], Sequence[int]]) -> Chooser:
    """Takes turns, in a row of its own for each country."""
    known: dict[str, Iterator[int | None]] = {}

    def choose(country: str) -> int | None:
        if country not in known:
            row: Sequence[int | None] = turns_of(country) or [None]
            start = random.randrange(len(row))  # single texts share too, not only campaigns
            known[country] = cycle([*row[start:], *row[:start]])
        return next(known[country])

    return choose


def turns(choices: Sequence[Choice], country: str) -> list[int]:
    """The best rank of those that can send, each as often as its weight and health say."""
    able = [choice for choice in choices if choice.serves(country) and choice.usable]
    for _, equals in groupby(able, key=lambda choice: choice.rank):
        return weighted_round_robin.smooth(
            {one.gateway_id: (one.weight or 1) * one.health for one in equals}
        )
    return []


def _rest(choices: Sequence[Choice], country: str) -> list[int]:
    serving = [choice for choice in choices if choice.serves(country)]
    serving.sort(key=lambda choice: choice.status != GatewayStatus.ACTIVE)
    return [choice.gateway_id for choice in serving[:1]]
