"""The layout of every page: navigation, icons, the banner of the trial."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from flask import Flask, request
from flask_login import current_user
from heroicons.jinja import heroicon_outline
from markupsafe import Markup

from promosms.language import lazy_gettext as _
from promosms.language import operator_name
from promosms.models import Role
from promosms.services.accounts import adjustments, trial
from promosms.services.inbox import replies, unmatched
from promosms.services.invoices import companies
from promosms.services.payments import top_up_search
from promosms.services.senders import decisions
from promosms.settings import settings
from promosms.web.access import may_open


@dataclass(frozen=True)
class Item:
    """An item of the navigation, with the `blueprints` of its pages.

    When several items share a blueprint, `paths` are the beginnings of an item's addresses. `count`
    counts the things that wait for the user there; `waiting` is its result. With `tab` it stands in
    the tab bar of a phone, under its `short` label: "tab", or "write" for the button in the
    middle, which is not in the menu. `current` is true for one item at most. The count of one that
    is `live` is refreshed with the parts of the inbox and the dashboard.
    """

    endpoint: str
    label: object
    icon: str
    blueprints: tuple[str, ...]
    paths: tuple[str, ...] = ("",)
    count: Callable[[], int] = int
    tab: str = ""
    short: object = ""
    waiting: int = 0
    live: bool = False
    current: bool = False

    def shows(self) -> bool:
        """Does the current page belong to this item?"""
        matches = request.endpoint == self.endpoint or request.path.startswith(self.paths)
        return matches and request.blueprint in self.blueprints


@dataclass(frozen=True)
class Trial:
    """The banner of the trial: the steps that end it, and its limits."""

    steps: list[trial.Step]
    guests: int
    texts: int


OF_ACCOUNT = (
    Item("dashboard.index", _("Home"), "home", ("dashboard",), tab="tab"),
    Item(
        "campaigns.index",
        _("Campaigns"),
        "megaphone",
        ("campaigns", "templates", "automations", "senders"),
        tab="tab",
    ),
    Item("campaigns.new", _("Write a text"), "pencil", (), tab="write", short=_("Write")),
    Item(
        "inbox.index",
        _("Inbox"),
        "chat-bubble-bottom-center-text",
        ("inbox", "held_replies", "canned_answers", "automatic_answers", "reply_emails"),
        ("/recipients/replies", "/recipients/answers", "/recipients/automatic-answers"),
        lambda: replies.count_waiting(current_user.user.account_id),
        tab="tab",
        live=True,
    ),
    Item(
        "recipients.index",
        _("Recipients"),
        "users",
        (
            "recipients",
            "lists",
            "imports",
            "suppressions",
            "held_replies",
            "persons",
            "bulk_actions",
            "workbooks",
            "wordings",
            "sign_up_forms",
            "segments",
            "recipient_fields",
        ),
        tab="tab",
    ),
    Item("billing.statement", _("Billing"), "wallet", ("billing",)),
    Item(
        "settings.index",
        _("Settings"),
        "adjustments-horizontal",
        ("settings", "guests", "two_factor", "email_and_phone", "data", "delete_account", "auth")
        + ("api_keys", "webhook_endpoints", "colleagues", "acts"),
    ),
    Item("help.index", _("Help"), "question-mark-circle", ("help",)),
)
ADMIN = (
    Item("admin.overview", _("Overview"), "home", ("admin",), (), tab="tab", short=_("Home")),
    Item("admin.accounts", _("Accounts"), "users", ("admin",), ("/admin/accounts",), tab="tab"),
    Item(
        "admin.top_ups",
        _("Billing"),
        "wallet",
        ("admin",),
        tuple(f"/admin/{part}" for part in ("top-ups", "payments", "invoices", "revenue"))
        + ("/admin/adjustments",),
        lambda: top_up_search.count_to_confirm() + adjustments.waiting(),
        tab="tab",
    ),
    Item(
        "admin.routes",
        _("Sending"),
        "paper-airplane",
        ("admin",),
        ("/admin/routes", "/admin/gateways", "/admin/add-gateway")
        + ("/admin/texts", "/admin/unmatched", "/admin/senders"),
        lambda: unmatched.count() + decisions.count_waiting(),
        tab="tab",
    ),
    Item(
        "admin.audit",
        _("Audit log"),
        "clipboard-document-list",
        ("admin",),
        ("/admin/audit", "/admin/admins", "/admin/leave"),
    ),
    Item(
        "settings.index",
        _("Settings"),
        "adjustments-horizontal",
        ("settings", "two_factor", "email_and_phone", "auth"),
        tab="tab",
    ),
    Item("help.index", _("Help"), "question-mark-circle", ("help",)),
)


def init_app(app: Flask) -> None:
    """Register the globals and context of the layout's templates."""
    app.jinja_env.globals.update(icon=icon, navigation=navigation, account_name=account_name)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)


def _context() -> dict[str, object]:
    return {
        "operator": operator_name(),
        "trial_of": trial_of,
        "public_prices": settings.public_prices,
    }


BETWEEN_TAGS = re.compile(r">\s+<")


@cache
def icon(name: str, size: int = 18) -> Markup:
    """An icon of that many px, hidden from screen readers: a label stands beside it.

    It grows with the letters: 16 px are one rem. Each is made once: a page has twenty of them.
    """
    rem = f"{size / 16:g}rem"
    drawn = heroicon_outline(name, size=rem, **{"aria-hidden": "true"})
    return Markup(BETWEEN_TAGS.sub("><", drawn))


def trial_of() -> Trial | None:
    """The trial of the user's account; None if the account is not on trial."""
    account = current_user.user.account if current_user.is_authenticated else None
    if account is None or not (steps := trial.missing(account)):
        return None
    return Trial(steps, settings.trial_guests, settings.trial_texts_per_day)


def navigation() -> tuple[Item, ...]:
    """The items of the navigation for the signed-in user."""
    if not current_user.is_authenticated:
        return ()
    every = ADMIN if current_user.user.role == Role.ADMIN else OF_ACCOUNT
    items = [item for item in every if may_open(item.endpoint)]
    current = next((item for item in items if item.shows()), None)
    return tuple(replace(item, waiting=item.count(), current=item is current) for item in items)


def account_name() -> str:
    """Who is signed in: the company, or the e-mail address while no company is known."""
    company = companies.of(current_user.user.account_id) if current_user.user.account_id else None
    return company.name if company else current_user.user.email
