"""What the policy pages say about this installation, read from what the code obeys."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from promosms.config import setting
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import Gateway
from promosms.services import installation

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
        setting("OPERATOR_NAME"),
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
        (
            _("Record of acts of administrators"),
            _("Kept; it holds random identifiers, and no names, numbers or texts."),
        ),
    ]
