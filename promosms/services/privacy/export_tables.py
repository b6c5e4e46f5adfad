"""What belongs into the export of an account: every table with its data, or the reason why not.

A new model has to be named here, with each of its columns, or the tests fail.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, case, literal, or_, select

from promosms.language import lazy_gettext as _
from promosms.models import (
    Account,
    Adjustment,
    AuditEntry,
    AutomaticTopUp,
    BadRow,
    Campaign,
    CampaignCost,
    CampaignList,
    Company,
    Guest,
    Hold,
    Import,
    InboundMessage,
    Invoice,
    LedgerEntry,
    ListRecipient,
    LowBalanceAlert,
    Message,
    MessageCount,
    Model,
    Payment,
    Recipient,
    RecipientList,
    Session,
    Suppression,
    TaxCheck,
    TopUp,
    User,
    table_of,
)


@dataclass(frozen=True)
class Part:
    """A table in the export: what its file is called and holds, and which columns are left out.

    Rows of large tables are found by way of a `parent`: the table and the column that names it.
    """

    file: str
    model: type[Model]
    about: Any
    without: frozenset[str] = frozenset()
    parent: tuple[type[Model], str] | None = None
    single: bool = False

    @property
    def table(self) -> Table:
        """The table."""
        return table_of(self.model)

    @property
    def columns(self) -> list[Column[Any]]:
        """The columns that are exported."""
        if self.model is AuditEntry:
            return [self.table.c[name] for name in AUDIT_COLUMNS]
        return [c for c in self.table.columns if c.name not in (*NEVER, *self.without)]

    def belongs(self, account_id: int) -> ColumnElement[bool]:
        """The rows of the account."""
        if self.model is AuditEntry:
            return _audit(account_id)
        if self.model is Session:
            return Session.user_id.in_(select(User.id).where(User.account_id == account_id))
        own: ColumnElement[bool] = (
            self.table.c.id == account_id
            if self.model is Account
            else self.table.c.account_id == account_id
        )
        return own & self.table.c.campaign_id.is_(None) if self.single else own


def _audit(account_id: int) -> ColumnElement[bool]:
    name = select(Account.public_id).where(Account.id == account_id)
    users = select(User.public_id).where(User.account_id == account_id)
    return or_(AuditEntry.subject.in_(name), AuditEntry.actor.in_(users))


def actor(account_id: int) -> ColumnElement[str]:
    """Who did it: a user of the account by name, of the others only that it was the operator."""
    users = select(User.public_id).where(User.account_id == account_id)
    return case((AuditEntry.actor.in_(users), AuditEntry.actor), else_=literal("operator"))


# Numbers of the database itself; what refers to them is exported as a public id.
NEVER = ("id", "account_id")
REFERENCES: dict[str, Column[Any]] = {
    "user_id": table_of(User).c.public_id,
    "recipient_id": table_of(Recipient).c.public_id,
    "list_id": table_of(RecipientList).c.public_id,
    "import_id": table_of(Import).c.public_id,
    "campaign_id": table_of(Campaign).c.public_id,
    "top_up_id": table_of(TopUp).c.public_id,
    "payment_id": table_of(Payment).c.public_id,
    "invoice_id": table_of(Invoice).c.label,
    "original_id": table_of(Invoice).c.label,
}
MONEY = frozenset(
    (
        *("balance", "held", "agreed_price", "total_price", "missing", "price", "charged"),
        *("released", "amount", "remaining", "below", "monthly_cap", "net", "tax", "gross", "paid"),
    )
)
SENDING = (
    *("gateway_id", "lane", "sealed", "attempts", "tried_at", "doubtful", "next_attempt_at"),
    *("lease_token", "lease_until", "submitted_at", "apart"),
)

PARTS = (
    Part("account", Account, _("The account."), frozenset(("served_at", "log_key"))),
    Part(
        "users",
        User,
        _("The people who sign in. Passwords and keys are not in this file."),
        frozenset(
            (
                *("password_hash", "system_hash", "system_expires_at", "system_tries"),
                *("must_choose_password", "totp_encrypted", "totp_counter"),
            )
        ),
    ),
    Part(
        "sessions",
        Session,
        _("Browsers that are signed in."),
        frozenset(("public_id", "token_hash")),
    ),
    Part("company", Company, _("The company to which invoices are made out.")),
    Part("tax-checks", TaxCheck, _("Questions to the EU (VIES) about your VAT number.")),
    Part(
        "recipients",
        Recipient,
        _("The people whom you text, with the evidence of their consent."),
        frozenset(("search", "last_import_id")),
    ),
    Part("lists", RecipientList, _("Your lists of recipients.")),
    Part(
        "list-recipients",
        ListRecipient,
        _("Which recipient stands on which list."),
        parent=(RecipientList, "list_id"),
    ),
    Part("opt-outs", Suppression, _("Numbers that must not be texted.")),
    Part("guests", Guest, _("Numbers that you may text while you try the service.")),
    Part(
        "imports",
        Import,
        _("Files and pasted numbers that you have imported."),
        frozenset(("stored_as", "position", "touched_at")),
    ),
    Part(
        "refused-rows",
        BadRow,
        _("Rows of imports that were refused."),
        parent=(Import, "import_id"),
    ),
    Part(
        "campaigns",
        Campaign,
        _("Your campaigns and how many of their messages ended how."),
        frozenset(("route_id", "cursor", "walks", "told_missing_at")),
    ),
    Part(
        "campaign-lists",
        CampaignList,
        _("To which lists a campaign was addressed."),
        parent=(Campaign, "campaign_id"),
    ),
    Part(
        "messages",
        Message,
        _("Each message of each campaign: number, text, parts, price and result."),
        frozenset(SENDING),
        parent=(Campaign, "campaign_id"),
    ),
    Part(
        "other-messages",
        Message,
        _("Tests, and texts of the service itself."),
        frozenset((*SENDING, "campaign_id")),
        single=True,
    ),
    Part(
        "message-counts",
        MessageCount,
        _("What is left of messages whose numbers and texts have been deleted."),
        parent=(Campaign, "campaign_id"),
    ),
    Part("replies", InboundMessage, _("What recipients have answered."), frozenset(("reference",))),
    Part("ledger", LedgerEntry, _("Every movement of your balance."), frozenset(("actor",))),
    Part("holds", Hold, _("What campaigns have set aside.")),
    Part(
        "campaign_costs",
        CampaignCost,
        _("What ended campaigns have cost, by country, parts and price."),
    ),
    Part("low-balance-alert", LowBalanceAlert, _("When you want to be told about a low balance.")),
    Part(
        "automatic-top-up",
        AutomaticTopUp,
        _("When the balance is to be topped up by itself."),
        frozenset(("customer", "card")),
    ),
    Part(
        "top-ups",
        TopUp,
        _("Your orders of credit."),
        frozenset(("tax_check_id", "checkout", "actor")),
    ),
    Part("payments", Payment, _("Money that came or went."), frozenset(("actor",))),
    Part(
        "adjustments",
        Adjustment,
        _("Corrections of your balance that the operator considered."),
        frozenset(("asked_by", "decided_by")),
    ),
    Part(
        "invoices",
        Invoice,
        _("Your invoices and credit notes. Their files are in the folder invoices."),
        frozenset(("public_id", "series", "year", "number", "data", "digest")),
    ),
    Part(
        "audit",
        AuditEntry,
        _("What owners, members and the operator have done to the account."),
    ),
)
AUDIT_COLUMNS = ("actor", "action", "subject", "detail", "created_at")
"""Other columns of it belong to the chain that proves that no entry is missing."""

LEFT_OUT: dict[str, Any] = {
    "message_parts": _("How gateways number the parts of messages: their data, not yours."),
    "gateway_events": _("What gateways have told and nobody has read yet; it becomes replies."),
    "email_links": _("Links that were sent by e-mail: they are keys."),
    "emails": _("E-mails that were sent to you: you have them, and their links are keys."),
    "known_browsers": _("From where you have signed in, in a form that nobody can read."),
    "phone_changes": _("A new number that waits to be confirmed: its code is a key."),
    "recovery_codes": _("Recovery codes: they are keys."),
    "two_factor_challenges": _("Sign-ins that wait for a code: they are keys."),
    "account_exports": _("The making of this file."),
}
"""Tables with data of an account that are not exported, and why."""
