"""Retention: the job deletes by these rules, and the policy page shows them.

How long the rows of a table are kept its model says (`retention`), and by which rule. What has no
rule is kept until its owner deletes it, or the account.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from promosms.db import overwrite_files
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import gettext, ngettext
from promosms.lib import time_slice
from promosms.models import (
    Account,
    AccountExport,
    Act,
    ApiRequest,
    BadRow,
    BulkAction,
    ConsentAct,
    CookieChoice,
    Email,
    EmailLinkKind,
    GatewayInboxRow,
    Guest,
    Import,
    ImportChange,
    Model,
    Retention,
    SandboxMessage,
    Session,
    SignUp,
    TaxCheck,
    UnmatchedOptOut,
    WebhookDelivery,
    Workbook,
    models,
    now,
)
from promosms.models.processing import entries
from promosms.models.registry import N_
from promosms.services.auth import email_links, sessions
from promosms.services.gateways import simulated_phone
from promosms.services.imports import imports
from promosms.services.mail import outbox
from promosms.services.policies import cookie_choices
from promosms.services.privacy import export as account_export
from promosms.services.privacy import purge_messages, purge_rows
from promosms.services.privacy.purge_rows import Place, Purge
from promosms.services.sending import sweep
from promosms.services.workbooks import workbooks
from promosms.settings import settings

CALM = timedelta(hours=3)
"""So long the rewriting of the files waits for an hour in which nothing is sent."""
WITH_NUMBERS = (
    *("messages", "replies", "receipts", "network", "uploads", "refused rows"),
    *("exports", "workbooks", "sign-ups", "sandbox"),
)
"""The rules of what else may hold the number of a recipient, beside the guests."""


def _(sentence: str, **values: object) -> str:
    return str(gettext(sentence, **values))


@dataclass(frozen=True)
class Rule:
    """How long something is kept, in words, and what deletes it.

    `what` it is the models say that name the rule, except where it is in no table.
    """

    name: str
    kept: Callable[[], str]
    purge: Purge
    elsewhere: str = ""

    @property
    def what(self) -> str:
        """What is kept, in English."""
        kinds = (kept.what for kept in of_rule(self.name) if kept.what)
        return self.elsewhere or next(kinds)


def of_rule(name: str) -> list[Retention]:
    """What the models say that goes by this rule: their rows, or a part of them."""
    return [kept for model in models().values() for kept in _kept(model) if kept.by == name]


def _kept(model: type[Model]) -> list[Retention]:
    parts = (entry.kept for entry in entries(model.processing))
    return [model.retention, *(kept for kept in parts if kept)]


def rows() -> list[tuple[str, str]]:
    """The rules as the policy page shows them."""
    return [(gettext(rule.what), rule.kept()) for rule in RULES]


def kept_of_deleted_recipients(days: int) -> list[tuple[str, str]]:
    """Where numbers of deleted recipients stay, and how long; texts are kept so many days."""
    rules = {rule.name: rule for rule in RULES}
    kept = {
        "messages": _("%(days)s after the last news of the text", days=_days(days)),
        "replies": _("%(days)s after it came in", days=_days(days)),
    }
    names = [name for name in WITH_NUMBERS if name != "network" or purge_rows.simulated()]
    rows = [(gettext(rules[name].what), kept.get(name) or rules[name].kept()) for name in names]
    guests = _("Until you remove them, and %(hours)s more", hours=_hours(Guest.retention.limit))
    return [*rows, (_("Guests"), guests)]


def choose(account_id: int, days: int) -> None:
    """How long the account keeps numbers and texts of messages; ValueError outside of 3 to 90."""
    if not purge_messages.SHORTEST <= days <= purge_messages.LONGEST:
        raise ValueError(days)
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None:
            account.retention_days = days


def step(place: Place, over: time_slice.Over) -> Place | None:
    """A slice of the nightly deletion; None when all is done.

    In the end the files of the database are rewritten, at an hour in which nothing is sent, or
    when none has come for three.
    """
    while place.get("rule", 0) < len(RULES):
        rule = RULES[place.setdefault("rule", 0)]
        if rule.purge(place, over):
            return place
        place["rule"] += 1
        if over():
            return place
    return _rewrite(place) if place.get("deleted") else None


def _rewrite(place: Place) -> Place | None:
    waits = datetime.fromisoformat(place.setdefault("waits", now().isoformat()))
    if sweep.gateways_with_work() and now() - waits < CALM:
        return place
    db.session.rollback()  # a snapshot of our own would be in the way
    if purge_rows.simulated() and not simulated_phone.store().overwrite():
        return place
    return None if overwrite_files.overwrite(place["deleted"]) else place


def _days(number: int) -> str:
    return str(ngettext("%(n)s day", "%(n)s days", number, n=number))


def _hours(span: timedelta) -> str:
    number = int(span.total_seconds() // 3600)
    return str(ngettext("%(n)s hour", "%(n)s hours", number, n=number))


def _messages_kept() -> str:
    return _(
        "%(days)s after the last news of the text, or as long as the account chooses, from "
        "%(least)s to %(most)s days. Numbers of texts, parts, prices and results stay in the "
        "reports.",
        days=_days(Account.retention_days.default.arg),
        least=purge_messages.SHORTEST,
        most=purge_messages.LONGEST,
    )


def _emails_kept() -> str:
    limits = {
        "days": _days(Email.retention.limit.days),
        "fewer": _days(Email.retention.without_account.days),
    }
    if settings.mail_server:
        return _(
            "Deleted when they have left. One that could not leave: %(days)s, or %(fewer)s where "
            "there is no account.",
            **limits,
        )
    return _(
        "%(days)s, or %(fewer)s where there is no account: no mail server is connected, and they "
        "stay here.",
        **limits,
    )


def _sessions_kept() -> str:
    return _(
        "%(hours)s, or until %(minutes)s minutes pass without use; %(days)s if you choose to stay "
        "signed in. Signing out deletes one at once.",
        hours=_hours(timedelta(hours=settings.session_hours)),
        days=_days(Session.STAY_DAYS),
        minutes=settings.session_idle_minutes,
    )


def _logs_kept() -> str:
    return _(
        "%(days)s. IP addresses are shortened after %(fewer)s. Numbers, names, texts and e-mail "
        "addresses never get into a log.",
        days=_days(settings.log_days),
        fewer=_days(settings.log_ip_days),
    )


RULES = (
    Rule(
        "messages",
        _messages_kept,
        purge_messages.messages,
    ),
    Rule(
        "campaign texts",
        lambda: _(
            "As long as the numbers and texts of its messages, counted from its end. A draft stays "
            "until you delete it; the name of a campaign stays with its figures."
        ),
        purge_messages.campaign_texts,
    ),
    Rule(
        "replies",
        lambda: _("As long as the numbers and texts of messages. The opt-out in one stays."),
        purge_messages.replies,
    ),
    Rule(
        "clicks",
        lambda: _("As long as the numbers and texts of messages. How many people it was stays."),
        purge_messages.clicks,
    ),
    Rule(
        "receipts",
        lambda: _(
            "Until they are applied, and never longer than %(days)s.",
            days=_days(GatewayInboxRow.retention.limit.days),
        ),
        purge_rows.events,
    ),
    Rule(
        "unmatched opt-outs",
        lambda: _(
            "Until an admin has found out to whom they belong, and never longer than %(days)s. "
            "That one was settled, without number and text, stays for %(fewer)s more.",
            days=_days(UnmatchedOptOut.retention.limit.days),
            fewer=_days(UnmatchedOptOut.SETTLED.days),
        ),
        purge_rows.unmatched_opt_outs,
    ),
    Rule(
        "network",
        lambda: _("As long as the message, at most %(days)s.", days=_days(purge_rows.NETWORK.days)),
        purge_rows.network,
        N_("The simulated network, where one is used"),
    ),
    Rule(
        "uploads",
        lambda: _(
            "Until they are imported. One that is never imported: %(hours)s.",
            hours=_hours(Import.retention.limit),
        ),
        purge_rows.at_once(imports.discard_abandoned),
    ),
    Rule(
        "refused rows",
        lambda: _days(BadRow.retention.limit.days),
        purge_rows.bad_rows,
    ),
    Rule(
        "import changes",
        lambda: _hours(ImportChange.retention.limit),
        purge_rows.import_changes,
    ),
    Rule(
        "bulk actions",
        lambda: _days(BulkAction.retention.limit.days),
        purge_rows.bulk_actions,
    ),
    Rule(
        "file names",
        lambda: _days(BadRow.retention.limit.days),
        purge_rows.file_names,
    ),
    Rule(
        "consents",
        lambda: _(
            "As long as one of the people whom they are about, and at least %(days)s.",
            days=_days(ConsentAct.retention.limit.days),
        ),
        purge_rows.consents,
    ),
    Rule(
        "exports",
        lambda: _hours(AccountExport.retention.limit),
        purge_rows.at_once(account_export.forget_expired),
    ),
    Rule(
        "workbooks",
        lambda: _hours(Workbook.retention.limit),
        purge_rows.at_once(workbooks.forget_expired),
    ),
    Rule(
        "emails",
        _emails_kept,
        purge_rows.at_once(outbox.forget_old),
    ),
    Rule(
        "sessions",
        _sessions_kept,
        purge_rows.at_once(sessions.forget_old),
    ),
    Rule(
        "registrations",
        lambda: _hours(email_links.LIFETIMES[EmailLinkKind.REGISTER]),
        purge_rows.at_once(email_links.forget_expired),
    ),
    Rule(
        "acts",
        lambda: _days(Act.retention.limit.days),
        purge_rows.acts,
    ),
    Rule(
        "guests",
        lambda: _hours(Guest.retention.limit),
        purge_rows.guests,
    ),
    Rule(
        "sign-ups",
        lambda: _hours(SignUp.retention.limit),
        purge_rows.sign_ups,
    ),
    Rule(
        "requests",
        lambda: _hours(ApiRequest.retention.limit),
        purge_rows.api_requests,
    ),
    Rule(
        "sandbox",
        lambda: _days(SandboxMessage.retention.limit.days),
        purge_rows.sandbox_messages,
    ),
    Rule(
        "webhooks",
        lambda: _days(WebhookDelivery.retention.limit.days),
        purge_rows.webhook_deliveries,
    ),
    Rule(
        "tax checks",
        lambda: _(
            "%(days)s in full. Whether it was valid, and the number that proves it, stay.",
            days=_days(TaxCheck.retention.limit.days),
        ),
        purge_rows.evidence,
    ),
    Rule(
        "cookie choices",
        lambda: _days(CookieChoice.retention.limit.days),
        purge_rows.at_once(cookie_choices.forget_old),
    ),
    Rule("logs", _logs_kept, purge_rows.logs, N_("Logs of requests and of security")),
)
