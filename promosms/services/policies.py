"""What the policy pages say about this installation, read from what the code obeys."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from promosms.config import setting
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.language import ngettext, operator_name
from promosms.models import ConfirmationKind, Gateway
from promosms.services import confirmations, emails, installation

# The day on which the words of the pages last changed.
VERSION = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Operator:
    """Who runs the installation; what is not set is empty."""

    name: str
    address: str
    email: str
    tax_id: str


def operator() -> Operator:
    """The operator as the settings name him."""
    return Operator(
        operator_name(),
        setting("OPERATOR_ADDRESS"),
        setting("OPERATOR_EMAIL"),
        setting("OPERATOR_TAX_ID"),
    )


def processors() -> list[str]:
    """Companies that the operator works with, as the settings name them."""
    return list(setting("PROCESSORS"))


def gateways() -> list[str]:
    """The lines that carry texts to the outside; the simulator carries nothing anywhere."""
    query = select(Gateway.name).where(Gateway.kind != "simulator").order_by(Gateway.name)
    return list(db.session.scalars(query))


def phone_shown() -> bool:
    """Does the page *Simulated phone* exist, which shows the texts instead of sending them?"""
    return not setting("PRODUCTION") and installation.simulator_only()


def retention() -> list[tuple[str, str]]:
    """What is kept, and how long: rows for the privacy page."""
    until = _("Until you delete it, or the account.")
    return [
        (_("Recipients, lists and opt-outs"), until),
        (_("Texts, delivery receipts and replies"), _("Until the account is deleted.")),
        (_("Movements of your balance"), _("Until the account is deleted.")),
        (_("E-mail address, mobile number, password hash"), _("Until the account is deleted.")),
        (_("A registration that nobody completes"), _registration()),
        (_("E-mails that the service writes to you"), _emails()),
        (
            _("The system password in the text message"),
            _(
                "Encrypted until it has been handed to the mobile network, never in clear. It is "
                "valid for %(n)s minutes.",
                n=setting("SYSTEM_PASSWORD_MINUTES"),
            ),
        ),
        (
            _("Sessions (which browser is signed in)"),
            _(
                "Valid for %(hours)s hours, or until %(minutes)s minutes pass without use. "
                "Signing out deletes one at once.",
                hours=setting("SESSION_HOURS"),
                minutes=setting("SESSION_IDLE_MINUTES"),
            ),
        ),
        (_("Invoices and payments"), _invoices()),
        (
            _("Record of acts of administrators"),
            _("Kept, with random identifiers for names. The reasons in it go with the account."),
        ),
    ]


def _invoices() -> str:
    return str(
        ngettext(
            "Until %(n)s year after the year of the invoice, because tax law requires it. When the "
            "account is deleted nothing leads from them to it any more: what stays is what is "
            "printed on the invoice.",
            "Until %(n)s years after the year of the invoice, because tax law requires it. When "
            "the account is deleted nothing leads from them to it any more: what stays is what is "
            "printed on the invoice.",
            setting("INVOICE_YEARS"),
            n=setting("INVOICE_YEARS"),
        )
    )


def _registration() -> str:
    life = confirmations.LIFETIMES[ConfirmationKind.REGISTER]
    hours = int(life.total_seconds() // 3600)
    return str(_("Its link is valid for %(hours)s hours and is deleted then.", hours=hours))


def _emails() -> str:
    limits = {"days": emails.KEPT.days, "fewer": emails.KEPT_WITHOUT_ACCOUNT.days}
    if setting("MAIL_SERVER"):
        words = _(
            "Deleted when they have left. One that could not leave: %(days)s days, or %(fewer)s "
            "where there is no account.",
            **limits,
        )
    else:
        words = _(
            "%(days)s days, or %(fewer)s where there is no account: no mail server is connected, "
            "and they stay here. They go with the account if it is deleted before.",
            **limits,
        )
    return str(words)
