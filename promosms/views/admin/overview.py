"""The first page of admins: what waits for a decision, then the texts and the money."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from promosms.language import gettext as _
from promosms.language import money, ngettext, number, timezone
from promosms.lib.charts import bars
from promosms.lib.charts.bars import Day
from promosms.models import now
from promosms.services.abuse import blocks
from promosms.services.accounts import accounts, adjustments, names
from promosms.services.audit import nightly as audit_nightly
from promosms.services.gateways import alerts
from promosms.services.inbox import unmatched
from promosms.services.installation import defaults
from promosms.services.invoices import ksef, seller_days
from promosms.services.ledger import nightly as ledger_nightly
from promosms.services.payments import payments, top_up_search
from promosms.services.prices import entries as price_entries
from promosms.services.senders import decisions
from promosms.services.sending import gateway_counts, overview
from promosms.services.sending.gateway_counts import Count
from promosms.settings import settings
from promosms.views.admin.blueprint import bp
from promosms.views.dashboard import headline
from promosms.web.access import Access, allow

DAYS, WEEK, BUSIEST = 30, 7, 5


@dataclass(frozen=True)
class Want:
    """Something that waits for an admin: what it is, and where it is decided."""

    icon: str
    sentence: str
    url: str


@dataclass(frozen=True)
class GatewayRow:
    """A gateway with its texts of today and of the last seven days."""

    state: overview.GatewayState
    today: Count
    week: Count


@bp.route("", endpoint="overview")
@allow(Access.ADMIN)
def index() -> ResponseReturnValue:
    """The overview."""
    zone = timezone()
    today = now().astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    counts = gateway_counts.by_gateway([_midnight(day, zone) for day in days])
    by_day = [_sum(gateway[place] for gateway in counts.values()) for place in range(DAYS)]
    wants = list(_wants())
    busiest = accounts.busiest(_midnight(days[-WEEK], zone), BUSIEST)
    return render_template(
        "admin/overview.html",
        headline=headline(len(wants) + _alerts()),
        wants=wants,
        today=by_day[-1],
        week=_sum(by_day[-WEEK:]),
        chart=bars.bars(_bars(days, by_day, "d MMM")),
        strip=bars.strip(_bars(days[-WEEK:], by_day[-WEEK:], "EEE")),
        gateways=[
            GatewayRow(state, row[-1], _sum(row[-WEEK:]))
            for state in overview.gateway_states(counted=False)
            for row in [counts.get(state.gateway.id, [Count()] * DAYS)]
        ],
        oldest=overview.oldest_waiting(),
        busiest=busiest,
        account_names=names.of([row_id for row_id, _name, _texts in busiest]),
        income=_income(),
    )


def _wants() -> list[Want]:
    invoices = len(ksef.waiting()) if settings.operator_country == "PL" else 0
    found = [
        (accounts.count_on_trial(), _trial, url_for("admin.accounts", trial=1)),
        (top_up_search.count_to_confirm(), _orders, url_for("admin.top_ups")),
        (top_up_search.count_overpaid(), _overpaid, url_for("admin.top_ups", show="overpaid")),
        (adjustments.waiting(), _corrections, url_for("admin.adjustments")),
        (decisions.count_waiting(), _senders, url_for("admin.senders")),
        (len(blocks.current()), _blocked, url_for("admin.texts")),
        (invoices, _ksef, url_for("admin.ksef_numbers")),
    ]
    return [Want(*say(waiting), url) for waiting, say, url in found if waiting]


def _trial(n: int) -> tuple[str, str]:
    said = ngettext(
        "%(n)s account is on trial",
        "%(n)s accounts are on trial",
        n,
        n=number(n),
    )
    return "user-plus", str(said)


def _orders(n: int) -> tuple[str, str]:
    said = ngettext(
        "%(n)s order waits for its transfer",
        "%(n)s orders wait for their transfer",
        n,
        n=number(n),
    )
    return "banknotes", str(said)


def _overpaid(n: int) -> tuple[str, str]:
    said = ngettext(
        "More money has come than %(n)s order costs",
        "More money has come than %(n)s orders cost",
        n,
        n=number(n),
    )
    return "scale", str(said)


def _corrections(n: int) -> tuple[str, str]:
    said = ngettext(
        "%(n)s correction of a balance waits for a second admin",
        "%(n)s corrections of balances wait for a second admin",
        n,
        n=number(n),
    )
    return "pencil-square", str(said)


def _senders(n: int) -> tuple[str, str]:
    said = ngettext(
        "%(n)s sender name waits to be checked",
        "%(n)s sender names wait to be checked",
        n,
        n=number(n),
    )
    return "identification", str(said)


def _blocked(n: int) -> tuple[str, str]:
    said = ngettext(
        "Passwords to %(n)s range of numbers are held back",
        "Passwords to %(n)s ranges of numbers are held back",
        n,
        n=number(n),
    )
    return "shield-exclamation", str(said)


def _ksef(n: int) -> tuple[str, str]:
    said = ngettext(
        "%(n)s invoice waits for its KSeF number",
        "%(n)s invoices wait for their KSeF numbers",
        n,
        n=number(n),
    )
    return "qr-code", str(said)


def _alerts() -> int:
    """How many notices stand above: all of them wait for somebody, too."""
    single = (
        defaults.routes_without_gateway(),
        unmatched.count(),
        ledger_nightly.last_findings(),
        audit_nightly.is_broken(),
    )
    return len(alerts.paused()) + len(price_entries.foreign()) + sum(map(bool, single))


def _income() -> list[tuple[str, str]]:
    """This week and this month, as days begin where the seller is."""
    today = seller_days.day_of(now())
    zone = seller_days.zone()
    periods = [
        (_("This week"), today - timedelta(days=today.weekday())),
        (_("This month"), today.replace(day=1)),
    ]
    return [(label, _amounts(payments.income(_midnight(day, zone)))) for label, day in periods]


def _amounts(by_currency: dict[str, int]) -> str:
    return " · ".join(
        money(amount, currency=currency) for currency, amount in by_currency.items()
    ) or money(0)


def _sum(counts: Iterable[Count]) -> Count:
    listed = list(counts)
    return Count(
        sum(count.sent for count in listed),
        sum(count.delivered for count in listed),
        sum(count.failed for count in listed),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _bars(days: list[date], counts: list[Count], form: str) -> list[Day]:
    return [
        Day(
            name=format_date(day, "EEE d MMM"),
            label=format_date(day, form).rstrip(".") if day != days[-1] else _("today"),
            good=count.delivered,
            bad=count.failed,
            today=day == days[-1],
        )
        for day, count in zip(days, counts, strict=True)
    ]
