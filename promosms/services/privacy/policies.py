"""Facts of this installation for the policy pages, from the settings and constants of the code."""

from dataclasses import dataclass

from sqlalchemy import select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.language import operator_name
from promosms.models import Gateway
from promosms.models.registry import N_
from promosms.services.installation import defaults
from promosms.services.invoices import seller
from promosms.services.payments import stripe_checkout
from promosms.services.privacy import retention as rules
from promosms.settings import settings

AMERICA = N_(
    "United States, outside of the European Economic Area: on the basis of the Data Privacy "
    "Framework if the company takes part in it, else of standard contractual clauses (articles 45 "
    "and 46 of the GDPR)."
)
PLACES = {
    "twilio": AMERICA,
    "vonage": AMERICA,
    "telnyx": AMERICA,
    "plivo": AMERICA,
    "smsapi": N_("Poland"),
    "gatewayapi": N_("Denmark"),
    "stripe": N_(
        "Ireland. It passes data on to the United States, outside of the European Economic Area: "
        "on the basis of the Data Privacy Framework or of standard contractual clauses (articles "
        "45 and 46 of the GDPR)."
    ),
    "vies": N_("European Union"),
    "ksef": N_("Poland"),
}
"""Where providers of whom it is known work, by the kind of the gateway."""


@dataclass(frozen=True)
class Receiver:
    """A receiver of data outside the installation, what it gets, and where it works."""

    name: str
    gets: str
    place: str


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
        settings.operator_address or _invoice_address(),
        settings.operator_email,
        settings.operator_tax_id,
    )


def _invoice_address() -> str:
    place = f"{settings.operator_postcode} {settings.operator_city}".strip()
    return ", ".join(part for part in (settings.operator_street, place) if part)


def gateways() -> dict[str, str]:
    """The kinds of the gateways by name, without the simulator, which sends nothing."""
    query = select(Gateway.name, Gateway.kind).where(Gateway.kind != "simulator")
    return {row.name: row.kind for row in db.session.execute(query.order_by(Gateway.name))}


def receivers() -> list[Receiver]:
    """All receivers of data outside, as settings and gateways say."""
    text = _("The number and the text of each message that it carries.")
    receivers = [_receiver(name, text, kind) for name, kind in gateways().items()]
    if settings.mail_server:
        gets = _("Your e-mail address and the e-mails that the service writes to you.")
        name = _("Mail server %(host)s", host=settings.mail_server)
        receivers.append(_receiver(name, gets, settings.mail_server))
    if stripe_checkout.available():
        gets = _(
            "If you pay by card: the amount, the number of the order and your card. The card is "
            "typed on the pages of Stripe, and we never see its number."
        )
        receivers.append(_receiver("Stripe", gets, "stripe"))
    if settings.vies_url:
        gets = _(
            "If you give a VAT number of the European Union for an invoice: this number, to check "
            "it, and ours."
        )
        name = _("VIES, the register of the European Commission")
        receivers.append(_receiver(name, gets, "vies"))
    if not seller.missing() and settings.operator_country == "PL":
        gets = _("Your invoices, because the law requires it. The operator uploads them by hand.")
        name = _("KSeF, the register of the Polish tax office")
        receivers.append(_receiver(name, gets, "ksef"))
    return receivers + [_processor(words) for words in settings.processors]


def _processor(words: str) -> Receiver:
    """A line of the settings: a company, and after a colon what it does."""
    name, _colon, gets = words.partition(":")
    return _receiver(name.strip(), gets.strip(), "")


def _receiver(name: str, gets: str, known_as: str) -> Receiver:
    """With its place: as the operator says, or as is known of the provider."""
    places = settings.receiver_places
    said = places.get(name) or places.get(known_as)
    known = PLACES.get(known_as) or N_("The operator tells you when you ask.")
    return Receiver(name, gets, str(said or _(known)))


def phone_shown() -> bool:
    """Does the page *Simulated phone* exist, which shows the texts instead of sending them?"""
    return not settings.production and defaults.simulator_only()


def retention() -> list[tuple[str, str]]:
    """What is kept outside of the tables of the database, and how long."""
    return [(_(rule.elsewhere), rule.kept()) for rule in rules.RULES if rule.elsewhere]
