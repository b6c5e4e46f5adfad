"""The check of a connection: an admin asks whether the provider lets us in."""

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.smpp import check as smpp
from promosms.gateways.smpp.check import Finding
from promosms.models import Gateway
from promosms.services.audit import log as audit_log
from promosms.services.gateways import credentials

KIND = "smpp"


def possible(gateway: Gateway) -> bool:
    """Does the gateway have a connection that can be checked without sending a text?"""
    return gateway.kind == KIND


def check(gateway: Gateway, actor: str) -> Finding:
    """Bind once with the stored settings; takes ten seconds at most.

    The connections of its workers stay as they are. Raises credentials.KeyChanged, and
    SettingError for settings that cannot be used any more.
    """
    name, settings = gateway.name, credentials.decrypted(gateway)
    db.session.rollback()  # no transaction is open while a network is waited for
    finding = smpp.check(settings)
    with transaction():
        audit_log.record(actor, "gateway.check", name, finding)
    return finding
