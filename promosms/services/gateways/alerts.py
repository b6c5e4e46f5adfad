"""Alerts: problems that only an admin can solve."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import Gateway, GatewayStatus
from promosms.services.mail import emails as account_emails
from promosms.services.mail import notify

CREDENTIALS = {"credentials", "invalid_password", "invalid_system_id", "invalid_system_type"}
SENDER = {"bad_sender", "invalid_sender", "invalid_sender_ton", "invalid_sender_npi"}
SETTINGS = {
    *("settings", "invalid_registered", "invalid_service_type", "invalid_esm_class"),
    "parameter_not_allowed",
}
UNCLEAR = {"no_answer", "bad_answer"}
UNREACHABLE = {"no_connection", "not_sent"}
THROTTLED = {"throttled", "queue_full"}


def paused() -> list[Gateway]:
    """Gateways that have paused themselves."""
    query = select(Gateway).where(Gateway.status == GatewayStatus.PAUSED, Gateway.paused_why != "")
    return list(db.session.scalars(query.order_by(Gateway.name)))


def tell_admins(gateway: Gateway) -> None:
    """Write to every admin that a gateway has paused itself; part of the pause's transaction."""
    name, code, probes = gateway.name, gateway.paused_why, gateway.probe_at is not None
    notify.tell_admins(lambda: account_emails.gateway_paused(name, why(code), probes=probes))


def why(code: str) -> str:
    """Why a gateway has paused itself, in plain words."""
    if code in CREDENTIALS:
        return str(_("The provider does not accept our name, password or key."))
    if code in SENDER:
        return str(_("The provider does not allow our sender."))
    if code in SETTINGS:
        return str(_("The provider does not accept one of the settings."))
    if code == "no_credit":
        return str(_("Our credit at the provider is used up."))
    if code in UNCLEAR:
        return str(_("The provider gave no clear answer to many texts in a row."))
    if code in UNREACHABLE:
        return str(_("The provider cannot be reached."))
    if code in THROTTLED:
        return str(_("The provider has taken nothing for a minute: it says that we are too fast."))
    return str(_("The provider refused many texts in a row (%(code)s).", code=code))
