"""The country of a gateway: that of the numbers which its network writes in national form."""

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways import WEBHOOKS
from promosms.lib import countries
from promosms.models import Gateway
from promosms.services.audit import log as audit_log
from promosms.settings import settings

SETTING = "country"  # its place in the settings for an adapter


class UnknownCountry(ValueError):
    """There is no such country with phone numbers."""


def default() -> str:
    """The country of a gateway that has none: that of the operator, else of those who register."""
    operator = settings.operator_country.upper()
    return operator if countries.exists(operator) else settings.registration_countries[0]


def of(gateway_id: int) -> str:
    """The country of a gateway (ISO 3166-1 alpha-2)."""
    return db.session.scalar(select(Gateway.country).where(Gateway.id == gateway_id)) or default()


def for_adapter(gateway: Gateway) -> dict[str, str]:
    """The country, as a setting for the adapter; the simulated network has whole numbers only."""
    return {} if gateway.kind == "simulator" else {SETTING: gateway.country or default()}


def counts_at_once(gateway: Gateway) -> bool:
    """Is a new country used without a new connection? So it is where replies come by HTTP."""
    return gateway.kind in WEBHOOKS


def checked(code: str) -> str | None:
    """A code as it is stored; None for an empty one. Raises UnknownCountry."""
    code = code.strip().upper()
    if code and not countries.exists(code):
        raise UnknownCountry(code)
    return code or None


def choose(name: str, code: str, actor: str) -> bool:
    """Set the country of a gateway, or none; False if there is no such gateway.

    Replies by HTTP are read by it at once, a connection over SMPP has it when it is opened again.
    Raises UnknownCountry.
    """
    country = checked(code)
    with transaction() as session:
        gateway = session.scalar(select(Gateway).where(Gateway.name == name).with_for_update())
        if gateway is None:
            return False
        if gateway.country != country:
            gateway.country = country
            audit_log.record(actor, "gateway.country", name, country or "")
        return True
