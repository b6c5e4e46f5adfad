"""The sender that was chosen for a campaign, and what recipients of each country see of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select

from promosms.extensions import db
from promosms.models import Route, Sender, SenderKind, SenderStatus
from promosms.services.installation import defaults
from promosms.services.senders.requests import Requested, query_all
from promosms.sms.senders import countries
from promosms.sms.senders.countries import Names

SenderOf = Callable[[str], tuple[str, str]]
"""From a country to the sender that is seen there, and why nothing is sent there, or ""."""
NOT_REGISTERED = "not_registered"
NO_NAMES = "no_names"


@dataclass(frozen=True)
class Exceptions:
    """Countries where people see the number of the route, or perhaps another sender."""

    number: list[str] = field(default_factory=list)
    perhaps_other: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chosen:
    """A route, and the customer's own name on it; None for the sender of the route."""

    route: Route
    own: Requested | None = None

    @property
    def shown(self) -> str:
        """What recipients see where nothing else is possible or needed."""
        return self.own.sender.name if self.own else self.route.sender

    @property
    def has_number(self) -> bool:
        """Has the route a number of its own?"""
        return self.route.sender_kind == SenderKind.NUMBER

    @property
    def answerable(self) -> bool:
        """Can people answer, also with STOP? A name cannot be answered."""
        return self.own is None and self.has_number

    def by_country(self) -> SenderOf:
        """What is seen in each country; asked for every recipient, so it remembers."""
        if self.own is None:
            fixed = self.route.sender, ""
            return lambda _country: fixed
        known: dict[str, tuple[str, str]] = {}

        def of(country: str) -> tuple[str, str]:
            found = known.get(country)
            if found is None:
                found = known[country] = self._in(country)
            return found

        return of

    def exceptions(self, codes: Iterable[str]) -> "Exceptions":
        """In which of these countries people see, or may see, something else than the name."""
        found = Exceptions()
        if self.own is None:
            return found
        sender_of = self.by_country()
        for code in codes:
            if sender_of(code)[0] == self.route.sender:
                found.number.append(code)
            elif countries.of(code).names in (Names.REPLACED, Names.UNKNOWN):
                found.perhaps_other.append(code)
        return found

    def _in(self, country: str) -> tuple[str, str]:
        """A number stands in only where names do not exist, never for want of a registration."""
        rule, name = countries.of(country), self.shown
        if rule.names is Names.REGISTERED:
            registered = self.own is not None and country in self.own.registered
            return (name, "") if registered else ("", NOT_REGISTERED)
        if rule.names is Names.NONE:
            stands_in = self.has_number and rule.may_take_number
            return (self.route.sender, "") if stands_in else ("", NO_NAMES)
        return name, ""


def of(route_id: int, sender_id: int | None) -> Chosen:
    """The choice that is stored with a campaign."""
    route = db.session.get_one(Route, route_id)
    return Chosen(route, _own(Sender.id == sender_id) if sender_id is not None else None)


def find(account_id: int, route_code: str, sender: str, current: str = "") -> Chosen:
    """The choice by the code of a route and the public id of a name; empty for the usual ones.

    What the account does not have, or may not choose, is not chosen. `current` is the code of the
    route that was chosen before, which may be kept when it is not offered any more.
    """
    route = next((each for each in routes(current) if each.code == route_code), None)
    own = _own(Sender.public_id == sender, Sender.account_id == account_id) if sender else None
    return Chosen(route or defaults.default_route(), own)


def _own(*conditions: ColumnElement[bool]) -> Requested | None:
    row = db.session.execute(query_all().where(*conditions)).one_or_none()
    return None if row is None else Requested(row[0], row[1])


def routes(current: str = "") -> list[Route]:
    """The routes that a customer can choose: the default one first, with the one in use."""
    query = select(Route).where(Route.offered | Route.is_default | (Route.code == current))
    return list(db.session.scalars(query.order_by(Route.is_default.desc(), Route.id)))


def is_usable(own: Requested) -> bool:
    """May texts leave under this name?"""
    return own.status == SenderStatus.APPROVED
