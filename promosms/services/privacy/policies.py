"""Facts of this installation for the policy pages, from the settings and constants of the code."""

from dataclasses import dataclass

from sqlalchemy import select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.language import operator_name
from promosms.models import Gateway
from promosms.services.installation import defaults
from promosms.services.invoices import seller
from promosms.services.payments import stripe_checkout
from promosms.services.privacy import retention as rules
from promosms.settings import settings


@dataclass(frozen=True)
class Receiver:
    """A recipient of data outside the installation, and what it gets."""

    name: str
    gets: str


@dataclass(frozen=True)
class Operator:
    """The operator of the installation; empty where nothing is set."""

    name: str
    address: str
    email: str
    tax_id: str


def operator() -> Operator:
    """The operator from the settings."""
    return Operator(
        operator_name(),
        settings.operator_address,
        settings.operator_email,
        settings.operator_tax_id,
    )


def gateways() -> list[str]:
    """The names of the gateways, without the simulator, which sends nothing."""
    query = select(Gateway.name).where(Gateway.kind != "simulator").order_by(Gateway.name)
    return list(db.session.scalars(query))


def receivers() -> list[Receiver]:
    """All receivers of data outside, as settings and gateways say."""
    receivers = [
        Receiver(name, _("The number and the text of each message that it carries."))
        for name in gateways()
    ]
    if settings.mail_server:
        gets = _("Your e-mail address and the e-mails that the service writes to you.")
        receivers.append(Receiver(_("Mail server %(host)s", host=settings.mail_server), gets))
    if stripe_checkout.available():
        gets = _(
            "If you pay by card: the amount, the number of the order and your card. The card is "
            "typed on the pages of Stripe, and we never see its number."
        )
        receivers.append(Receiver("Stripe", gets))
    if settings.vies_url:
        gets = _(
            "If you give a VAT number of the European Union for an invoice: this number, to check "
            "it, and ours."
        )
        receivers.append(Receiver(_("VIES, the register of the European Commission"), gets))
    if not seller.missing() and settings.operator_country == "PL":
        gets = _("Your invoices, because the law requires it. The operator uploads them by hand.")
        receivers.append(Receiver(_("KSeF, the register of the Polish tax office"), gets))
    return receivers + [_processor(words) for words in settings.processors]


def _processor(words: str) -> Receiver:
    """A line of the settings: a company, and after a colon what it does."""
    name, _colon, gets = words.partition(":")
    return Receiver(name.strip(), gets.strip())


def phone_shown() -> bool:
    """Does the page *Simulated phone* exist, which shows the texts instead of sending them?"""
    return not settings.production and defaults.simulator_only()


def retention() -> list[tuple[str, str]]:
    """What is kept outside of the tables of the database, and how long."""
    return [(_(rule.elsewhere), rule.kept()) for rule in rules.RULES if rule.elsewhere]
