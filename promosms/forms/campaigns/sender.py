"""The fields of a campaign that say from whom it comes: the sender and the route."""

from collections.abc import Sequence

from wtforms import RadioField, ValidationError

from promosms.language import gettext, money
from promosms.language import lazy_gettext as _
from promosms.models import Account, Route
from promosms.services.campaigns.drafts import Draft
from promosms.services.prices import prices
from promosms.services.senders import chosen, requests
from promosms.services.senders.requests import Requested


class SenderPart:
    """The part of the composer that says who stands on top of the text, and how it is sent."""

    routes: Sequence[Route] = ()
    names: Sequence[Requested] = ()

    sender = RadioField(_("Sender"), default="", validate_choice=False)
    route = RadioField(_("How it is sent"), default="", validate_choice=False)

    def prepare_sender(self, account: Account, draft: Draft | None = None) -> None:
        """Set the choices: the sender of the route, the approved names, and what the draft has."""
        self.routes = chosen.routes(draft.route if draft else "")
        self.names = requests.of_account(account.id)
        usable = [each for each in self.names if chosen.is_usable(each)]
        kept = [each for each in self.names if draft and each.sender.public_id == draft.sender]
        offered = usable + [each for each in kept if each not in usable]
        own = next((each for each in self.routes if each.is_default), self.routes[0]).sender
        names = {each.sender.public_id: _label(each) for each in offered}
        self.sender.choices = {"": own} | names
        self.route.choices = {self._value(each): each.name for each in self.routes}

    def show_sender(self, draft: Draft) -> None:
        """Fill these fields with a draft."""
        self.sender.data, self.route.data = draft.sender, draft.route

    def hints_of_routes(self, account: Account) -> dict[str, str]:
        """What each route does, and its price at home, by the value of its choice."""
        return {self._value(each): _hint(each, account) for each in self.routes}

    def _value(self, route: Route) -> str:
        return "" if route.is_default else route.code

    def validate_route(self, field: RadioField) -> None:
        """A route may have been taken away while the page was open."""
        if (field.data or "") not in {self._value(each) for each in self.routes}:
            field.data = ""
            raise ValidationError(gettext("This way of sending is not offered. Choose another."))

    def validate_sender(self, field: RadioField) -> None:
        """The name must be approved, and the route must carry it."""
        if not field.data:
            return
        name = next((each for each in self.names if each.sender.public_id == field.data), None)
        if name is None:
            field.data = ""
            raise ValidationError(gettext("This sender does not exist any more. Choose another."))
        if not chosen.is_usable(name):
            raise ValidationError(
                gettext("%(name)s is not approved. Choose another sender.", name=name.sender.name)
            )
        route = next((r for r in self.routes if self._value(r) == (self.route.data or "")), None)
        if route is not None and not route.names:
            raise ValidationError(
                gettext(
                    "“%(route)s” carries no names of your own. Choose its number, or send in "
                    "another way.",
                    route=route.name,
                )
            )


def _label(requested: Requested) -> str:
    if chosen.is_usable(requested):
        return requested.sender.name
    return str(gettext("%(name)s (not approved)", name=requested.sender.name))


def _hint(route: Route, account: Account) -> str:
    price = prices.price_list(route.id, account.id).of(account.region)
    cost = "" if price is None else gettext("%(price)s each at home.", price=money(price))
    return " ".join(part for part in (route.description, str(cost)) if part)
