"""What every page shows: navigation, icons, notices."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Flask, request
from flask_login import current_user
from heroicons.jinja import heroicon_outline
from markupsafe import Markup

from promosms.language import lazy_gettext as _
from promosms.language import operator_name
from promosms.models import Role
from promosms.services.accounts import adjustments, trial
from promosms.services.payments import all_top_ups
from promosms.settings import setting


@dataclass(frozen=True)
class Item:
    """A line of the navigation; `blueprints` are the parts of the product it stands for.

    Of a blueprint with several lines each has the pages below its `paths`. `count` tells how much
    waits there for the reader, and `waiting` what it told.
    """

    endpoint: str
    label: object
    icon: str
    blueprints: tuple[str, ...]
    paths: tuple[str, ...] = ("",)
    count: Callable[[], int] = int
    waiting: int = 0

    @property
    def current(self) -> bool:
        """Is the reader in this part?"""
        here = request.endpoint == self.endpoint or request.path.startswith(self.paths)
        return here and request.blueprint in self.blueprints


@dataclass(frozen=True)
class Trial:
    """What the strip of the trial says: the ways out, and the limits until then."""

    steps: list[trial.Step]
    guests: int
    texts: int


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
    Item(
        "settings.index",
        _("Settings"),
        "cog-6-tooth",
        ("settings", "guests", "two_factor", "contact_changes"),
    ),
)
ADMIN = (
    Item("admin.accounts", _("Accounts"), "users", ("admin",), ("/admin/accounts",)),
    Item(
        "admin.top_ups",
        _("Billing"),
        "credit-card",
        ("admin",),
        tuple(f"/admin/{part}" for part in ("top-ups", "payments", "invoices", "revenue"))
        + ("/admin/adjustments",),
        lambda: all_top_ups.waiting() + adjustments.waiting(),
    ),
    Item(
        "admin.routes",
        _("Sending"),
        "paper-airplane",
        ("admin",),
        ("/admin/routes", "/admin/gateways", "/admin/texts"),
    ),
    Item("admin.audit", _("Audit log"), "clipboard-document-list", ("admin",), ("/admin/audit",)),
    Item(
        "settings.index",
        _("Settings"),
        "cog-6-tooth",
        ("settings", "two_factor", "contact_changes"),
    ),
)


def init_app(app: Flask) -> None:
    """Give the templates what the layout needs."""
    app.jinja_env.globals.update(icon=icon, navigation=navigation)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"operator": operator_name(), "trial_of": trial_of})


def icon(name: str, size: int = 18) -> Markup:
    """An icon as inline SVG, hidden from screen readers: words stand beside it."""
    return Markup(heroicon_outline(name, size=size, **{"aria-hidden": "true"}))


def trial_of() -> Trial | None:
    """How far the reader's account is from the end of its trial; None if it is not on it."""
    account = current_user.user.account if current_user.is_authenticated else None
    if account is None or not (steps := trial.missing(account)):
        return None
    return Trial(steps, setting("TRIAL_GUESTS"), setting("TRIAL_TEXTS_PER_DAY"))


def navigation() -> tuple[Item, ...]:
    """The parts that the signed-in user may open."""
    if not current_user.is_authenticated:
        return ()
    items = ADMIN if current_user.user.role == Role.ADMIN else MEMBER
    return tuple(replace(item, waiting=item.count()) for item in items)
