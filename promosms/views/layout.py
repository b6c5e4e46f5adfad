"""What every page shows: navigation, icons, notices."""

from dataclasses import dataclass

from flask import Flask, request
from flask_login import current_user
from heroicons.jinja import heroicon_outline
from markupsafe import Markup

from promosms.language import lazy_gettext as _
from promosms.language import operator_name
from promosms.models import Role


@dataclass(frozen=True)
class Item:
    """A line of the navigation; `blueprints` are the parts of the product it stands for."""

    endpoint: str
    label: object
    icon: str
    blueprints: tuple[str, ...]

    @property
    def current(self) -> bool:
        """Is the reader in this part?"""
        return request.blueprint in self.blueprints


MEMBER = (
    Item("dashboard.index", _("Dashboard"), "chart-bar", ("dashboard",)),
    Item("campaigns.index", _("Campaigns"), "megaphone", ("campaigns",)),
    Item(
        "recipients.index",
        _("Recipients"),
        "users",
        ("recipients", "lists", "imports", "suppressions"),
    ),
    Item("billing.statement", _("Billing"), "credit-card", ("billing",)),
    Item("settings.index", _("Settings"), "cog-6-tooth", ("settings",)),
)
ADMIN = (
    Item("admin.accounts", _("Administration"), "shield-check", ("admin",)),
    Item("settings.index", _("Settings"), "cog-6-tooth", ("settings",)),
)


def init_app(app: Flask) -> None:
    """Give the templates what the layout needs."""
    app.jinja_env.globals.update(icon=icon, navigation=navigation)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"operator": operator_name()})


def icon(name: str, size: int = 18) -> Markup:
    """An icon as inline SVG, hidden from screen readers: words stand beside it."""
    return Markup(heroicon_outline(name, size=size, **{"aria-hidden": "true"}))


def navigation() -> tuple[Item, ...]:
    """The parts that the signed-in user may open."""
    if not current_user.is_authenticated:
        return ()
    return ADMIN if current_user.user.role == Role.ADMIN else MEMBER
